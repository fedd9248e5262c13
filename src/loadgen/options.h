// What both senders share. Inside loadgen only.
#pragma once

#include "loadgen/loadgen.h"

namespace lynxbench::loadgen {

// How long a sleeping sender may take to notice `stop`, and how long it drains then.
inline constexpr Nanos kStopLook{50'000'000};
inline constexpr Nanos kStoppedDrain{1'000'000'000};

// The kernel may delay a thread's timers by its slack, 50 us if nobody asks. While this lives the
// calling thread's is 1 ns.
class PreciseTimers {
 public:
  PreciseTimers();
  ~PreciseTimers();
  PreciseTimers(const PreciseTimers&) = delete;
  PreciseTimers& operator=(const PreciseTimers&) = delete;

 private:
  int before_;
};

// kInvalidArgument where an option is no number of requests or time.
[[nodiscard]] Status check(const Options& options);
// kInvalidArgument if `concurrency` is not in 1 .. max_in_flight or `duration` not > 0.
[[nodiscard]] Status check(std::int64_t concurrency, Nanos duration, const Options& options);

}  // namespace lynxbench::loadgen
