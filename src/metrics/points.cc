#include "metrics/points.h"

#include <algorithm>

#include "metrics/cpu.h"
#include "metrics/ids.h"
#include "metrics/metrics.h"
#include "metrics/requests.h"
#include "metrics/stream_points.h"
#include "metrics/tally.h"

namespace lynxbench::metrics {
namespace {

double length_s(const SessionPhases& phases) {
  std::int64_t sum_ns = 0;
  for (const Phase* phase : phases) sum_ns += phase->end_ns - phase->begin_ns;
  return static_cast<double>(sum_ns) / 1e9;
}

// A count over the wall time of the windows.
template <typename Count>
SessionValue rate(const SessionPhases& phases, const Count& count) {
  SessionValue result;
  for (const Phase* phase : phases) result.samples += count(*phase);
  double seconds = length_s(phases);
  if (seconds > 0) result.value = static_cast<double>(result.samples) / seconds;
  return result;
}

std::uint64_t good_completions(const Phase& phase, const std::vector<SloTerm>& terms) {
  return static_cast<std::uint64_t>(
      std::count_if(phase.requests.begin(), phase.requests.end(), [&](const RequestRecord& record) {
        return answered(record) && within(record.done_ns, phase) && is_good(record, terms);
      }));
}

SessionValue errors(const SessionPhases& phases) {
  SessionValue result;
  std::uint64_t bad = 0;
  for (const Phase* phase : phases) {
    for (const RequestRecord* record : due_in_window(*phase)) {
      ++result.samples;
      bad += answered(*record) ? 0 : 1;
    }
  }
  if (result.samples > 0) {
    result.value = static_cast<double>(bad) / static_cast<double>(result.samples);
  }
  return result;
}

SessionValue concurrency(const SessionPhases& phases) {
  SessionValue result;
  double weighted = 0;
  for (const Phase* phase : phases) {
    weighted += mean_in_system(*phase) * window_s(*phase);
    result.samples += due_in_window(*phase).size();
  }
  double seconds = length_s(phases);
  if (seconds > 0) result.value = weighted / seconds;
  return result;
}

// Each batch once; batches are counted through the session.
SessionValue batch_size(const SessionPhases& phases) {
  std::map<std::uint64_t, std::uint32_t> sizes;
  for (const Phase* phase : phases) {
    for (const RequestRecord& record : phase->requests) {
      if (record.stages && within(record.due_ns, *phase)) {
        sizes.emplace(record.stages->batch, record.stages->batch_size);
      }
    }
  }
  SessionValue result;
  std::uint64_t sum = 0;
  for (const auto& [batch, size] : sizes) sum += size;
  result.samples = sizes.size();
  if (!sizes.empty()) {
    result.value = static_cast<double>(sum) / static_cast<double>(sizes.size());
  }
  return result;
}

template <typename Value>
std::vector<SessionValue> each(const std::vector<SessionPhases>& sessions, const Value& value) {
  std::vector<SessionValue> values;
  for (const SessionPhases& phases : sessions) values.push_back(value(phases));
  return values;
}

// `duration` of every sent request due in the window that has one.
template <typename Duration>
std::vector<std::vector<std::int64_t>> durations(const std::vector<SessionPhases>& sessions,
                                                 const Duration& duration) {
  std::vector<std::vector<std::int64_t>> values(sessions.size());
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    for (const Phase* phase : sessions[i]) {
      for (const RequestRecord* record : due_in_window(*phase)) {
        if (std::optional<std::int64_t> value = duration(*record)) values[i].push_back(*value);
      }
    }
  }
  return values;
}

std::optional<std::int64_t> schedule_lag_ns(const RequestRecord& record) {
  return record.sent_ns - record.due_ns;
}

void add_schedule_lag(std::map<std::string, Estimate>& figures, const LoadPoint& point,
                      const std::vector<SessionPhases>& sessions) {
  if (point.load.loop == Loop::kClosed) {
    Estimate none;
    none.unit = "ns";
    none.withheld = "a closed loop has no schedule to be late against";
    for (std::string_view name : {"schedule_lag.p50", "schedule_lag.p99", "schedule_lag.max"}) {
      figures[id_of(name, point.name)] = none;
    }
    return;
  }
  auto lags = durations(sessions, schedule_lag_ns);
  figures[id_of("schedule_lag.p50", point.name)] = estimate_of_quantile(lags, 0.5, "p50");
  figures[id_of("schedule_lag.p99", point.name)] = estimate_of_quantile(lags, 0.99, "p99");
  std::vector<SessionValue> largest;
  for (const std::vector<std::int64_t>& values : lags) {
    SessionValue& value = largest.emplace_back();
    value.samples = values.size();
    if (!values.empty()) {
      value.value = static_cast<double>(*std::max_element(values.begin(), values.end()));
    }
  }
  figures[id_of("schedule_lag.max", point.name)] =
      estimate_of_values(largest, "ns", "no request was sent");
}

}  // namespace

