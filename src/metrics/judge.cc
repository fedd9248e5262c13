// Did one look at one rate keep the SLO?
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/units.h"
#include "metrics/look.h"
#include "metrics/metrics.h"
#include "metrics/requests.h"
#include "model/json.h"
#include "stats/proportion.h"
#include "stats/quantile.h"
#include "stats/series.h"

namespace lynxbench::metrics {
namespace {

constexpr double kNoAnswer = std::numeric_limits<double>::infinity();
// Little's law and the integral may differ by so much before it is said.
constexpr double kLittleTolerance = 0.1;

double allowed(const SearchTerm& term) { return 1 - term.quantile; }

// How many requests in all would tell a share that is like this one from the allowed share, about:
// the normal distribution's answer, and no fewer than a PASS without any late request needs.
double needed_requests(const SearchTerm& term) {
  double n = static_cast<double>(term.requests), inflation = n / term.effective_samples;
  double share = std::max(term.over_ratio, allowed(term));
  double distance = std::max(std::abs(term.over_ratio - allowed(term)), 0.1 * allowed(term));
  double by_distance = 4.2 * share * inflation / (distance * distance);
  double by_clumps = 4 * (inflation + 1) / 2 / allowed(term);
  return std::max({by_distance, by_clumps, n});
}

std::string term_name(const SearchTerm& term) {
  return term.metric == LatencyMetric::kE2e ? "" : std::string(name_of(term.metric)) + ": ";
}

std::string counted_text(const SearchTerm& term) {
  return fmt::format("{}{:.0f} of {} requests took over {} or failed (worth {:.0f} independent ones)",
                     term_name(term), term.over_ratio * static_cast<double>(term.requests),
                     term.requests, duration_text(static_cast<double>(term.at_most_ns)),
                     std::floor(term.effective_samples));
}

std::string reason_of(const SearchTerm& term) {
  std::string counted = counted_text(term);
  double share = allowed(term) * 100;
  if (term.verdict == PointVerdict::kFail) {
    return fmt::format("{}: at least {:.2f} % with 95 % confidence, {:.4g} % are allowed", counted,
                       term.over_low * 100, share);
  }
  if (term.verdict == PointVerdict::kPass) {
    return fmt::format("{}: at most {:.2f} % with 95 % confidence, {:.4g} % are allowed", counted,
                       term.over_high * 100, share);
  }
  return fmt::format("{}: between {:.2f} % and {:.2f} %, {:.4g} % are allowed; about {:.2g} requests would tell",
                     counted, term.over_low * 100, term.over_high * 100, share, needed_requests(term));
}

// `tail_share`: of the tail that a false FAIL may have, so that several terms do not add up theirs.
// `stages`: so many times a look that went on has been judged, each time with another chance to pass falsely.
SearchTerm judge_term(const TermSeries& series, const SloTerm& wanted, double tail_share, std::size_t stages) {
  SearchTerm term;
  term.metric = wanted.metric;
  term.quantile = wanted.quantile;
  term.at_most_ns = wanted.at_most.count();
  term.requests = series.values.size();
  if (series.values.empty()) return term;
  double limit = static_cast<double>(term.at_most_ns), n = static_cast<double>(term.requests);
  double over = static_cast<double>(std::count_if(
      series.values.begin(), series.values.end(), [&](double value) { return value > limit; }));
  double inflation = stats::tail_inflation(series.values, series.lengths, limit, term.quantile);
  term.over_ratio = over / n;
  term.over_high =
      stats::clustered_proportion(n, over, inflation, stats::kTailFor95 / static_cast<double>(stages)).high;
  term.over_low =
      stats::clustered_proportion(n, over, inflation, stats::kTailFor95 * tail_share).low;
  term.effective_samples = n / inflation;
  std::vector<double> sorted = series.values;
  std::sort(sorted.begin(), sorted.end());
  double at_quantile = sorted[stats::quantile_rank(sorted.size(), term.quantile) - 1];
  if (at_quantile < kNoAnswer) term.latency_ns = at_quantile;
  if (term.over_low > allowed(term)) term.verdict = PointVerdict::kFail;
  else if (term.over_high <= allowed(term)) term.verdict = PointVerdict::kPass;
  return term;
}

// The worst: a failed one before an undecided before a passed, then the one nearest to its limit.
const SearchTerm& decisive(const std::vector<SearchTerm>& terms) {
  auto badness = [](const SearchTerm& term) {
    double rank = term.verdict == PointVerdict::kFail ? 2 : term.verdict == PointVerdict::kInconclusive ? 1 : 0;
    return std::pair(rank, term.over_high / std::max(allowed(term), 1e-12));
  };
  return *std::max_element(terms.begin(), terms.end(), [&](const SearchTerm& a, const SearchTerm& b) {
    return badness(a) < badness(b);
  });
}

std::optional<double> answered_at_quantile(std::span<const LookPart> parts, double q) {
  std::vector<double> values;
  for (double value : series_of(parts, LatencyMetric::kE2e).values) {
    if (value < kNoAnswer) values.push_back(value);
  }
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return values[stats::quantile_rank(values.size(), q) - 1];
}

void decide(SearchStep& step, std::optional<double> backlog) {
  const SearchTerm& worst = decisive(step.terms);
  step.requests = worst.requests;
  step.over_ratio = worst.over_ratio;
  step.over_low = worst.over_low;
  step.over_high = worst.over_high;
  step.effective_samples = worst.effective_samples;
  step.latency_ns = worst.latency_ns;
  step.verdict = worst.verdict;
  step.reason = worst.requests > 0 ? reason_of(worst)
                                   : fmt::format("no answer has a {}", name_of(worst.metric));
  if (worst.verdict == PointVerdict::kFail) return;
  if (backlog) {
    step.verdict = PointVerdict::kFail;
    step.reason = fmt::format(
        "requests came faster than they left: {:.0f} of {} were still there at the end "
        "and the number grew all the time; {}",
        *backlog, step.requests, step.reason);
  } else if (worst.verdict == PointVerdict::kPass && step.rate_deficit > step.rate_deficit_noise) {
    step.verdict = PointVerdict::kInconclusive;
    step.reason = fmt::format(
        "{:.2f} % of the requests had not left at the end of the window, {:.2f} % can be chance: "
        "what has not left has no time yet; {}",
        step.rate_deficit * 100, step.rate_deficit_noise * 100, step.reason);
  }
  if (step.verdict == PointVerdict::kInconclusive && worst.requests > 0) {
    step.needed_requests = needed_requests(worst);
  }
}

std::string left_out_text(const SearchStep& step, std::span<const LookPart> parts) {
  std::string text;
  if (step.ramp_up_requests > 0) {
    text += fmt::format("; {} at the start (up to {}) are left out", step.ramp_up_requests,
                        duration_text(static_cast<double>(step.ramp_up_ns)));
  }
  std::ptrdiff_t unsent = 0;
  for (const LookPart& part : parts) {
    unsent += std::count_if(part.phase->requests.begin(), part.phase->requests.end(),
                            [](const RequestRecord& r) { return r.status == RequestStatus::kUnsent; });
  }
  if (unsent > 0) text += fmt::format("; {} requests were never sent and are left out", unsent);
  return text;
}

std::string little_text(const SearchStep& step) {
  if (!step.in_system_by_law) return "";
  double larger = std::max(step.in_system, *step.in_system_by_law);
  // A handful of requests at the ends is no disagreement.
  double apart = std::abs(step.in_system - *step.in_system_by_law);
  if (apart <= kLittleTolerance * larger || apart < 1) return "";
  return fmt::format("; Little's law disagrees: {} in the system over time, {} by rate x stay",
                     number_text(step.in_system), number_text(*step.in_system_by_law));
}

}  // namespace

SearchStep judge(std::span<const Phase* const> phases, const Slo& slo) {
  SearchStep step;
  std::vector<LookPart> parts = parts_of(phases);
  fill_flow(step, parts);
  if (!phases.empty()) step.phase = phases.back()->id;
  step.rate_per_s = phases.empty() ? 0 : phases.back()->offered_per_s.value_or(step.achieved_per_s);
  step.over_high = 1;
  std::vector<SloTerm> wanted = every_term(slo);
  bool any = std::any_of(parts.begin(), parts.end(), [](const LookPart& part) { return !part.due.empty(); });
  if (!any) {
    step.reason = "no request fell due in the window" + left_out_text(step, parts);
    return step;
  }
  std::uint64_t without = 0;
  for (const SloTerm& term : wanted) {
    TermSeries series = series_of(parts, term.metric);
    without = std::max(without, series.without);
    step.terms.push_back(judge_term(series, term, 1 / static_cast<double>(wanted.size()), phases.size()));
  }
  step.answered_ns = answered_at_quantile(parts, slo.quantile);
  std::optional<double> backlog;
  for (const LookPart& part : parts) backlog = std::max(backlog, growing_backlog(part));
  decide(step, backlog);
  step.reason += left_out_text(step, parts);
  if (without > 0) step.reason += fmt::format("; {} answers have not every time and are left out there", without);
  step.reason += little_text(step);
  return step;
}

SearchStep judge(const Phase& phase, const Slo& slo) {
  const Phase* const phases[] = {&phase};
  return judge(phases, slo);
}

}  // namespace lynxbench::metrics
