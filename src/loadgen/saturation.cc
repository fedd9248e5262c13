#include "loadgen/saturation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "loadgen/evidence.h"
#include "loadgen/findings.h"
#include "model/json.h"

namespace lynxbench::loadgen {
namespace {

constexpr int kMostHalvings = 6;
constexpr int kMostNarrowing = 3;
constexpr std::size_t kMostChecks = 2;
constexpr double kWideGap = 1.5;

constexpr const char* kBracket = "bracket";
constexpr const char* kBisect = "bisect";
constexpr const char* kConfirmPass = "confirm pass";
constexpr const char* kConfirmFail = "confirm fail";
constexpr const char* kCheckBelow = "check below";
constexpr const char* kClimb = "climb";

enum class Confirmed { kNo, kYes };

// What is known of one rate: all looks, and by themselves those that were to confirm it.
struct Seen {
  Evidence all;
  Evidence confirming;
};

class Search {
 public:
  Search(const SearchSpec& spec, std::uint64_t seed, const Look& look)
      : spec_(spec), seed_(seed), look_(look) {}

  Result<Saturation> run() {
    TRY_STATUS(bracket());
    TRY_STATUS(find_pass(2 * spec_.at_most_per_s));
    TRY_STATUS(find_fail());
    TRY_STATUS(check_below());
    if (!found_.pass_per_s) TRY_STATUS(climb());
    describe(found_);
    found_.outcome = outcome();
    return std::move(found_);
  }

  void set_criterion(std::string text) { found_.criterion = std::move(text); }

 private:
  [[nodiscard]] bool spent() const { return found_.steps.size() >= kMostLooks; }
  [[nodiscard]] PointVerdict verdict(double rate) const {
    auto seen = rates_.find(rate);
    return seen == rates_.end() ? PointVerdict::kInconclusive : seen->second.all.verdict();
  }
  [[nodiscard]] bool passes(double rate) const { return verdict(rate) == PointVerdict::kPass; }
  [[nodiscard]] bool fails(double rate) const { return verdict(rate) == PointVerdict::kFail; }
  [[nodiscard]] bool leans(double rate) const { return rates_.at(rate).all.leans_to_pass(); }
  [[nodiscard]] std::size_t looks_in_all() const { return 1 + repeats(); }
  [[nodiscard]] std::size_t repeats() const {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, spec_.repeats));
  }

  Status look_at(double rate, const std::string& purpose) {
    std::uint64_t seed = derived_seed(seed_, "search", found_.steps.size());
    SearchStep step = TRY(look_(rate, seed, purpose));
    step.purpose = purpose;
    rates_[rate].all.add(step);
    if (purpose == kConfirmPass || purpose == kConfirmFail) rates_[rate].confirming.add(step);
    found_.steps.push_back(std::move(step));
    return ok_status();
  }

  // Looks until the rate is decided, or has had its looks, or more looks like these would not help.
  Status decide(double rate, const std::string& purpose) {
    if (!rates_.contains(rate) && !spent()) TRY_STATUS(look_at(rate, purpose));
    while (!spent() && rates_.at(rate).all.looks() < looks_in_all() &&
           verdict(rate) == PointVerdict::kInconclusive && rates_.at(rate).all.may_pass(looks_in_all())) {
      TRY_STATUS(look_at(rate, purpose));
    }
    return ok_status();
  }
  // `repeats` fresh looks, fewer once one of them says the opposite. Is `wanted` confirmed?
  Result<Confirmed> confirm(double rate, PointVerdict wanted) {
    bool pass = wanted == PointVerdict::kPass;
    const Evidence& fresh = rates_.at(rate).confirming;
    while (!spent() && fresh.looks() < repeats() && (pass ? fresh.failed() : fresh.passed()) == 0) {
      TRY_STATUS(look_at(rate, pass ? kConfirmPass : kConfirmFail));
    }
    if (fresh.looks() < repeats()) return Confirmed::kNo;
    return fresh.agrees_with(wanted) && verdict(rate) == wanted ? Confirmed::kYes : Confirmed::kNo;
  }

