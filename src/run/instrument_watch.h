// Watches the client around one load, and says afterwards whether its figures may be used.
//
//   InstrumentWatch watch({.load = load, .duration = 10s}, contract.limits, *target, epoch, clock);
//   Outcome outcome = TRY(loadgen::run_open(schedule, *target, clock,
//                                           {.epoch = epoch, .on_sent = watch.listener()}));
//   for (... every record that was never sent ...) watch.missed(record.due_ns);
//   InstrumentAudit audit = watch.stop(outcome.waited_for_room);
//
// Constant memory whatever the load's length; some 60 ns of the sending thread per request, two
// threads that together take about 1 % of a core.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "metrics/send_times.h"
#include "model/audit.h"
#include "model/contract.h"
#include "target/target.h"
#include "telemetry/probes.h"

namespace lynxbench::run {

// Threads: sent() and missed() one at a time; stop() after the last of them.
class InstrumentWatch {
 public:
  // Make it right before the load begins. `target` and `clock` must outlive it. Times are since
  // `epoch`.
  InstrumentWatch(const metrics::AskedLoad& asked, const InstrumentLimits& limits,
                  const target::Target& target, Nanos epoch, Clock& clock);

  void sent(std::int64_t due_ns, std::int64_t sent_ns) { times_.sent(due_ns, sent_ns); }
  void missed(std::int64_t due_ns) { times_.missed(due_ns); }
  // For loadgen::Options::on_sent; valid as long as the watch is where it is.
  [[nodiscard]] std::function<void(std::int64_t, std::int64_t)> listener() {
    return [this](std::int64_t due_ns, std::int64_t sent_ns) { sent(due_ns, sent_ns); };
  }

  // Ends the probes. `waited_for_room` is the load generator's (Outcome, StreamOutcome).
  [[nodiscard]] InstrumentAudit stop(std::uint64_t waited_for_room);

 private:
  InstrumentLimits limits_;
  const target::Target& target_;
  ClientResources before_;
  metrics::SendTimes times_;
  telemetry::Probes probes_;
};

}  // namespace lynxbench::run
