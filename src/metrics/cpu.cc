#include "metrics/cpu.h"

#include <algorithm>

namespace lynxbench::metrics {
namespace {

constexpr const char* kSeries = "process.self.cpu";

}  // namespace

CpuSeries::CpuSeries(const Telemetry& telemetry) {
  auto series = std::find_if(telemetry.series.begin(), telemetry.series.end(),
                             [](const Series& candidate) { return candidate.name == kSeries; });
  if (series == telemetry.series.end()) {
    missing_ = std::string("telemetry has no series ") + kSeries;
    return;
  }
  missing_ = std::string("no sample of ") + kSeries + " in the window";
  std::optional<std::int64_t> last;
  for (const Sample& sample : telemetry.samples) {
    if (sample.series != series->id) continue;
    std::int64_t from = last.value_or(sample.at_ns - telemetry.period_ns);
    if (sample.at_ns > from) stretches_.push_back({from, sample.at_ns, sample.value});
    last = sample.at_ns;
  }
}

SessionValue CpuSeries::mean_over(const SessionPhases& phases) const {
  SessionValue result;
  double weighted = 0, covered = 0;
  for (const Phase* phase : phases) {
    for (const Stretch& stretch : stretches_) {
      std::int64_t common =
          std::min(stretch.to_ns, phase->end_ns) - std::max(stretch.from_ns, phase->begin_ns);
      if (common <= 0) continue;
      ++result.samples;
      weighted += stretch.cores * static_cast<double>(common);
      covered += static_cast<double>(common);
    }
  }
  if (covered > 0) result.value = weighted / covered;
  return result;
}

}  // namespace lynxbench::metrics
