#include <algorithm>

#include "base/units.h"
#include "metrics/ids.h"
#include "metrics/metrics.h"
#include "metrics/outcomes.h"
#include "metrics/points.h"
#include "metrics/requests.h"
#include "metrics/validity.h"
#include "model/json.h"
#include "stats/quantile.h"

namespace lynxbench::metrics {
namespace {

Estimate capacity_of(const Contract& contract, const Saturation& saturation) {
  Estimate capacity;
  capacity.unit = "1/s";
  capacity.samples = saturation.steps.size();
  capacity.method = saturation.criterion;
  capacity.value = saturation.pass_per_s;
  capacity.low = saturation.pass_per_s;
  capacity.high = saturation.fail_per_s;
  if (!contract.load.search) {
    capacity.withheld = "the contract has no search";
  } else if (!capacity.value) {
    capacity.withheld = saturation.outcome.empty() ? "no search was made" : saturation.outcome;
  } else if (!capacity.high) {
    capacity.withheld = "no upper end: " + saturation.outcome;
  } else {
    // Both ends were shown with 95 %; together they hold the capacity with at least 90 %.
    capacity.confidence = 0.9;
  }
  return capacity;
}

Estimate peak_of(const std::vector<CurvePoint>& curve) {
  Estimate peak;
  peak.unit = "1/s";
  peak.samples = curve.size();
  for (const CurvePoint& point : curve) {
    if (!peak.value || point.achieved_per_s > *peak.value) peak.value = point.achieved_per_s;
  }
  peak.method =
      "the most completions per second of any one phase: a peak, not sustained, whatever the "
      "latency";
  peak.withheld =
      peak.value ? "no interval: a maximum over phases of different load" : "nothing was measured";
  return peak;
}

CurvePoint curve_point(const Phase& phase) {
  CurvePoint point;
  point.phase = phase.id;
  point.kind = name_of(phase.kind);
  point.point = phase.point;
  point.session = phase.session;
  point.achieved_per_s = static_cast<double>(completions(phase)) / window_s(phase);
  // A closed loop offers what is answered.
  point.offered_per_s = phase.offered_per_s.value_or(point.achieved_per_s);
  std::vector<std::int64_t> latencies;
  for (const RequestRecord* record : due_in_window(phase)) {
    if (std::optional<std::int64_t> latency = e2e_latency_ns(*record))
      latencies.push_back(*latency);
  }
  std::sort(latencies.begin(), latencies.end());
  for (const auto& [name, q] : kPercentiles) {
    if (!enough_for(latencies.size(), q)) continue;
    point.e2e_ns[std::string(name)] = static_cast<double>(*stats::quantile(latencies, q));
  }
  return point;
}

std::vector<CurvePoint> curve_of(const RunRecord& run) {
  std::vector<CurvePoint> curve;
  for (const Phase& phase : run.phases) {
    bool loaded = phase.kind == PhaseKind::kSearch || phase.kind == PhaseKind::kMeasure;
    if (loaded && phase.complete && phase.end_ns > phase.begin_ns)
      curve.push_back(curve_point(phase));
  }
  return curve;
}

}  // namespace

Figures derive(const Contract& contract, const RunRecord& run, Saturation saturation) {
  Figures figures;
  figures.saturation = std::move(saturation);
  figures.curve = curve_of(run);
  for (const Phase& phase : run.phases) {
    if (phase.kind == PhaseKind::kWarmUp) {
      figures.warm_ups.push_back(judge_warm_up(phase, contract.load.warm_up));
    }
  }
  figures.figures[std::string(kCapacity)] = capacity_of(contract, figures.saturation);
  figures.figures[std::string(kPeakThroughput)] = peak_of(figures.curve);
  for (const LoadPoint& point : contract.load.points) {
    figures.figures.merge(figures_of(point, contract, run));
  }
  figures.validity = judge_validity(contract, run, figures.warm_ups);
  bool open_ended = contract.load.search && figures.saturation.outcome != "found";
  if (open_ended && !figures.saturation.outcome.empty()) {
    figures.validity.notices.push_back("search: " + figures.saturation.outcome);
  }
  figures.decision = judge_target(contract.decision.figure, contract.decision.bound,
                                  figures.figures, figures.validity);
  apply_accuracy_floor(figures.decision, contract, run, figures.validity);
  for (const MetricTarget& target : contract.metrics) {
    figures.targets.push_back(
        judge_target(target.figure, target.bound, figures.figures, figures.validity));
  }
  return figures;
}

}  // namespace lynxbench::metrics
