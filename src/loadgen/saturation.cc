#include "loadgen/saturation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "stats/proportion.h"

namespace lynxbench::loadgen {
namespace {

constexpr int kMostHalvings = 6;
constexpr int kMostNarrowing = 3;

// All looks at one rate.
struct Evidence {
  std::size_t looks = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
  double requests = 0;
  double over = 0;
  double effective = 0;

  void add(const SearchStep& step) {
    ++looks;
    passed += step.verdict == PointVerdict::kPass ? 1 : 0;
    failed += step.verdict == PointVerdict::kFail ? 1 : 0;
    requests += static_cast<double>(step.requests);
    over += step.over_ratio * static_cast<double>(step.requests);
    effective += step.effective_samples;
  }

  [[nodiscard]] PointVerdict verdict(double allowed) const {
    if (looks == 0 || (passed > 0 && failed > 0)) return PointVerdict::kInconclusive;
    if (passed == looks) return PointVerdict::kPass;
    if (failed == looks) return PointVerdict::kFail;
    stats::Range range = pooled(1);
    if (failed == 0 && range.high <= allowed) return PointVerdict::kPass;
    if (passed == 0 && range.low > allowed) return PointVerdict::kFail;
    return PointVerdict::kInconclusive;
  }

  // The share over the limit, of all looks together; `times` as many looks like these.
  [[nodiscard]] stats::Range pooled(double times) const {
    if (!(effective > 0)) return {};
    double inflation = std::max(1.0, requests / effective);
    // Whole requests: the ratios that `over` is summed from were divided.
    double count = std::floor(over + 0.5);
    return stats::clustered_proportion(times * requests, times * count, inflation,
                                       stats::kTailFor95);
  }

  // Would it pass with `looks_in_all` looks, if the coming ones were like those so far?
  [[nodiscard]] bool may_pass(double allowed, std::size_t looks_in_all) const {
    double times = static_cast<double>(looks_in_all) / static_cast<double>(looks);
    return failed == 0 && pooled(times).high <= allowed;
  }

  // What the looks suggest, proven or not.
  [[nodiscard]] bool leans_to_pass(double allowed) const {
    return failed == 0 && over <= allowed * requests;
  }
};

class Search {
 public:
  Search(const SearchSpec& spec, const Slo& slo, std::uint64_t seed, const Look& look)
      : spec_(spec), allowed_(1 - slo.quantile), seed_(seed), look_(look) {}

  Result<Saturation> run() {
    TRY_STATUS(bracket());
    TRY_STATUS(find_pass());
    TRY_STATUS(find_fail());
    found_.outcome = outcome();
    return std::move(found_);
  }

  void set_criterion(std::string text) { found_.criterion = std::move(text); }

 private:
  [[nodiscard]] bool spent() const { return found_.steps.size() >= kMostLooks; }
  [[nodiscard]] PointVerdict verdict(double rate) const {
    auto seen = rates_.find(rate);
    return seen == rates_.end() ? PointVerdict::kInconclusive : seen->second.verdict(allowed_);
  }
  [[nodiscard]] bool passes(double rate) const { return verdict(rate) == PointVerdict::kPass; }
  [[nodiscard]] bool leans(double rate) const { return rates_.at(rate).leans_to_pass(allowed_); }

  Status look_at(double rate, const std::string& purpose) {
    std::uint64_t seed = derived_seed(seed_, "search", found_.steps.size());
    SearchStep step = TRY(look_(rate, seed, purpose));
    step.purpose = purpose;
    rates_[rate].add(step);
    found_.steps.push_back(std::move(step));
    return ok_status();
  }

  // Looks until the rate is decided, or has had its looks, or more looks like these would not help.
  Status decide(double rate, const std::string& purpose) {
    if (!rates_.contains(rate) && !spent()) TRY_STATUS(look_at(rate, purpose));
    while (!spent() && !has_all_looks(rate) && verdict(rate) == PointVerdict::kInconclusive &&
           rates_.at(rate).may_pass(allowed_, looks_in_all())) {
      TRY_STATUS(look_at(rate, purpose));
    }
    return ok_status();
  }
  // Looks until the rate has 1 + repeats.
  Status confirm(double rate, const std::string& purpose) {
    while (!spent() && !has_all_looks(rate)) TRY_STATUS(look_at(rate, purpose));
    return ok_status();
  }
  [[nodiscard]] bool has_all_looks(double rate) const {
    return rates_.at(rate).looks >= looks_in_all();
  }
  [[nodiscard]] std::size_t looks_in_all() const {
    return 1 + static_cast<std::size_t>(std::max<std::int64_t>(0, spec_.repeats));
  }

  Status bracket() {
    double rate = std::min(spec_.start_per_s, spec_.at_most_per_s);
    TRY_STATUS(look_at(rate, "bracket"));
    if (!leans(rate)) return go_down(rate);
    while (leans(rate) && rate < spec_.at_most_per_s && !spent()) {
      rate = std::min(2 * rate, spec_.at_most_per_s);
      TRY_STATUS(look_at(rate, "bracket"));
    }
    return ok_status();
  }

