// Exact quantiles and medians of what was measured: always a value that occurred (or the middle of
// two, for a median), never an interpolation or a histogram bucket.
//
//   std::vector<std::int64_t> sorted = ...;
//   std::optional<std::int64_t> p99 = stats::quantile(sorted, 0.99);
//   stats::Interval spread = *stats::median_interval(session_values, 0.90);
//
// Only + - x / on doubles, in a fixed order. Pure functions: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace lynxbench::stats {

// An interval and the probability with which it covers what it is about.
struct Interval {
  double low = 0;
  double high = 0;
  double confidence = 0;
};

// The rank, from 1, of the q-quantile among `count` values: the smallest k with k >= q x count, at
// least 1. `q` in 0..1, `count` > 0. A product within 1e-9 of a whole number counts as that number,
// so that 0.07 x 100 is 7.
[[nodiscard]] std::size_t quantile_rank(std::size_t count, double q);

// sorted[quantile_rank - 1] (type 1 of Hyndman and Fan, "Sample quantiles in statistical packages",
// 1996): the smallest value that at least a share q of all values do not exceed. Nothing of
// nothing.
[[nodiscard]] std::optional<std::int64_t> quantile(std::span<const std::int64_t> sorted, double q);

// Middle value, or the mean of the two in the middle; in any order. Nothing of nothing.
[[nodiscard]] std::optional<double> median(std::span<const double> values);

// Interval of the median of the distribution behind `values` (independent, of any shape): from the
// r-th smallest to the r-th largest, with the largest r that still covers with at least
// `confidence`; r = 1 when none does. `confidence` of the result is what it really covers with:
// 1 - 2 P(Binomial(n, 1/2) < r). Five values: the smallest to the largest, 93.75 %.
// Nothing for fewer than two values.
[[nodiscard]] std::optional<Interval> median_interval(std::span<const double> values,
                                                      double confidence);

}  // namespace lynxbench::stats
