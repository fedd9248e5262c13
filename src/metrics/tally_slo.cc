// Was the SLO kept? Each term by itself, as judge() does for one rate of the search.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/units.h"
#include "metrics/tally_reading.h"
#include "model/json.h"
#include "stats/proportion.h"
#include "stats/quantile.h"
#include "stats/ranks.h"
#include "stats/series.h"

namespace lynxbench::metrics {
namespace {

constexpr double kNoAnswer = std::numeric_limits<double>::infinity();

std::optional<std::int64_t> time_of(const LoadRow& row, LatencyMetric metric) {
  switch (metric) {
    case LatencyMetric::kE2e: return row.ok() ? std::optional(row.e2e_ns()) : std::nullopt;
    case LatencyMetric::kService: return row.ok() ? std::optional(row.service_ns()) : std::nullopt;
    case LatencyMetric::kTtft: return row.ttft_from_due_ns();
    case LatencyMetric::kItl: return row.itl_ns();
    case LatencyMetric::kTpot: return row.tpot_ns();
  }
  return std::nullopt;
}

bool is_between_tokens(LatencyMetric metric) {
  return metric == LatencyMetric::kItl || metric == LatencyMetric::kTpot;
}

// The value that the term judges: infinite for a request that failed; nothing where a well answered
// one has none by nature (one token).
std::optional<double> judged(const LoadRow& row, LatencyMetric metric) {
  if (std::optional<std::int64_t> time = time_of(row, metric)) return static_cast<double>(*time);
  if (row.ok() && is_between_tokens(metric)) return std::nullopt;
  return kNoAnswer;
}

// What a kept value is compared with: rounded as the values are.
double limit_of(const SloTerm& term) {
  if (!is_between_tokens(term.metric)) return static_cast<double>(term.at_most.count());
  return static_cast<double>(value_of_cell(rounded_cell(term.at_most.count())));
}

std::string counted_text(const SearchStep& step, double over, const SloTerm& term) {
  return fmt::format("{:.0f} of {} requests took over {} or failed (worth {:.0f} independent ones)", over,
                     step.requests, duration_text(static_cast<double>(term.at_most.count())),
                     std::floor(step.effective_samples));
}

void decide(SearchStep& step, double over, const SloTerm& term, std::optional<double> backlog) {
  double allowed = 1 - term.quantile;
  std::string counted = counted_text(step, over, term);
  if (step.over_low > allowed) {
    step.verdict = PointVerdict::kFail;
    step.reason = fmt::format("{}: at least {:.2f} % with 95 % confidence, {:.4g} % are allowed", counted,
                              step.over_low * 100, allowed * 100);
  } else if (backlog) {
    step.verdict = PointVerdict::kFail;
    step.reason = fmt::format("requests came faster than they left: {:.0f} of {} were still there at the end and the "
                              "number grew all the time; {}",
                              *backlog, step.requests, counted);
  } else if (step.over_high <= allowed) {
    step.verdict = PointVerdict::kPass;
    step.reason = fmt::format("{}: at most {:.2f} % with 95 % confidence, {:.4g} % are allowed", counted,
                              step.over_high * 100, allowed * 100);
  } else {
    step.verdict = PointVerdict::kInconclusive;
    step.reason = fmt::format("{}: between {:.2f} % and {:.2f} %, {:.4g} % are allowed; more requests would tell",
                              counted, step.over_low * 100, step.over_high * 100, allowed * 100);
  }
}

// The value at the term's quantile, failed requests counting as the slowest.
std::optional<double> at_quantile(const LoadWindow& window, const SloTerm& term, std::uint64_t count) {
  std::uint64_t rank = stats::quantile_rank(count, term.quantile);
  auto each = [&](const auto& take) {
    window.for_each_due([&](const LoadRow& row) {
      if (std::optional<std::int64_t> time = time_of(row, term.metric)) take(*time);
    });
  };
  std::uint64_t with_time = 0;
  each([&](std::int64_t) { ++with_time; });
  if (rank > with_time) return std::nullopt;
  return static_cast<double>(stats::at_ranks(std::vector<std::uint64_t>{rank}, each)[0]);
}

struct TermCounts {
  std::uint64_t judged = 0;
  std::uint64_t over = 0;
  std::uint64_t ok = 0;
  std::uint64_t with_time = 0;
};

TermCounts counts_of(const LoadWindow& window, const SloTerm& term, double limit) {
  TermCounts counts;
  window.for_each_due([&](const LoadRow& row) {
    counts.ok += row.ok() ? 1 : 0;
    counts.with_time += time_of(row, term.metric) ? 1 : 0;
    std::optional<double> value = judged(row, term.metric);
    if (!value) return;
    ++counts.judged;
    counts.over += *value > limit ? 1 : 0;
  });
  return counts;
}

// Why nothing can be said; "" where something can.
std::string impossible(const TermCounts& counts, const SloTerm& term) {
  if (counts.judged == 0 && counts.ok == 0) return "no request fell due in the window";
  if (counts.ok == 0 || counts.with_time > 0) return "";
  if (term.metric == LatencyMetric::kTpot) {
    return "no answer has a tpot: the server did not count its tokens, or none came in pieces";
  }
  return fmt::format("no answer has a {}: none came in pieces", name_of(term.metric));
}

SearchStep judge_term(const LoadWindow& window, const SloTerm& term, std::optional<double> backlog) {
  SearchStep step;
  step.over_high = 1;
  double limit = limit_of(term);
  TermCounts counts = counts_of(window, term, limit);
  step.requests = counts.judged;
  step.reason = impossible(counts, term);
  if (!step.reason.empty()) return step;
  std::vector<double> series = series_of(window, [&](const LoadRow& row) { return judged(row, term.metric); });
  double n = static_cast<double>(counts.judged), over = static_cast<double>(counts.over);
  double inflation = stats::tail_inflation(series, limit, term.quantile) * n / static_cast<double>(series.size());
  stats::Range range = stats::clustered_proportion(n, over, inflation, stats::kTailFor95);
  step.over_ratio = over / n;
  step.over_low = range.low;
  step.over_high = range.high;
  step.effective_samples = n / inflation;
  step.latency_ns = at_quantile(window, term, counts.judged);
  decide(step, over, term, backlog);
  std::uint64_t without = counts.ok - counts.with_time;
  if (without > 0 && is_between_tokens(term.metric)) {
    step.reason += fmt::format("; {} answers had no {} and are left out", without, name_of(term.metric));
  }
  return step;
}

}  // namespace

std::string term_text(const SloTerm& term) {
  return fmt::format("p{:.6g} {} ≤ {}", term.quantile * 100, name_of(term.metric), exact_duration(term.at_most));
}

std::vector<SloOutcome> judge_terms(const LoadWindow& window, const std::vector<SloTerm>& terms) {
  std::vector<SloOutcome> outcomes;
  if (terms.empty()) return outcomes;
  std::optional<double> backlog = growing_backlog(window);
  for (const SloTerm& term : terms) {
    SloOutcome& outcome = outcomes.emplace_back();
    outcome.term = term_text(term);
    outcome.metric = name_of(term.metric);
    outcome.quantile = term.quantile;
    outcome.at_most_ns = term.at_most.count();
    outcome.step = judge_term(window, term, backlog);
  }
  return outcomes;
}

}  // namespace lynxbench::metrics
