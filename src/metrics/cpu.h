// Processor cores kept busy, from telemetry. Inside metrics only.
#pragma once

#include <string>
#include <vector>

#include "metrics/session_values.h"
#include "model/run.h"

namespace lynxbench::metrics {

// The series "process.self.cpu": each sample is the mean since the sample before it.
class CpuSeries {
 public:
  explicit CpuSeries(const Telemetry& telemetry);
  // Mean over the phases' windows, weighted by time; nothing where no sample covers any of it.
  [[nodiscard]] SessionValue mean_over(const SessionPhases& phases) const;
  // Why there may be no value.
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  struct Stretch {
    std::int64_t from_ns = 0;
    std::int64_t to_ns = 0;
    double cores = 0;
  };
  std::vector<Stretch> stretches_;  // by time
  std::string missing_;
};

}  // namespace lynxbench::metrics