  Status bracket() {
    double rate = std::min(spec_.start_per_s, spec_.at_most_per_s);
    TRY_STATUS(look_at(rate, kBracket));
    return leans(rate) ? go_up() : go_down(rate);
  }

  // Doubles the highest rate for as long as it leans to pass.
  Status go_up() {
    double rate = rates_.rbegin()->first;
    while (leans(rate) && rate < spec_.at_most_per_s && !spent()) {
      rate = std::min(2 * rate, spec_.at_most_per_s);
      TRY_STATUS(look_at(rate, kBracket));
    }
    return ok_status();
  }

  Status go_down(double rate) {
    for (int i = 0; i < kMostHalvings && !leans(rate) && !spent(); ++i) {
      rate /= 2;
      TRY_STATUS(look_at(rate, kBracket));
    }
    return ok_status();
  }

  // The lowest rate that failed: nothing above it counts as passed.
  [[nodiscard]] std::optional<double> lowest_fail_above(double floor) const {
    for (const auto& [rate, seen] : rates_) {
      if (rate > floor && seen.all.verdict() == PointVerdict::kFail) return rate;
    }
    return std::nullopt;
  }

  // The first of `rates` that passes, looking again where a rate may.
  Result<std::optional<double>> first_pass(const std::vector<double>& rates,
                                           const std::string& purpose) {
    for (double rate : rates) {
      TRY_STATUS(decide(rate, purpose));
      if (passes(rate)) return std::optional<double>(rate);
    }
    return std::optional<double>();
  }

  // The highest rate below `ceiling` that passes: among those looked at, else between two of them
  // (a higher one may be too much, a lower one too little to prove anything), else below them all.
  Result<std::optional<double>> highest_pass_below(double ceiling) {
    std::vector<double> seen, between, below;
    for (const auto& [rate, evidence] : rates_) {
      if (rate >= ceiling) break;
      bool pair = !seen.empty() && leans(rate) && leans(seen.front());
      if (pair) between.insert(between.begin(), std::sqrt(seen.front() * rate));
      seen.insert(seen.begin(), rate);
    }
    std::optional<double> found = TRY(first_pass(seen, kBisect));
    if (!found) found = TRY(first_pass(between, kBisect));
    if (found) return found;
    // Lower rates bring fewer requests: they can help only where requests were over the limit.
    double lowest = rates_.begin()->first;
    if (!rates_.begin()->second.all.any_over()) return found;
    for (int i = 0; i < kMostHalvings && lowest / 2 >= floor(); ++i) below.push_back(lowest /= 2);
    return first_pass(below, kBisect);
  }
  [[nodiscard]] double floor() const { return spec_.start_per_s / 64; }

  Status bisect(double low) {
    auto above = std::next(rates_.find(low));
    if (above == rates_.end()) return ok_status();
    double high = above->first;
    while ((high - low) / low > spec_.resolution && !spent()) {
      double middle = std::sqrt(low * high);
      TRY_STATUS(decide(middle, kBisect));
      (passes(middle) ? low : high) = middle;
    }
    return ok_status();
  }

  Status find_pass(double ceiling) {
    found_.pass_per_s.reset();
    ceiling = std::min(ceiling, lowest_fail_above(0).value_or(ceiling));
    while (true) {
      std::optional<double> low = TRY(highest_pass_below(ceiling));
      if (!low) return ok_status();
      TRY_STATUS(go_up());
      TRY_STATUS(bisect(*low));
      ceiling = std::min(ceiling, lowest_fail_above(0).value_or(ceiling));
      double best = TRY(highest_pass_below(ceiling)).value_or(*low);
      if (TRY(confirm(best, PointVerdict::kPass)) == Confirmed::kYes) {
        found_.pass_per_s = best;
        return ok_status();
      }
      if (spent()) return ok_status();
      ceiling = best;
    }
  }

