#include "metrics/look.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "metrics/metrics.h"
#include "metrics/points.h"
#include "metrics/requests.h"
#include "stats/quantile.h"
#include "stats/series.h"

namespace lynxbench::metrics {
namespace {

constexpr double kNoAnswer = std::numeric_limits<double>::infinity();

// Requests that had fallen due before `at_ns` and had not left by then.
double in_system(const LookPart& part, std::int64_t at_ns) {
  return static_cast<double>(
      std::count_if(part.due.begin(), part.due.end(), [&](const RequestRecord* record) {
        return record->due_ns < at_ns && (!left(*record) || record->done_ns >= at_ns);
      }));
}

// Median stay of the requests of the window's first quarter, in ns; one that never left stayed to
// the end of the window at least.
double early_stay_ns(const LookPart& part) {
  std::vector<double> stays;
  for (std::size_t i = 0; i < (part.due.size() + 3) / 4; ++i) {
    const RequestRecord& record = *part.due[i];
    std::int64_t until = left(record) ? record.done_ns : std::max(part.phase->end_ns, record.due_ns);
    stays.push_back(static_cast<double>(until - record.due_ns));
  }
  return stats::median(stays).value_or(0);
}

bool turned_away(const RequestRecord& record) {
  if (record.status == RequestStatus::kRejected) return true;
  return record.exchange && record.exchange->failure == Failure::kBusy;
}

}  // namespace

std::vector<LookPart> parts_of(std::span<const Phase* const> phases) {
  std::vector<LookPart> parts;
  for (const Phase* phase : phases) parts.push_back({phase, due_in_window(*phase)});
  TermSeries all = series_of(parts, LatencyMetric::kE2e);
  double inflation = stats::variance_inflation(stats::mid_ranks(all.values), all.lengths);
  for (LookPart& part : parts) part.ramp_up = stats::ramp_up(inflation, part.due.size());
  return parts;
}

TermSeries series_of(std::span<const LookPart> parts, LatencyMetric metric) {
  TermSeries series;
  for (const LookPart& part : parts) {
    std::size_t before = series.values.size();
    for (std::size_t i = part.ramp_up; i < part.due.size(); ++i) {
      std::optional<std::int64_t> time = latency_of(*part.due[i], metric);
      if (time) series.values.push_back(static_cast<double>(*time));
      else if (answered(*part.due[i])) ++series.without;
      else series.values.push_back(kNoAnswer);
    }
    series.lengths.push_back(series.values.size() - before);
  }
  return series;
}

// Little's law says how many should be in the system: the rate at which they leave (look.h) x stay, the
// stay that of the first quarter. A system loaded exactly to its limit wanders off by sqrt(2 n) (arrivals and service both
// random); twice that is growth, if half of the way a quarter of it was there already (else it is a
// stall at the end, which the limit judges).
std::optional<double> growing_backlog(const LookPart& part) {
  const Phase& phase = *part.phase;
  double n = static_cast<double>(part.due.size());
  double length = static_cast<double>(phase.end_ns - phase.begin_ns);
  if (part.due.empty() || !(length > 0)) return std::nullopt;
  Leaving leaving;
  for (const RequestRecord& record : phase.requests) {
    if (left(record) && within(record.done_ns, phase)) leaving.add(record.done_ns);
  }
  double expected = leaving.per_ns(phase.end_ns).value_or(n / length) * early_stay_ns(part);
  double at_end = in_system(part, phase.end_ns);
  double half_way = in_system(part, phase.begin_ns + (phase.end_ns - phase.begin_ns) / 2);
  bool grew = at_end - expected > 2 * std::sqrt(2 * n);
  bool steadily = half_way - expected > (at_end - expected) / 4;
  if (grew && steadily) return at_end;
  return std::nullopt;
}

void fill_flow(SearchStep& step, std::span<const LookPart> parts) {
  double arrived = 0, unfinished = 0, expected = 0, done = 0, away = 0, judged = 0;
  double together_s = 0, stay_s = 0, length_s = 0;
  bool law = true;
  for (const LookPart& part : parts) {
    double n = static_cast<double>(part.due.size()), window = window_s(*part.phase);
    arrived += n;
    unfinished += in_system(part, part.phase->end_ns);
    if (window > 0) expected += n / window * early_stay_ns(part) / 1e9;
    done += static_cast<double>(completions(*part.phase));
    for (std::size_t i = part.ramp_up; i < part.due.size(); ++i) away += turned_away(*part.due[i]) ? 1 : 0;
    judged += n - static_cast<double>(part.ramp_up);
    std::optional<double> by_law = in_system_by_littles_law(*part.phase);
    law = law && by_law;
    stay_s += by_law.value_or(0) * window;
    together_s += mean_in_system(*part.phase) * window;
    length_s += window;
    step.length_ns += part.phase->end_ns - part.phase->begin_ns;
    step.phases.push_back(part.phase->id);
    step.ramp_up_requests += part.ramp_up;
    if (part.ramp_up == 0) continue;
    step.ramp_up_ns = std::max(step.ramp_up_ns, part.due[part.ramp_up]->due_ns - part.phase->begin_ns);
  }
  if (arrived > 0) step.rate_deficit = unfinished / arrived;
  if (arrived > 0) step.rate_deficit_noise = (expected + 2 * std::sqrt(2 * arrived)) / arrived;
  if (judged > 0) step.turned_away_ratio = away / judged;
  if (!(length_s > 0)) return;
  step.achieved_per_s = done / length_s;
  step.in_system = together_s / length_s;
  if (law) step.in_system_by_law = stay_s / length_s;
}

}  // namespace lynxbench::metrics
