// Long series made short enough to draw, without hiding their extremes, and saying from how many to
// how many.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "model/run.h"

namespace lynxbench::report {

// End-to-end latency over time. Of each group of neighbours (by due time, within a phase) the
// fastest and the slowest are kept, so at most `limit` points remain and the tail stays (`limit` of
// at least four times the number of phases).
[[nodiscard]] Json thinned_requests(const std::vector<Phase>& phases, std::size_t limit);

// Each series as it is, or as at most `buckets` equal stretches of time with least, mean and greatest.
[[nodiscard]] Json thinned_telemetry(const Telemetry& telemetry, std::size_t buckets);

}  // namespace lynxbench::report
