// Load generation. Open loop: every request is sent when it is due, whether or not earlier ones
// have been answered, so a target that stalls cannot slow the client down and so hide the stall
// ("coordinated omission"). Closed loop: `concurrency` requests at a time, the next when one is
// done.
//
//   loadgen::Options options{.epoch = epoch};
//   std::vector<RequestRecord> records = TRY(loadgen::run_open(schedule, *target, clock, options));
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/audit.h"
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
  // call, and at the end with the rest, in no order and at most 4096 at a time: a journal, or a
  // progress display. Each answered request comes exactly once; kUnfinished and kUnsent ones are in
  // the outcome alone. Must not throw.
  std::function<void(std::span<const RequestRecord>)> on_answered = nullptr;
  // Called for each request right after it was sent, in the order of sending, from the sending thread:
  // times since the epoch. Must be quick and not throw.
  std::function<void(std::int64_t due_ns, std::int64_t sent_ns)> on_sent = nullptr;
  // Open loop: CPU against precision. Where the schedule has requests this close behind one that is
  // waited for, they go out together when the last of them is due, so none is later than this (plus
  // the machine's own delay). A wake-up costs about 20 us of CPU in a virtual machine: one for each
  // request would take two cores at 100 000/s. Requests further apart than this are not delayed.
  Nanos coalesce{60'000};
  // stream_open and stream_closed: when the load begins, so that several threads begin together and
  // the window of the figures is known before the first request. Nothing: at once.
  std::optional<Nanos> begin{};
};

struct Outcome {
  std::vector<RequestRecord> records;  // one per scheduled request, in schedule order
  std::int64_t begin_ns = 0;           // since the epoch
  // End of the time in which requests were sent: after the last was (open), begin + duration
  // (closed), or when it was stopped.
  std::int64_t end_ns = 0;
  bool complete = true;       // false: stopped from outside
  std::int64_t wake_ups = 0;  // of the sender: what the pacing cost
  std::uint64_t waited_for_room = 0;  // requests due while max_in_flight were out (open loop)
  SenderTime sender;
};

// Sends `schedule` and returns once the last request is answered or given up. A request that fails
// does not fail the run: its record has the status. Requests that find no room until `drain` after
// the last due time are kUnsent. kInvalidArgument if `schedule` is not by time, or an option is no
// number of requests or time. Does not call target.begin_phase().
//
// An answer that comes after it has returned is ignored; what it refers to lives that long.
//
// Threads: sends from the calling thread, which is called kLoadThread and has a timer slack of 1 ns
// meanwhile. The target may answer from any thread.
[[nodiscard]] Result<Outcome> run_open(const Schedule& schedule, target::Target& target,
                                       Clock& clock, const Options& options);

// Keeps `concurrency` requests in the target for `duration`. `next_input` gives each request's
// input. A record's due time is its sent time: a closed loop has no schedule to be late against.
// kInvalidArgument if `concurrency` is not in 1 .. max_in_flight or `duration` not > 0.
[[nodiscard]] Result<Outcome> run_closed(std::int64_t concurrency, Nanos duration,
                                         const std::function<std::uint32_t()>& next_input,
                                         target::Target& target, Clock& clock,
                                         const Options& options);

// Requests one at a time, by due time: a load of any length in constant memory. Nothing: the end.
using NextRequest = std::function<std::optional<ScheduledRequest>()>;
// Takes the record of a request that is over: answered, failed, given up, or never sent. In order of
// their ends; each scheduled request once. Called from the sending thread; must be quick.
using TakeRecord = std::function<void(RequestRecord&&)>;

struct StreamOutcome {
  std::int64_t begin_ns = 0;  // since the epoch
  std::int64_t end_ns = 0;    // as Outcome's
  bool complete = true;       // false: stopped from outside
  std::uint64_t sent = 0;
  std::uint64_t unsent = 0;
  std::int64_t wake_ups = 0;
  std::uint64_t waited_for_room = 0;  // as Outcome's
  SenderTime sender;
};

// run_open and run_closed for a polled target (Target::is_polled), keeping no record: memory is that
// of the requests in flight. Options::on_answered and coalesce are not used. A request that finds no
// room within `drain` of its due time is kUnsent. kInvalidArgument also for a target that is not
// polled, and where `next` goes back in time (after what was sent is over).
[[nodiscard]] Result<StreamOutcome> stream_open(const NextRequest& next, target::Target& target,
                                                Clock& clock, const Options& options,
                                                const TakeRecord& take);
[[nodiscard]] Result<StreamOutcome> stream_closed(std::int64_t concurrency, Nanos duration,
                                                  const std::function<std::uint32_t()>& next_input,
                                                  target::Target& target, Clock& clock,
                                                  const Options& options, const TakeRecord& take);

}  // namespace lynxbench::loadgen
