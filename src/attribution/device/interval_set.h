// Sets of moments as disjoint intervals in order: the arithmetic of "busy", "exposed" and "hidden".
//
//   IntervalSet compute = ..., communication = ...;
//   length(intersection(compute, communication));   // hidden
//   length(difference(communication, compute));     // exposed
//
// All in nanoseconds, begin included, end not. Linear in the number of intervals.
#pragma once

#include <cstdint>
#include <vector>

namespace lynxbench::attribution {

struct Moment {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

// In order, disjoint, none empty, none touching the next.
using IntervalSet = std::vector<Moment>;

// Adds an interval that begins no earlier than any added before it.
void add(IntervalSet& set, std::int64_t begin_ns, std::int64_t end_ns);

[[nodiscard]] std::int64_t length(const IntervalSet& set);
[[nodiscard]] IntervalSet unite(const IntervalSet& a, const IntervalSet& b);
[[nodiscard]] IntervalSet intersection(const IntervalSet& a, const IntervalSet& b);
// What of `a` is not in `b`.
[[nodiscard]] IntervalSet difference(const IntervalSet& a, const IntervalSet& b);
// What of the set lies in [begin, end). Logarithmic, and linear in what it gives.
[[nodiscard]] IntervalSet within(const IntervalSet& set, std::int64_t begin_ns, std::int64_t end_ns);

}  // namespace lynxbench::attribution
