// Is the machine's clock steady? Watches the wall clock (CLOCK_REALTIME) against the monotonic one
// for steps, and the monotonic one against the raw one for slewing.
//
//   ClockSteps steps(read_clocks());
//   steps.look(read_clocks());     // again and again
//   std::uint64_t count = steps.count();
//
// Durations are taken on the monotonic clock, which a step does not touch: but traces of other
// machines and a server's own times would be off by it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace lynxbench::telemetry {

// The three clocks at one moment.
struct ClockReading {
  Nanos monotonic{0};
  Nanos wall{0};
  Nanos raw{0};
  Nanos uncertain{0};  // the readings may lie this far apart
};
// Reads until they were close together, a few times at most: a thread may be interrupted in between.
[[nodiscard]] ClockReading read_clocks();

// Threads: one at a time.
class ClockSteps {
 public:
  explicit ClockSteps(const ClockReading& first) : first_(first), last_(first) {}

  // A step: the wall clock moved against the monotonic one by more than 20 us and more than the two
  // readings are uncertain by. (Slewing moves both alike.)
  void look(const ClockReading& now);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  // With its sign; nothing without a step.
  [[nodiscard]] std::optional<Nanos> largest() const { return largest_; }
  // (monotonic time passed) / (raw time passed) - 1, from the first look to the last; nothing before
  // 100 ms have passed. NTP's limit is 500e-6.
  [[nodiscard]] std::optional<double> slew_ratio() const;

 private:
  ClockReading first_;
  ClockReading last_;
  std::uint64_t count_ = 0;
  std::optional<Nanos> largest_;
};

}  // namespace lynxbench::telemetry
