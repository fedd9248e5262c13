// Own times of things that run inside one another on a thread, such as an If and the operators of
// its branch: each moment of a thread belongs to what began last among all that are running then.
//
//   self_times({{0, 10, 50}, {0, 20, 30}})  -> {30, 10}
//
// So the own times of a thread add up to the length of the union of its intervals, however they
// overlap: no time is counted twice and none is lost.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lynxbench::trace {

struct Interval {
  std::uint32_t thread = 0;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;  // not before begin_ns
};

// In the order of `intervals`. Of two that begin together the longer counts as the outer one, and
// of two that are equal the later in `intervals`: profilers write an event when it ends.
[[nodiscard]] std::vector<std::int64_t> self_times(std::span<const Interval> intervals);

}  // namespace lynxbench::trace
