// Have levels settled?
#pragma once

#include <span>

namespace lynxbench::stats {

// The largest is at most (1 + tolerance) x the smallest; `resolution` is what a level can be wrong
// by through counting, and is taken off the largest. False for nothing and for a level <= 0.
[[nodiscard]] bool level(std::span<const double> values, double tolerance, double resolution = 0);

}  // namespace lynxbench::stats
