// When requests waited in a server's queue, and how many: from what a file says with moments.
//
//   RequestQueue queue = request_queue_of(otlp_timeline);
//   queue.steps[0];      // {begin_ns, end_ns, 3}: three requests waited
//   queue.sources[0];    // "otlp.json: 12 requests, each from QUEUE_START to COMPUTE_START"
//
// What counts, each with the rule that is said of it:
//   - requests whose queue has both moments (Triton's QUEUE_START and COMPUTE_START);
//   - requests of which it is known how long they queued (vLLM's gen_ai.latency.time_in_queue): from the
//     request's begin;
//   - spans below another one that are named for waiting in a queue ("queue", "prefill_waiting");
//   - gauges of how many requests wait (vllm:num_requests_waiting, ...): between two successive samples
//     that are both above 0, and no further apart than twice the usual distance, the queue is taken to
//     have had as many as the lower one says. Anywhere else it is not known.
// A client's times say nothing of a queue: from sent to the first byte is more than that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attribution/device/interval_set.h"
#include "model/trace.h"

namespace lynxbench::attribution {

struct QueueStep {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::uint64_t requests = 0;  // that waited; not 0
};

struct RequestQueue {
  std::vector<QueueStep> steps;      // in order, disjoint, none empty; elsewhere nothing is known
  std::vector<std::string> sources;  // file and rule, for people

  [[nodiscard]] bool empty() const { return steps.empty(); }
};

// On the timeline's own clock.
[[nodiscard]] RequestQueue request_queue_of(const Timeline& timeline);

// Of two files. Both may have seen the same requests, so at each moment the larger number counts.
[[nodiscard]] RequestQueue unite(const RequestQueue& a, const RequestQueue& b);

[[nodiscard]] RequestQueue later_by(RequestQueue queue, std::int64_t ns);

// When at least one waited.
[[nodiscard]] IntervalSet when_waiting(const RequestQueue& queue);

// What of a stretch of time the queue was not empty in.
struct QueuedTime {
  std::int64_t ns = 0;
  double request_ns = 0;  // time of each request that waited, added up
  std::uint64_t most = 0;
};
[[nodiscard]] QueuedTime queued_within(const RequestQueue& queue, std::int64_t begin_ns,
                                       std::int64_t end_ns);

}  // namespace lynxbench::attribution
