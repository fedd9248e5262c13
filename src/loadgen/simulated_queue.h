// A server with known capacity in simulated time: first come, first served, one queue. What the
// search finds there can be held against the formula.
//
//   auto records = loadgen::simulate(schedule, {.service_per_s = 100, .service = Service::kExponential}, seed);
#pragma once

#include <cstdint>
#include <vector>

#include "model/request.h"

namespace lynxbench::loadgen {

enum class Service { kExponential, kConstant };

struct SimulatedQueue {
  double service_per_s = 100;  // of one server
  Service service = Service::kExponential;
  std::int64_t servers = 1;
};

// One answered record per scheduled request, in schedule order; times since the start of the phase.
[[nodiscard]] std::vector<RequestRecord> simulate(const Schedule& schedule, const SimulatedQueue& queue,
                                                  std::uint64_t seed);

}  // namespace lynxbench::loadgen
