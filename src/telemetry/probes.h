// All that is watched of the client itself while it loads a server: stalls of the process, steps of
// the clock, the processor time of each thread.
//
//   Probes probes({.hiccup = {.limit = limits.stall_longest, .epoch = epoch}}, clock);   // start
//   ... the load ...
//   InstrumentAudit found = probes.stop();     // what the probes know; metrics::audited adds the rest
#pragma once

#include <memory>

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

  // Returns at once (within 1 ms). Fills length_s, threads, the stalls and the clock's steps.
  [[nodiscard]] InstrumentAudit stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lynxbench::telemetry
