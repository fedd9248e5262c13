// Phases made by hand, for the tests of metrics.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/random.h"
#include "model/run.h"

namespace lynxbench::metrics {

inline constexpr std::int64_t kMs = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000'000'000;

inline RequestRecord answered_after(std::int64_t due_ns, std::int64_t latency_ns) {
  RequestRecord record;
  record.due_ns = due_ns;
  record.sent_ns = due_ns;
  record.done_ns = due_ns + latency_ns;
  record.first_byte_ns = record.done_ns;
  record.status = RequestStatus::kOk;
  return record;
}

inline RequestRecord with_status(std::int64_t due_ns, RequestStatus status) {
  RequestRecord record = answered_after(due_ns, kMs);
  record.status = status;
  return record;
}

inline void add(Phase& phase, RequestRecord record) {
  record.index = phase.requests.size();
  phase.requests.push_back(std::move(record));
}

inline Phase empty_phase(std::int64_t begin_ns, std::int64_t end_ns) {
  Phase phase;
  phase.begin_ns = begin_ns;
  phase.end_ns = end_ns;
  return phase;
}

// One request every `gap_ns` of [0, length_ns), each answered after `latency_ns`.
inline Phase even_phase(std::int64_t length_ns, std::int64_t gap_ns, std::int64_t latency_ns) {
  Phase phase = empty_phase(0, length_ns);
  phase.offered_per_s = 1e9 / static_cast<double>(gap_ns);
  for (std::int64_t due = 0; due < length_ns; due += gap_ns) {
    add(phase, answered_after(due, latency_ns));
  }
  return phase;
}

// One server, first come first served, Poisson arrivals, exponential service: `count` requests at
// `load` x the server's `service_per_s`, the queue as it was after `warm` requests that are not
// shown.
inline Phase simulated_queue(double load, double service_per_s, int count, int warm,
                             std::uint64_t seed) {
  Random random(seed, "queue");
  Phase phase;
  phase.offered_per_s = load * service_per_s;
  double wait_s = 0, now_s = 0;
  for (int i = -warm; i < count; ++i) {
    double stay_s = wait_s + random.exponential() / service_per_s;
    double gap_s = random.exponential() / (load * service_per_s);
    if (i >= 0) {
      add(phase, answered_after(static_cast<std::int64_t>(now_s * 1e9),
                                static_cast<std::int64_t>(stay_s * 1e9)));
      now_s += gap_s;
    }
    wait_s = std::max(0.0, stay_s - gap_s);
  }
  phase.end_ns = static_cast<std::int64_t>(now_s * 1e9);
  return phase;
}

}  // namespace lynxbench::metrics
