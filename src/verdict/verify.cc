#include "verdict/verify.h"

#include <fmt/format.h>

#include <set>
#include <span>

#include "base/text.h"

namespace lynxbench::verdict {
namespace {

using Names = std::vector<std::string>;

const Estimate& figure_of(const Figures& figures, const std::string& id, const Estimate& missing) {
  auto found = figures.figures.find(id);
  return found == figures.figures.end() ? missing : found->second;
}

// "system (infrastructure): kernel.release, governor": a text for each layer with facts that must
// not differ.
Names blocking_layers(const Contract& contract, std::span<const LayerDifference> differences) {
  std::set<std::string> allowed(contract.may_differ.begin(), contract.may_differ.end());
  Names layers;
  for (const LayerDifference& difference : differences) {
    Names facts;
    for (const FactDifference& fact : difference.facts) {
      if (allowed.count(fmt::format("{}/{}", name_of(difference.layer), fact.name)) != 0) continue;
      facts.push_back(fact.name);
    }
    if (facts.empty()) continue;
    layers.push_back(fmt::format("{} (owner: {}): {}", name_of(difference.layer), difference.owner,
                                 fmt::join(facts, ", ")));
  }
  return layers;
}

// Why a run's figures say nothing; empty when they do.
std::string invalidity(const char* side, const Validity& validity) {
  if (validity.valid) return {};
  return fmt::format("the {} run is invalid: {}", side,
                     validity.reasons.empty()
                         ? "no reason was recorded"
                         : fmt::format("{}", fmt::join(validity.reasons, "; ")));
}

Names figures_with(const std::vector<FigureComparison>& comparisons, Agreement agreement) {
  Names names;
  for (const FigureComparison& comparison : comparisons) {
    if (comparison.agreement == agreement) names.push_back(comparison.figure);
  }
  return names;
}

// The ratios stay for the reader; they decide nothing.
Verification undecided(Verification result, Agreement agreement, const std::string& reason,
                       const std::string& note) {
  result.agreement = agreement;
  result.reason = reason;
  for (FigureComparison& comparison : result.comparisons) {
    comparison.agreement = agreement;
    comparison.reason = note;
  }
  return result;
}

Verification worst_of(Verification result) {
  std::size_t count = result.comparisons.size();
  for (Agreement worst : {Agreement::kNotReproduced, Agreement::kInconclusive}) {
    Names names = figures_with(result.comparisons, worst);
    if (names.empty()) continue;
    result.agreement = worst;
    result.reason =
        fmt::format("{} of {} figures {}: {}", names.size(), count,
                    worst == Agreement::kNotReproduced ? "did not agree" : "stay undecided",
                    joined(names, "and"));
    return result;
  }
  result.agreement = Agreement::kReproduced;
  result.reason = count == 1 ? "the one figure agrees within its tolerance"
                             : fmt::format("all {} figures agree within their tolerances", count);
  return result;
}

}  // namespace

Verification verify(const Contract& contract, const Figures& baseline, const Figures& candidate,
                    std::vector<LayerDifference> differences) {
  Estimate missing;
  missing.withheld = "the figure is missing";
  Verification result;
  result.differences = std::move(differences);
  for (const Tolerance& tolerance : contract.tolerances) {
    result.comparisons.push_back(compare(tolerance, figure_of(baseline, tolerance.figure, missing),
                                         figure_of(candidate, tolerance.figure, missing)));
  }
  Names blocking = blocking_layers(contract, result.differences);
  if (!blocking.empty()) {
    // Known before anything was measured again: there is nothing to show.
    if (candidate.figures.empty()) result.comparisons.clear();
    return undecided(std::move(result), Agreement::kNotComparable,
                     fmt::format("the executors differ in {} layer{}: {}", blocking.size(),
                                 blocking.size() == 1 ? "" : "s", fmt::join(blocking, "; ")),
                     "the executors differ: the ratio is for information only");
  }
  for (std::string why :
       {invalidity("baseline", baseline.validity), invalidity("candidate", candidate.validity)}) {
    if (why.empty()) continue;
    return undecided(std::move(result), Agreement::kInconclusive, why, why);
  }
  if (result.comparisons.empty()) {
    result.reason = "the contract has no tolerances: there is nothing that could agree";
    return result;
  }
  return worst_of(std::move(result));
}

}  // namespace lynxbench::verdict