  Status go_down(double rate) {
    for (int i = 0; i < kMostHalvings && !leans(rate) && !spent(); ++i) {
      rate /= 2;
      TRY_STATUS(look_at(rate, "bracket"));
    }
    return ok_status();
  }

  // The lowest rate that failed: nothing above it counts as passed.
  [[nodiscard]] std::optional<double> lowest_fail_above(double floor) const {
    for (const auto& [rate, seen] : rates_) {
      if (rate > floor && seen.verdict(allowed_) == PointVerdict::kFail) return rate;
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
    std::optional<double> found = TRY(first_pass(seen, "bracket"));
    if (!found) found = TRY(first_pass(between, "bisect"));
    if (found) return found;
    // Lower rates bring fewer requests: they can help only where requests were over the limit.
    double lowest = rates_.begin()->first;
    if (!(rates_.begin()->second.over > 0)) return found;
    for (int i = 0; i < kMostHalvings && lowest / 2 >= floor(); ++i) below.push_back(lowest /= 2);
    return first_pass(below, "bracket");
  }
  [[nodiscard]] double floor() const { return spec_.start_per_s / 64; }

  Status bisect(double low) {
    auto above = std::next(rates_.find(low));
    if (above == rates_.end()) return ok_status();
    double high = above->first;
    while ((high - low) / low > spec_.resolution && !spent()) {
      double middle = std::sqrt(low * high);
      TRY_STATUS(decide(middle, "bisect"));
      (passes(middle) ? low : high) = middle;
    }
    return ok_status();
  }

  Status find_pass() {
    double ceiling = lowest_fail_above(0).value_or(2 * spec_.at_most_per_s);
    while (true) {
      std::optional<double> low = TRY(highest_pass_below(ceiling));
      if (!low) return ok_status();
      TRY_STATUS(bisect(*low));
      ceiling = std::min(ceiling, lowest_fail_above(0).value_or(ceiling));
      double best = TRY(highest_pass_below(ceiling)).value_or(*low);
      TRY_STATUS(confirm(best, "confirm pass"));
      if (passes(best) && has_all_looks(best)) {
        found_.pass_per_s = best;
        return ok_status();
      }
      if (spent()) return ok_status();
      ceiling = best;
    }
  }

  Status find_fail() {
    double floor_rate = found_.pass_per_s.value_or(0);
    while (true) {
      TRY_STATUS(make_something_fail(floor_rate));
      TRY_STATUS(narrow_fail(floor_rate));
      std::optional<double> rate = lowest_fail_above(floor_rate);
      if (!rate) return ok_status();
      TRY_STATUS(confirm(*rate, "confirm fail"));
      if (verdict(*rate) == PointVerdict::kFail && has_all_looks(*rate)) {
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
      TRY_STATUS(look_at(std::min(2 * top, spec_.at_most_per_s), "bracket"));
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
      TRY_STATUS(look_at(std::sqrt(undecided * *fail), "bisect"));
    }
    return ok_status();
  }

  [[nodiscard]] std::string outcome() const {
    std::string text = main_outcome();
    if (spent()) text += fmt::format("; stopped after {} looks", kMostLooks);
    std::optional<double> failed = lowest_fail_above(0);
    for (const auto& [rate, seen] : rates_) {
      if (!failed || rate <= *failed || seen.passed == 0) continue;
      text += fmt::format("; not monotone: {} passed a look although {} failed", rate_text(rate),
                          rate_text(*failed));
      break;
    }
    return text;
  }

  [[nodiscard]] std::string main_outcome() const {
    const auto& pass = found_.pass_per_s;
    const auto& fail = found_.fail_per_s;
    if (pass && fail) {
      if ((*fail - *pass) / *pass <= spec_.resolution) return "found";
      return fmt::format("found; between {} and {} looks of this length could not decide",
                         rate_text(*pass), rate_text(*fail));
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

  const SearchSpec& spec_;
  double allowed_;
  std::uint64_t seed_;
  const Look& look_;
  std::map<double, Evidence> rates_;
  Saturation found_;
};

std::string criterion_text(const SearchSpec& spec, const Slo& slo) {
  return fmt::format(
      "A rate passes when, with 95 % confidence corrected for the correlation of neighbouring "
      "requests, at "
      "most {:.4g} % of the requests take longer than {} (counted from due) or fail; it fails when "
      "more do, "
      "with the same confidence, or when requests come faster than they leave. Doubled from {}, "
      "then "
      "bisected geometrically until (not passed - passed) / passed is at most {:.4g} %; a rate "
      "that one look "
      "cannot decide gets up to {} looks, judged together; the ends are confirmed by {} looks, "
      "each with a "
      "seed of its own.",
      (1 - slo.quantile) * 100, duration_text(static_cast<double>(slo.at_most.count())),
      rate_text(spec.start_per_s), spec.resolution * 100, 1 + spec.repeats, 1 + spec.repeats);
}

}  // namespace

Result<Saturation> find_saturation(const SearchSpec& spec, const Slo& slo, std::uint64_t seed,
                                   const Look& look) {
  Search search(spec, slo, seed, look);
  search.set_criterion(criterion_text(spec, slo));
  return search.run();
}

}  // namespace lynxbench::loadgen
