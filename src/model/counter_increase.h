// How much a counter counted over its samples, across restarts of what counts.
//
//   counter_increase(samples {4e6, 4.5e6, 1e6})  -> 1.5e6, one reset
//
// A counter only grows, so a value below the one before it means that it began again from 0: what it
// counted between the last look and the restart is lost, and the rest is at least its new value.
#pragma once

#include <cstdint>
#include <optional>

#include "model/trace.h"

namespace lynxbench {

struct CounterIncrease {
  double increase = 0;
  std::uint64_t resets = 0;
};

// Nothing for fewer than two samples.
[[nodiscard]] std::optional<CounterIncrease> counter_increase(const TraceSeries& series);

}  // namespace lynxbench
