// An interval for a quantile of a series whose neighbours are alike: of the latencies of one run.
//
//   std::vector<double> values = ...;                  // in the order of time
//   const std::size_t one_run[] = {values.size()};
//   stats::QuantileInterval p99 = stats::quantile_interval(values, one_run, 0.99);
//   if (!p99.high) say("a run of about {} requests would tell", p99.needed);
//
// The formula for independent values (ranks by the binomial distribution) is far too narrow near
// saturation: for nominal 95 % its p99 covers with 51, 17, 8 % at 0.5, 0.8, 0.9 load. Here a value x
// lies in the interval when the share of values over x does not contradict 1 - q, given how many
// independent values the series is worth. docs/methodology.md has how often it covers.
//
// Only + - x / and square roots of doubles, in a fixed order. Pure functions: any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace lynxbench::stats {

// Of nominal 95 %: each end is wrong with probability 2.5 %.
inline constexpr double kQuantileConfidence = 0.95;

struct QuantileInterval {
  // Ends, each a value of the series. Missing: the series is too short to give that end.
  std::optional<double> low;
  std::optional<double> high;
  double effective = 0;  // independent values that the series is worth
  double needed = 0;     // values that would give both ends, about, if the rest is like these
};

// For 0 < q < 1. `lengths` of the stretches (series.h) add up to the number of values. Infinity is a
// value: an end that would be infinite is missing.
//
// Up to the 0.9-quantile by the normal distribution (the share over x has the variance of so many
// independent values), beyond by clumps of late values (proportion.h). Towards higher values the
// series is taken to be correlated for as long as it would be if x were its quantile (quiet_factor).
[[nodiscard]] QuantileInterval quantile_interval(std::span<const double> values,
                                                 std::span<const std::size_t> lengths, double q);

}  // namespace lynxbench::stats
