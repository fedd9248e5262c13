// Load generation. Open loop: every request is sent when it is due, whether or not earlier ones have
// been answered, so a target that stalls cannot slow the client down and so hide the stall
// ("coordinated omission"). Closed loop: `concurrency` requests at a time, the next when one is done.
//
//   loadgen::Options options{.epoch = epoch};
//   std::vector<RequestRecord> records = TRY(loadgen::run_open(schedule, *target, clock, options));
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/request.h"
#include "target/target.h"

namespace lynxbench::loadgen {

struct Options {
  // Zero of every time in the records.
  Nanos epoch{0};
  // Requests that may wait for an answer at once. A request due while all are taken is sent late:
  // its record keeps `due_ns`, so its latency has the wait.
  std::int64_t max_in_flight = 1024;
  // After the last request fell due, answers are waited for this long; then they are kUnfinished.
  Nanos drain{10'000'000'000};
  // Set from outside (Ctrl-C): no further request is sent; what is out is drained for at most 1 s.
  const std::atomic<bool>* stop = nullptr;
  // Called about twice a second from a thread of its own with the requests answered since the last
  // call (and once at the end), in no order: a journal, or a progress display.
  std::function<void(std::span<const RequestRecord>)> on_answered;
};

struct Outcome {
  std::vector<RequestRecord> records;  // one per scheduled request, in schedule order
  std::int64_t begin_ns = 0;           // since the epoch
  std::int64_t end_ns = 0;             // end of the time in which requests were sent
  bool complete = true;                // false: stopped from outside
};

// Sends `schedule` and returns once the last request is answered or given up. A request that fails
// does not fail the run: its record has the status. kInvalidArgument if `schedule` is not by time.
//
// Threads: sends from the calling thread.
[[nodiscard]] Result<Outcome> run_open(const Schedule& schedule, target::Target& target, Clock& clock,
                                       const Options& options);

// Keeps `concurrency` requests in the target for `duration`. `next_input` gives each request's input.
// A record's due time is its sent time: a closed loop has no schedule to be late against.
[[nodiscard]] Result<Outcome> run_closed(std::int64_t concurrency, Nanos duration,
                                         const std::function<std::uint32_t()>& next_input,
                                         target::Target& target, Clock& clock, const Options& options);

}  // namespace lynxbench::loadgen
