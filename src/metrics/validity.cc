#include "metrics/validity.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/units.h"
#include "metrics/audit.h"
#include "metrics/points.h"
#include "metrics/requests.h"
#include "stats/quantile.h"

namespace lynxbench::metrics {
namespace {

// Little's law and the integral may differ by the requests that were in the system at the ends.
constexpr double kLittleTolerance = 0.1;

std::string plural(std::uint64_t count, const std::string& word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

bool is_loaded(const Phase& phase) {
  return phase.kind == PhaseKind::kMeasure || phase.kind == PhaseKind::kSearch;
}

std::string phase_text(const Phase& phase) {
  std::string what = phase.point.empty()
                         ? fmt::format("the look at {}", rate_text(phase.offered_per_s.value_or(0)))
                         : "point " + phase.point;
  return fmt::format("{} of session {}", what, phase.session);
}

void check_schedule_lag(Validity& validity, const Contract& contract, const Phase& phase) {
  if (phase.loop != Loop::kOpen) return;
  std::vector<std::int64_t> lags;
  for (const RequestRecord* record : due_in_window(phase))
    lags.push_back(record->sent_ns - record->due_ns);
  if (lags.empty()) return;
  std::sort(lags.begin(), lags.end());
  std::int64_t p99 = *stats::quantile(lags, 0.99);
  if (p99 <= contract.limits.schedule_lag_p99.count()) return;
  std::string text = fmt::format(
      "{}: 99 % of the requests were sent at most {} late, {} is allowed", phase_text(phase),
      duration_text(static_cast<double>(p99)), exact_duration(contract.limits.schedule_lag_p99));
  if (phase.kind == PhaseKind::kMeasure) {
    validity.reasons.push_back("the client was the bottleneck in " + text);
  } else {
    validity.notices.push_back("the client was late in " + text);
  }
}

// What the client said of itself while it made the load, judged by the contract's limits.
void check_audit(Validity& validity, const Contract& contract, const Phase& phase) {
  InstrumentAudit audit = judged(*phase.audit, contract.limits);
  bool measured = phase.kind == PhaseKind::kMeasure;
  for (const std::string& why : audit.invalid) {
    std::string text = phase_text(phase) + ": " + why;
    (measured ? validity.reasons : validity.notices).push_back(std::move(text));
  }
  if (!measured) return;
  for (const std::string& note : audit.notices) validity.notices.push_back(phase_text(phase) + ": " + note);
}

void check_unsent(Validity& validity, const Contract& contract, const RunRecord& run) {
  std::uint64_t all = 0, unsent = 0;
  for (const Phase& phase : run.phases) {
    // Where the client was watched, its own account has them.
    if (phase.kind != PhaseKind::kMeasure || phase.audit) continue;
    all += phase.requests.size();
    for (const RequestRecord& record : phase.requests)
      unsent += record.status == RequestStatus::kUnsent ? 1 : 0;
  }
  if (unsent == 0) return;
  double ratio = static_cast<double>(unsent) / static_cast<double>(all);
  std::string text = fmt::format(
      "{} of {} due in the measured phases were never sent ({}, {} allowed)", unsent,
      plural(all, "request"), ratio_text(ratio), ratio_text(contract.limits.missed_ratio));
  (ratio > contract.limits.missed_ratio ? validity.reasons : validity.notices).push_back(text);
}

void check_sessions(Validity& validity, const Contract& contract, const RunRecord& run) {
  for (const LoadPoint& point : contract.load.points) {
    std::size_t sessions = sessions_at(run, point.name).size();
    if (static_cast<std::int64_t>(sessions) >= contract.load.sessions) continue;
    validity.reasons.push_back(
        fmt::format("point {} was measured in {} of the {} sessions that the contract asks for",
                    point.name, sessions, contract.load.sessions));
  }
}

// Sessions with a phase of one of the kinds whose figures are published.
std::set<std::uint32_t> loaded_sessions(const RunRecord& run) {
  std::set<std::uint32_t> sessions;
  for (const Phase& phase : run.phases) {
    if (is_loaded(phase)) sessions.insert(phase.session);
  }
  return sessions;
}

void check_warm_ups(Validity& validity, const RunRecord& run,
                    std::span<const WarmUpFigure> warm_ups) {
  std::set<std::uint32_t> cold = loaded_sessions(run);
  const std::set<std::uint32_t> loaded = cold;
  for (const WarmUpFigure& figure : warm_ups) {
    cold.erase(figure.session);
    if (figure.steady) continue;
    std::string text = fmt::format("session {} never settled, so its figures are inconclusive: {}",
                                   figure.session, figure.reason);
    (loaded.contains(figure.session) ? validity.reasons : validity.notices).push_back(text);
  }
  for (std::uint32_t session : cold) {
    validity.reasons.push_back(fmt::format("session {} was measured without a warm-up", session));
  }
}

void note_failures(Validity& validity, const Contract& contract, const RunRecord& run) {
  for (const LoadPoint& point : contract.load.points) {
    std::uint64_t due = 0, bad = 0;
    for (const SessionPhases& phases : sessions_at(run, point.name)) {
      for (const Phase* phase : phases) {
        for (const RequestRecord* record : due_in_window(*phase)) {
          ++due;
          bad += answered(*record) ? 0 : 1;
        }
      }
    }
    if (bad == 0) continue;
    validity.notices.push_back(
        fmt::format("point {}: {} of {} were not answered well; latency percentiles are over "
                    "the others, errors, goodput and the SLO count all",
                    point.name, bad, plural(due, "request")));
  }
}

void note_littles_law(Validity& validity, const Phase& phase) {
  if (phase.kind != PhaseKind::kMeasure || !phase.complete) return;
  std::optional<double> law = in_system_by_littles_law(phase);
  if (!law) return;
  double integral = mean_in_system(phase);
  double larger = std::max(integral, *law);
  if (!(larger > 0) || std::abs(integral - *law) / larger <= kLittleTolerance) return;
  validity.notices.push_back(
      fmt::format("{}: {} requests in the system over time, {} by Little's law (rate x stay): "
                  "the number had not settled at the ends of the window",
                  phase_text(phase), number_text(integral), number_text(*law)));
}

void note_telemetry(Validity& validity, const Telemetry& telemetry) {
  std::int64_t missed_ns = 0;
  for (const SamplingGap& gap : telemetry.gaps) missed_ns += gap.to_ns - gap.from_ns;
  if (!telemetry.gaps.empty()) {
    validity.notices.push_back(fmt::format("telemetry has {}, {} in all",
                                           plural(telemetry.gaps.size(), "gap"),
                                           duration_text(static_cast<double>(missed_ns))));
  }
  for (const std::string& missing : telemetry.missing) {
    validity.notices.push_back("telemetry is without " + missing);
  }
}

void note_faults(Validity& validity, const FaultSpec& faults) {
  if (faults.preprocess_sleep.count() == 0 && faults.stall_for.count() == 0) return;
  validity.notices.emplace_back(
      "the contract injects faults on purpose: the figures are of a faulted target");
}

}  // namespace

Validity judge_validity(const Contract& contract, const RunRecord& run,
                        std::span<const WarmUpFigure> warm_ups) {
  Validity validity;
  if (!run.complete) {
    validity.reasons.push_back("the run is incomplete: " + run.incomplete_reason);
  }
  check_sessions(validity, contract, run);
  check_warm_ups(validity, run, warm_ups);
  for (const Phase& phase : run.phases) {
    if (!is_loaded(phase)) continue;
    if (phase.audit) check_audit(validity, contract, phase);
    else check_schedule_lag(validity, contract, phase);
  }
  check_unsent(validity, contract, run);
  note_failures(validity, contract, run);
  for (const Phase& phase : run.phases) note_littles_law(validity, phase);
  note_telemetry(validity, run.telemetry);
  note_faults(validity, contract.target.faults);
  validity.valid = validity.reasons.empty();
  return validity;
}

}  // namespace lynxbench::metrics