  Status find_fail() {
    found_.fail_per_s.reset();
    double floor_rate = found_.pass_per_s.value_or(0);
    while (true) {
      TRY_STATUS(make_something_fail(floor_rate));
      TRY_STATUS(narrow_fail(floor_rate));
      std::optional<double> rate = lowest_fail_above(floor_rate);
      if (!rate) return ok_status();
      if (TRY(confirm(*rate, PointVerdict::kFail)) == Confirmed::kYes) {
        found_.fail_per_s = *rate;
        return ok_status();
      }
      if (spent()) return ok_status();
      floor_rate = *rate;
    }
  }

  // Where the rates above could not be decided, higher ones are looked at.
  Status make_something_fail(double above) {
    while (!spent() && !lowest_fail_above(above)) {
      double top = rates_.rbegin()->first;
      if (top >= spec_.at_most_per_s) return ok_status();
      TRY_STATUS(look_at(std::min(2 * top, spec_.at_most_per_s), kBracket));
    }
    return ok_status();
  }

  Status narrow_fail(double above) {
    for (int i = 0; i < kMostNarrowing && !spent(); ++i) {
      std::optional<double> fail = lowest_fail_above(above);
      if (!fail) return ok_status();
      auto at = rates_.find(*fail);
      if (at == rates_.begin()) return ok_status();
      double undecided = std::prev(at)->first;
      if ((*fail - undecided) / undecided <= spec_.resolution) return ok_status();
      TRY_STATUS(look_at(std::sqrt(undecided * *fail), kBisect));
    }
    return ok_status();
  }

  // The middles of the widest gaps between rates looked at up to the confirmed one.
  [[nodiscard]] std::vector<double> gaps_below(double pass) const {
    std::vector<std::pair<double, double>> gaps;  // ratio, middle
    for (auto at = rates_.begin(); at != rates_.end() && at->first < pass; ++at) {
      double high = std::next(at)->first;
      if (high / at->first > kWideGap) gaps.emplace_back(high / at->first, std::sqrt(at->first * high));
    }
    // Of gaps of about the same width the higher one: it has more requests to tell by.
    auto wider = [](const auto& a, const auto& b) {
      if (std::abs(a.first - b.first) > 1e-9 * a.first) return a.first > b.first;
      return a.second > b.second;
    };
    std::sort(gaps.begin(), gaps.end(), wider);
    std::vector<double> middles;
    for (std::size_t i = 0; i < std::min<std::size_t>(kMostChecks, gaps.size()); ++i) middles.push_back(gaps[i].second);
    return middles;
  }

  Status check_below() {
    if (!found_.pass_per_s) return ok_status();
    for (double rate : gaps_below(*found_.pass_per_s)) {
      if (spent()) return ok_status();
      TRY_STATUS(look_at(rate, kCheckBelow));
      if (!fails(rate) || spent()) continue;
      TRY_STATUS(look_at(rate, kCheckBelow));
      if (!fails(rate)) continue;
      TRY_STATUS(find_pass(rate));
      return find_fail();
    }
    return ok_status();
  }

  // No low rate passed: a server that does better under more load (batches that wait to be full) is
  // looked for above the start.
  Status climb() {
    double rate = std::min(spec_.start_per_s, spec_.at_most_per_s);
    for (int i = 0; i < kMostHalvings && !spent() && rate < spec_.at_most_per_s; ++i) {
      rate = std::min(2 * rate, spec_.at_most_per_s);
      if (!rates_.contains(rate)) TRY_STATUS(look_at(rate, kClimb));
      if (passes(rate)) return look_again(rate);
    }
    return ok_status();
  }
  Status look_again(double rate) { return spent() ? ok_status() : look_at(rate, kClimb); }

  [[nodiscard]] std::string outcome() const {
    std::string text = main_outcome();
    if (spent()) text += fmt::format("; stopped after {} looks", kMostLooks);
    for (const std::string& finding : found_.findings) text += "; " + finding;
    return text;
  }

