// Does this process get to run when it wants to? A thread sleeps 1 ms again and again and keeps how
// much longer each sleep took: whatever stops it (a full machine, a stopped process, a paused
// virtual machine) would have stopped a request as well.
//
//   HiccupProbe probe({.limit = 100ms, .epoch = epoch}, clock);   // starts
//   ... the load ...
//   Hiccups found = probe.stop();
//
// Constant memory; about 1000 short wake-ups a second. After G. Tene, jHiccup.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/audit.h"
#include "stats/log_histogram.h"

namespace lynxbench::telemetry {

struct HiccupOptions {
  Nanos sleep{1'000'000};
  Nanos limit{100'000'000};  // longer overshoots are stalls, kept with their times
  Nanos epoch{0};            // zero of the stalls' times
  std::optional<int> core = std::nullopt;  // the probe runs there alone; nothing: wherever the system likes
};

struct Hiccups {
  stats::LogHistogram overshoot;  // ns, one per probe
  std::uint64_t stalls = 0;       // longer than the limit
  std::vector<Stall> longest;     // of those, at most kMostStalls, by time
};

// The probe without its thread.
class HiccupLog {
 public:
  explicit HiccupLog(const HiccupOptions& options) : options_(options) {}
  // A sleep that should have ended at `due` did so at `now`.
  void woke(Nanos due, Nanos now);
  [[nodiscard]] Hiccups take() const;

 private:
  HiccupOptions options_;
  Hiccups found_;
};

class HiccupProbe {
 public:
  HiccupProbe(const HiccupOptions& options, Clock& clock);
  ~HiccupProbe();
  HiccupProbe(const HiccupProbe&) = delete;
  HiccupProbe& operator=(const HiccupProbe&) = delete;

  // Ends the probe (within one sleep). A stall that is going on counts up to now.
  [[nodiscard]] Hiccups stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lynxbench::telemetry
