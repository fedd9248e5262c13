// A server with known capacity in simulated time: first come, first served, one queue. What the
// search finds there can be held against the formula.
//
//   auto records = loadgen::simulate(schedule, {.service_per_s = 100, .service = Service::kExponential}, seed);
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "model/request.h"

namespace lynxbench::loadgen {

enum class Service { kExponential, kConstant };

// Clients that try again: when an answer is not there after `patience_ns`, or was turned away, the
// request is sent again after `backoff_ns`, `most` attempts in all. The server does not know that
// nobody waits any more and serves what was given up as well.
struct Retries {
  std::int64_t most = 1;
  std::int64_t patience_ns = 0;  // 0: waits for ever
  std::int64_t backoff_ns = 0;
};

struct SimulatedQueue {
  double service_per_s = 100;  // of one server: batches, where it takes batches
  Service service = Service::kExponential;
  std::int64_t servers = 1;
  std::int64_t batch = 1;                // takes up to so many at once, whatever is there
  std::optional<std::int64_t> capacity{};  // waiting; one more is rejected
  Retries retries{};
  // The service's speed with so many waiting, x service_per_s; none: always 1. A server may be slower
  // at some depth of its queue and faster again beyond.
  std::function<double(std::int64_t waiting)> speed{};
};

struct Simulated {
  std::vector<RequestRecord> records;  // one per scheduled request, in schedule order
  std::uint64_t attempts = 0;          // as many as the records, without retries
};

// Times since the start of the phase. A request is done when its first answer comes that its client
// still waits for; with none it failed (or was rejected, when its last attempt was).
[[nodiscard]] Simulated simulate_all(const Schedule& schedule, const SimulatedQueue& queue, std::uint64_t seed);

// The records alone.
[[nodiscard]] std::vector<RequestRecord> simulate(const Schedule& schedule, const SimulatedQueue& queue,
                                                  std::uint64_t seed);

}  // namespace lynxbench::loadgen