  [[nodiscard]] std::string main_outcome() const {
    const auto& pass = found_.pass_per_s;
    const auto& fail = found_.fail_per_s;
    if (pass && fail) {
      if ((*fail - *pass) / *pass <= spec_.resolution) return "found";
      return fmt::format("found; between {} and {} looks of this length could not decide{}",
                         rate_text(*pass), rate_text(*fail), needed_text(*pass, *fail));
    }
    if (pass && *pass >= spec_.at_most_per_s) {
      return fmt::format("capacity is above at_most: {} passed", rate_text(*pass));
    }
    if (pass) {
      return fmt::format("inconclusive: {} passed, and no higher rate failed for certain up to {}",
                         rate_text(*pass), rate_text(rates_.rbegin()->first));
    }
    return fmt::format("inconclusive: no rate passed for certain, down to {}",
                       rate_text(rates_.begin()->first));
  }

  // How long a look must be to tell, by the most modest of those that could not.
  [[nodiscard]] std::string needed_text(double low, double high) const {
    std::optional<double> shortest_ns;
    for (const SearchStep& step : found_.steps) {
      bool between = step.rate_per_s > low && step.rate_per_s < high;
      if (!between || !step.needed_requests || step.requests == 0) continue;
      double length_ns = static_cast<double>(step.length_ns) * *step.needed_requests / static_cast<double>(step.requests);
      if (!shortest_ns || length_ns < *shortest_ns) shortest_ns = length_ns;
    }
    return shortest_ns ? fmt::format(" (one of about {} would tell more)", duration_text(*shortest_ns)) : "";
  }

  const SearchSpec& spec_;
  std::uint64_t seed_;
  const Look& look_;
  std::map<double, Seen> rates_;
  Saturation found_;
};

std::string limits_text(const Slo& slo) {
  std::string text;
  for (const SloTerm& term : every_term(slo)) {
    std::string what = term.metric == LatencyMetric::kE2e
                           ? "take longer than"
                           : fmt::format("have a {} above", name_of(term.metric));
    text += fmt::format("{}at most {:.4g} % of the requests {} {}", text.empty() ? "" : " and ",
                        (1 - term.quantile) * 100, what, duration_text(static_cast<double>(term.at_most.count())));
  }
  return text;
}

std::string criterion_text(const SearchSpec& spec, const Slo& slo) {
  return fmt::format(
      "A rate passes when, with 95 % confidence corrected for the correlation of neighbouring "
      "requests, {} (counted from due) or fail; it fails when more do, with the same confidence, or "
      "when requests come faster than they leave. Doubled from {}, then bisected geometrically until "
      "(not passed - passed) / passed is at most {:.4g} %; a look that cannot decide goes on up to {}, "
      "a rate that one look cannot decide gets up to {} looks, judged together; each end is confirmed "
      "by {} more looks that must agree by themselves, each with a seed of its own.",
      limits_text(slo), rate_text(spec.start_per_s), spec.resolution * 100, exact_duration(spec.extend_to),
      1 + spec.repeats, spec.repeats);
}

}  // namespace

Result<Saturation> find_saturation(const SearchSpec& spec, const Slo& slo, std::uint64_t seed,
                                   const Look& look) {
  // A look that tells of no terms is about the first one.
  Look with_terms = [&](double rate, std::uint64_t look_seed, const std::string& purpose) -> Result<SearchStep> {
    SearchStep step = TRY(look(rate, look_seed, purpose));
    if (step.terms.empty()) {
      step.terms.push_back({slo.metric, slo.quantile, slo.at_most.count(), step.requests, step.over_ratio,
                            step.over_low, step.over_high, step.effective_samples, step.latency_ns, step.verdict});
    }
    return step;
  };
  Search search(spec, seed, with_terms);
  search.set_criterion(criterion_text(spec, slo));
  return search.run();
}

}  // namespace lynxbench::loadgen
