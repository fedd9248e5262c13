// Did one look at one rate keep the SLO?
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/units.h"
#include "metrics/metrics.h"
#include "metrics/requests.h"
#include "stats/proportion.h"
#include "stats/quantile.h"
#include "stats/series.h"

namespace lynxbench::metrics {
namespace {

constexpr double kNoAnswer = std::numeric_limits<double>::infinity();

using Requests = std::vector<const RequestRecord*>;

std::vector<double> latencies(const Requests& due) {
  std::vector<double> values;
  values.reserve(due.size());
  for (const RequestRecord* record : due) {
    std::optional<std::int64_t> latency = e2e_latency_ns(*record);
    values.push_back(latency ? static_cast<double>(*latency) : kNoAnswer);
  }
  return values;
}

// Requests that had fallen due before `at_ns` and had not left by then.
double in_system(const Requests& due, std::int64_t at_ns) {
  return static_cast<double>(
      std::count_if(due.begin(), due.end(), [&](const RequestRecord* record) {
        return record->due_ns < at_ns && (!left(*record) || record->done_ns >= at_ns);
      }));
}

// Median stay of the requests of the window's first quarter, in ns; one that never left stayed to
// the end of the window at least.
double early_stay_ns(const Requests& due, const Phase& phase) {
  std::vector<double> stays;
  for (std::size_t i = 0; i < (due.size() + 3) / 4; ++i) {
    const RequestRecord& record = *due[i];
    std::int64_t until = left(record) ? record.done_ns : std::max(phase.end_ns, record.due_ns);
    stays.push_back(static_cast<double>(until - record.due_ns));
  }
  return stats::median(stays).value_or(0);
}

// The backlog at the end of the window, when it shows that requests came faster than they left.
// Little's law says how many should be in the system: rate x stay, the stay that of the first
// quarter. A system loaded exactly to its limit wanders off by sqrt(2 n) (arrivals and service both
// random); twice that is growth, if half of the way a quarter of it was there already (else it is a
// stall at the end, which the limit judges).
std::optional<double> growing_backlog(const Requests& due, const Phase& phase) {
  double n = static_cast<double>(due.size());
  double length = static_cast<double>(phase.end_ns - phase.begin_ns);
  if (due.empty() || !(length > 0)) return std::nullopt;
  double expected = n / length * early_stay_ns(due, phase);
  double at_end = in_system(due, phase.end_ns);
  double half_way = in_system(due, phase.begin_ns + (phase.end_ns - phase.begin_ns) / 2);
  bool grew = at_end - expected > 2 * std::sqrt(2 * n);
  bool steadily = half_way - expected > (at_end - expected) / 4;
  if (grew && steadily) return at_end;
  return std::nullopt;
}

std::string left_out_text(const Phase& phase) {
  auto unsent =
      std::count_if(phase.requests.begin(), phase.requests.end(),
                    [](const RequestRecord& r) { return r.status == RequestStatus::kUnsent; });
  if (unsent == 0) return "";
  return fmt::format("; {} requests were never sent and are left out", unsent);
}

std::string counted_text(const SearchStep& step, double over, const Slo& slo) {
  return fmt::format("{:.0f} of {} requests took over {} or failed (worth {:.0f} independent ones)",
                     over, step.requests, duration_text(static_cast<double>(slo.at_most.count())),
                     std::floor(step.effective_samples));
}

void decide(SearchStep& step, double over, const Slo& slo, std::optional<double> backlog) {
  double allowed = 1 - slo.quantile;
  std::string counted = counted_text(step, over, slo);
  if (step.over_low > allowed) {
    step.verdict = PointVerdict::kFail;
    step.reason = fmt::format("{}: at least {:.2f} % with 95 % confidence, {:.4g} % are allowed",
                              counted, step.over_low * 100, allowed * 100);
  } else if (backlog) {
    step.verdict = PointVerdict::kFail;
    step.reason = fmt::format(
        "requests came faster than they left: {:.0f} of {} were still there at the end "
        "and the number grew all the time; {}",
        *backlog, step.requests, counted);
  } else if (step.over_high <= allowed) {
    step.verdict = PointVerdict::kPass;
    step.reason = fmt::format("{}: at most {:.2f} % with 95 % confidence, {:.4g} % are allowed",
                              counted, step.over_high * 100, allowed * 100);
  } else {
    step.verdict = PointVerdict::kInconclusive;
    step.reason = fmt::format(
        "{}: between {:.2f} % and {:.2f} %, {:.4g} % are allowed; more requests would tell",
        counted, step.over_low * 100, step.over_high * 100, allowed * 100);
  }
}

}  // namespace

SearchStep judge(const Phase& phase, const Slo& slo) {
  SearchStep step;
  step.phase = phase.id;
  Requests due = due_in_window(phase);
  double length_s = window_s(phase);
  if (length_s > 0) step.achieved_per_s = static_cast<double>(completions(phase)) / length_s;
  step.rate_per_s = phase.offered_per_s.value_or(step.achieved_per_s);
  step.requests = due.size();
  step.over_high = 1;
  if (due.empty()) {
    step.reason = "no request fell due in the window" + left_out_text(phase);
    return step;
  }
  std::vector<double> values = latencies(due);
  double limit = static_cast<double>(slo.at_most.count()), n = static_cast<double>(values.size());
  double over = static_cast<double>(
      std::count_if(values.begin(), values.end(), [&](double value) { return value > limit; }));
  double inflation = stats::tail_inflation(values, limit, slo.quantile);
  stats::Range range = stats::clustered_proportion(n, over, inflation, stats::kTailFor95);
  step.over_ratio = over / n;
  step.over_low = range.low;
  step.over_high = range.high;
  step.effective_samples = n / inflation;
  std::sort(values.begin(), values.end());
  double at_quantile = values[stats::quantile_rank(values.size(), slo.quantile) - 1];
  if (at_quantile < kNoAnswer) step.latency_ns = at_quantile;
  decide(step, over, slo, growing_backlog(due, phase));
  step.reason += left_out_text(phase);
  return step;
}

}  // namespace lynxbench::metrics