std::vector<SessionPhases> sessions_at(const RunRecord& run, const std::string& point) {
  std::map<std::uint32_t, SessionPhases> by_session;
  for (const Phase& phase : run.phases) {
    bool counts = phase.kind == PhaseKind::kMeasure && phase.point == point && phase.complete;
    if (counts) by_session[phase.session].push_back(&phase);
  }
  std::vector<SessionPhases> sessions;
  for (auto& [session, phases] : by_session) sessions.push_back(std::move(phases));
  return sessions;
}

double mean_in_system(const Phase& phase) {
  std::int64_t together_ns = 0;
  for (const RequestRecord& record : phase.requests) {
    if (record.status == RequestStatus::kUnsent) continue;
    std::int64_t until = left(record) ? std::min(record.done_ns, phase.end_ns) : phase.end_ns;
    together_ns += std::max<std::int64_t>(0, until - std::max(record.sent_ns, phase.begin_ns));
  }
  double length_ns = static_cast<double>(phase.end_ns - phase.begin_ns);
  return length_ns > 0 ? static_cast<double>(together_ns) / length_ns : 0;
}

std::optional<double> in_system_by_littles_law(const Phase& phase) {
  std::int64_t stay_ns = 0;
  std::uint64_t count = 0;
  for (const RequestRecord& record : phase.requests) {
    if (!left(record) || !within(record.sent_ns, phase)) continue;
    stay_ns += record.done_ns - record.sent_ns;
    ++count;
  }
  double length_ns = static_cast<double>(phase.end_ns - phase.begin_ns);
  if (count == 0 || !(length_ns > 0)) return std::nullopt;
  double mean_stay_ns = static_cast<double>(stay_ns) / static_cast<double>(count);
  return static_cast<double>(count) / length_ns * mean_stay_ns;
}

std::map<std::string, Estimate> figures_of(const LoadPoint& point, const Contract& contract,
                                           const RunRecord& run) {
  std::vector<SessionPhases> sessions = sessions_at(run, point.name);
  std::map<std::string, Estimate> figures;
  auto add = [&](std::string_view metric, const std::vector<SessionValue>& values, std::string unit,
                 const std::string& what) {
    figures[id_of(metric, point.name)] = estimate_of_values(values, std::move(unit), what);
  };
  const std::string empty_window = "the window has no length";
  add("throughput", each(sessions, [](const auto& p) { return rate(p, completions); }), "1/s",
      empty_window);
  std::vector<SloTerm> terms = terms_of(contract.slo);
  auto good = [&](const Phase& phase) { return good_completions(phase, terms); };
  add("goodput", each(sessions, [&](const auto& p) { return rate(p, good); }), "1/s", empty_window);
  add("errors", each(sessions, errors), "ratio", "no request was due");
  add("concurrency", each(sessions, concurrency), "1", empty_window);
  add("batch_size", each(sessions, batch_size), "1", "the target gave no batches");
  CpuSeries cpu(run.telemetry);
  add("cpu", each(sessions, [&](const auto& p) { return cpu.mean_over(p); }), "1", cpu.missing());
  auto e2e = durations(sessions, e2e_latency_ns);
  auto service = durations(sessions, service_time_ns);
  for (const auto& [name, q] : kPercentiles) {
    std::string p(name);
    figures[id_of("e2e." + p, point.name)] = estimate_of_quantile(e2e, q, p);
    figures[id_of("service." + p, point.name)] = estimate_of_quantile(service, q, p);
  }
  add_schedule_lag(figures, point, sessions);
  add_endpoint_figures(figures, point.name, contract, sessions);
  return figures;
}

}  // namespace lynxbench::metrics
