// Watches the client around one load, and says afterwards whether its figures may be used.
//
//   InstrumentWatch watch({.asked = {.load = load, .duration = 10s}, .limits = contract.limits,
//                          .epoch = epoch, .begin = begin}, clock);
//   Outcome outcome = TRY(loadgen::run_open(schedule, *target, clock,
//                                           {.epoch = epoch, .on_sent = watch.listener()}));
//   for (... every record that was never sent ...) watch.missed(record.due_ns);
//   InstrumentAudit audit = watch.stop({.used = target->resources(), .senders = {outcome.sender},
//                                       .waited_for_room = outcome.waited_for_room});
//
// Constant memory whatever the load's length; some 50 ns of the sending thread per request, two
// threads that together take about 1 % of a core.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "metrics/send_times.h"
#include "model/audit.h"
#include "model/contract.h"
#include "telemetry/probes.h"

namespace lynxbench::run {

struct WatchSpec {
  metrics::AskedLoad asked;
  InstrumentLimits limits;
  Nanos epoch{0};  // zero of all times
  Nanos begin{0};  // start of the load, on the clock
};

// What the load generator and the targets know.
struct WatchEnd {
  ClientResources used{};           // of the targets during the load (metrics::used_between)
  std::vector<SenderTime> senders{};  // of each thread (Outcome, StreamOutcome)
  std::uint64_t waited_for_room = 0;  // of all threads together
};

class InstrumentWatch {
 public:
  // Make it right before the load begins. `clock` must outlive it.
  InstrumentWatch(const WatchSpec& spec, Clock& clock);

  // Times since the epoch. Threads: one at a time for each of AskedLoad::threads.
  void sent(std::int64_t due_ns, std::int64_t sent_ns, std::size_t thread = 0) {
    times_[thread].sent(due_ns, sent_ns);
  }
  void missed(std::int64_t due_ns, std::size_t thread = 0) { times_[thread].missed(due_ns); }
  // For loadgen::Options::on_sent; valid as long as the watch is where it is.
  [[nodiscard]] std::function<void(std::int64_t, std::int64_t)> listener(std::size_t thread = 0) {
    return [this, thread](std::int64_t due_ns, std::int64_t sent_ns) { sent(due_ns, sent_ns, thread); };
  }

  // Once, after the last request.
  [[nodiscard]] InstrumentAudit stop(const WatchEnd& end);

 private:
  InstrumentLimits limits_;
  std::vector<metrics::SendTimes> times_;  // by thread
  telemetry::Probes probes_;
};

}  // namespace lynxbench::run
