#include <cmath>

#include "base/result.h"
#include "verdict/fieller.h"
#include "verdict/verify.h"

namespace lynxbench::verdict {
namespace {

constexpr std::size_t kFewestSessions = 3;

// Why a side cannot be compared; empty when it can.
std::string objection(const char* side, const Estimate& estimate) {
  if (!estimate.value) {
    return fmt::format("the {} has no value: {}", side,
                       estimate.withheld.empty() ? "no reason was recorded" : estimate.withheld);
  }
  const std::vector<double>& values = estimate.by_session;
  if (values.size() < kFewestSessions) {
    return fmt::format("the {} has {} session{}; at least {} are needed", side, values.size(),
                       values.size() == 1 ? "" : "s", kFewestSessions);
  }
  for (double value : values) {
    if (!std::isfinite(value)) return fmt::format("a session of the {} is no finite number", side);
  }
  Sessions sessions = summed_up(values);
  if (!std::isfinite(sessions.mean) || !std::isfinite(sessions.variance_of_mean)) {
    return fmt::format("the {}'s sessions are too large to be added up", side);
  }
  if (!(sessions.mean > 0)) {
    return fmt::format("the {}'s mean is {:.4g}: a ratio needs positive means", side,
                       sessions.mean);
  }
  return {};
}

FigureComparison inconclusive(FigureComparison comparison, std::string reason) {
  comparison.agreement = Agreement::kInconclusive;
  comparison.reason = std::move(reason);
  return comparison;
}

std::string sessions_text(const Sessions& candidate, const Sessions& baseline, double within) {
  std::optional<int> needed = sessions_needed(candidate, baseline, within);
  if (!needed) return "more than 1000 sessions on each side would be needed";
  return fmt::format(
      "roughly {} sessions on each side would decide it, if ratio and spread stay as they are",
      *needed);
}

// The interval against the agreed bounds.
FigureComparison judged(FigureComparison comparison, const Sessions& candidate,
                        const Sessions& baseline) {
  double lowest = 1 - comparison.within, highest = 1 + comparison.within;
  double low = *comparison.low, high = *comparison.high;
  std::string interval =
      fmt::format("the 90 % interval of the ratio, {:.4f} to {:.4f},", low, high);
  std::string bounds = fmt::format("{:.4f} to {:.4f}", lowest, highest);
  if (low >= lowest && high <= highest) {
    comparison.agreement = Agreement::kReproduced;
    comparison.reason = fmt::format("{} lies within {}", interval, bounds);
  } else if (low > highest || high < lowest) {
    comparison.agreement = Agreement::kNotReproduced;
    comparison.reason = fmt::format("{} lies wholly outside {}", interval, bounds);
  } else {
    return inconclusive(std::move(comparison),
                        fmt::format("{} lies neither within nor wholly outside {}; {}", interval,
                                    bounds, sessions_text(candidate, baseline, comparison.within)));
  }
  return comparison;
}

}  // namespace

FigureComparison compare(const Tolerance& tolerance, const Estimate& baseline,
                         const Estimate& candidate) {
  FigureComparison comparison;
  comparison.figure = tolerance.figure;
  comparison.unit = baseline.unit.empty() ? candidate.unit : baseline.unit;
  comparison.within = tolerance.within;
  comparison.baseline = baseline.by_session;
  comparison.candidate = candidate.by_session;
  if (!(tolerance.within > 0) || !std::isfinite(tolerance.within)) {
    return inconclusive(std::move(comparison), "the tolerance is not a positive ratio");
  }
  for (std::string why : {objection("baseline", baseline), objection("candidate", candidate)}) {
    if (!why.empty()) return inconclusive(std::move(comparison), std::move(why));
  }
  if (baseline.unit != candidate.unit) {
    return inconclusive(std::move(comparison),
                        fmt::format("the units differ: {} and {}", baseline.unit, candidate.unit));
  }
  Sessions before = summed_up(baseline.by_session), after = summed_up(candidate.by_session);
  comparison.ratio = after.mean / before.mean;
  std::optional<RatioInterval> interval = ratio_interval(after, before);
  if (!interval || !std::isfinite(interval->low) || !std::isfinite(interval->high)) {
    return inconclusive(
        std::move(comparison),
        "the baseline's sessions spread so widely that the ratio has no interval; " +
            sessions_text(after, before, tolerance.within));
  }
  comparison.low = interval->low;
  comparison.high = interval->high;
  return judged(std::move(comparison), after, before);
}

}  // namespace lynxbench::verdict
