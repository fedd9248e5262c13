#include "loadgen/findings.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/text.h"
#include "base/units.h"

namespace lynxbench::loadgen {
namespace {

// Completions below this share of the peak, at a higher rate, have collapsed: a server that is only
// full goes on completing what it can.
constexpr double kCollapsed = 0.8;
constexpr double kAttemptsGrew = 1.1;
constexpr double kFewestCompletions = 30;

// All looks at one rate.
struct AtRate {
  std::size_t passed = 0;
  std::size_t failed = 0;
  double requests = 0;
  double completed_per_s = 0;  // weighted by requests, as the others
  double turned_away = 0;
  std::optional<double> answered_ns;  // the slowest look's
  std::optional<double> attempts;

  void add(const SearchStep& step) {
    passed += step.verdict == PointVerdict::kPass ? 1 : 0;
    failed += step.verdict == PointVerdict::kFail ? 1 : 0;
    double n = static_cast<double>(step.requests);
    completed_per_s = mean_with(completed_per_s, step.achieved_per_s, n);
    turned_away = mean_with(turned_away, step.turned_away_ratio, n);
    if (step.attempts_per_request) attempts = mean_with(attempts.value_or(0), *step.attempts_per_request, n);
    if (step.answered_ns) answered_ns = std::max(answered_ns.value_or(0), *step.answered_ns);
    requests += n;
  }
  [[nodiscard]] double mean_with(double before, double value, double n) const {
    return requests + n > 0 ? (before * requests + value * n) / (requests + n) : value;
  }
  [[nodiscard]] bool only_failed() const { return failed > 0 && passed == 0; }
  [[nodiscard]] bool only_passed() const { return passed > 0 && failed == 0; }
};
using Rates = std::map<double, AtRate>;

std::string rates_text(const std::vector<double>& rates) {
  std::vector<std::string> texts;
  for (double rate : rates) texts.push_back(rate_text(rate));
  return joined(texts, "and");
}

void add_not_monotone(Saturation& found, const Rates& rates) {
  std::vector<double> failed, passed_above;
  for (const auto& [rate, seen] : rates) {
    if (seen.only_failed()) failed.push_back(rate);
    else if (seen.passed > 0 && !failed.empty()) passed_above.push_back(rate);
  }
  if (passed_above.empty()) return;
  std::erase_if(failed, [&](double rate) { return rate > passed_above.back(); });
  found.findings.push_back(fmt::format("not monotone: {} passed although {} failed", rates_text(passed_above),
                                       rates_text(failed)));
}

// The first rate above the capacity: is what failed there turned away, while what is answered is fast?
void add_cliff(Saturation& found, const Rates& rates) {
  double above = found.pass_per_s.value_or(0);
  for (const auto& [rate, seen] : rates) {
    if (rate <= above || !seen.only_failed()) continue;
    const SearchStep* step = nullptr;
    for (const SearchStep& look : found.steps) {
      if (look.rate_per_s == rate && !look.terms.empty()) step = &look;
    }
    if (step == nullptr || !seen.answered_ns) return;
    const SearchTerm& term = step->terms.front();
    bool within = *seen.answered_ns <= static_cast<double>(term.at_most_ns);
    if (!within || seen.turned_away <= 1 - term.quantile) return;
    auto before = found.pass_per_s ? rates.find(*found.pass_per_s) : rates.end();
    std::string came_from = before == rates.end()
                                ? std::string()
                                : fmt::format(" ({} at {})", ratio_text(before->second.turned_away), rate_text(before->first));
    found.findings.push_back(fmt::format(
        "goodput cliff: at {} {} of the requests were turned away{}, while those answered took {}: the limit is a "
        "bounded queue, not slowness",
        rate_text(rate), ratio_text(seen.turned_away), came_from, duration_text(*seen.answered_ns)));
    return;
  }
}

void add_collapse(Saturation& found, const Rates& rates) {
  const AtRate* peak = nullptr;
  double peak_rate = 0;
  for (const auto& [rate, seen] : rates) {
    bool fallen = peak != nullptr && seen.only_failed() && seen.requests >= kFewestCompletions &&
                  seen.completed_per_s < kCollapsed * peak->completed_per_s;
    if (fallen) {
      bool storm = peak->attempts && seen.attempts && *seen.attempts > kAttemptsGrew * *peak->attempts;
      std::string attempts = storm ? fmt::format(", with {:.2f} attempts for each request in place of {:.2f}",
                                                 *seen.attempts, *peak->attempts)
                                   : std::string();
      found.findings.push_back(fmt::format(
          "{}: {} offered completed {}, {} completed only {}{}: more load makes it slower (metastable failure)",
          storm ? "retry storm" : "collapse", rate_text(peak_rate), rate_text(peak->completed_per_s),
          rate_text(rate), rate_text(seen.completed_per_s), attempts));
      return;
    }
    if (peak == nullptr || seen.completed_per_s > peak->completed_per_s) {
      peak = &seen;
      peak_rate = rate;
    }
  }
}

// A rate that passed before a higher one was looked at, and only failed from then on.
void add_no_recovery(Saturation& found) {
  for (std::size_t i = 0; i < found.steps.size(); ++i) {
    const SearchStep& before = found.steps[i];
    if (before.verdict != PointVerdict::kPass) continue;
    double highest = 0;
    std::size_t failed = 0, passed = 0;
    for (std::size_t k = i + 1; k < found.steps.size(); ++k) {
      const SearchStep& later = found.steps[k];
      if (later.rate_per_s > before.rate_per_s && failed + passed == 0) highest = std::max(highest, later.rate_per_s);
      if (later.rate_per_s != before.rate_per_s) continue;
      failed += later.verdict == PointVerdict::kFail ? 1 : 0;
      passed += later.verdict == PointVerdict::kPass ? 1 : 0;
    }
    if (highest == 0 || failed == 0 || passed > 0) continue;
    found.findings.push_back(fmt::format("no recovery: {} passed, and failed after {} had been offered",
                                         rate_text(before.rate_per_s), rate_text(highest)));
    return;
  }
}

}  // namespace

void describe(Saturation& found) {
  Rates rates;
  for (const SearchStep& step : found.steps) {
    rates[step.rate_per_s].add(step);
    if (found.peak_per_s && step.achieved_per_s <= *found.peak_per_s) continue;
    found.peak_per_s = step.achieved_per_s;
    found.peak_offered_per_s = step.rate_per_s;
  }
  if (found.pass_per_s) found.sustained_per_s = rates.at(*found.pass_per_s).completed_per_s;
  add_not_monotone(found, rates);
  add_cliff(found, rates);
  add_collapse(found, rates);
  add_no_recovery(found);
}

}  // namespace lynxbench::loadgen
