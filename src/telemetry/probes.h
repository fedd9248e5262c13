// All that is watched of the client itself while it loads a server: stalls of the process, steps of
// the clock, the processor time of each thread.
//
//   Probes probes({.hiccup = {.limit = limits.stall_longest, .epoch = epoch}}, clock);   // start
//   ... the load ...
//   InstrumentAudit found = probes.stop({&outcome.sender, 1});   // metrics::audited adds the rest
#pragma once

#include <memory>
#include <span>

#include "base/clock.h"
#include "base/files.h"
#include "model/audit.h"
#include "telemetry/hiccup.h"

namespace lynxbench::telemetry {

struct ProbeOptions {
  HiccupOptions hiccup{};
  fs::path root = "/";         // of proc/self/task
  Nanos period{100'000'000};   // between two looks at the clocks and the threads
};

// Two threads, lynx-hiccup and lynx-audit, from construction to stop(). `clock` must outlive it.
class Probes {
 public:
  Probes(const ProbeOptions& options, Clock& clock);
  ~Probes();
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;

  // Once; returns within 1 ms. Fills length_s, threads, the stalls and the clock's steps. `senders`:
  // the load generator's (Outcome, StreamOutcome), one for each thread.
  [[nodiscard]] InstrumentAudit stop(std::span<const SenderTime> senders);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lynxbench::telemetry
