// How much the values of a series say, when neighbours are alike.
//
// Latencies near saturation come in runs: a queue that is long stays long. The mean of n such
// values is as uncertain as the mean of n / variance_inflation() independent ones.
//
//   double tau = stats::variance_inflation(stats::mid_ranks(latencies));
//   double effective = n / tau;
//
// Only + - x / and square roots of doubles, in a fixed order. Pure functions: any thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lynxbench::stats {

// Longer series are first cut into so many blocks of neighbours, and the block means are looked at.
inline constexpr std::size_t kMostBlocks = 1024;

// Correlation of the series with itself `lag` places later; 0 for a constant series.
[[nodiscard]] double autocorrelation(std::span<const double> values, std::size_t lag);

// How many times the variance of the mean exceeds that of as many independent values: the sum of
// the autocorrelations at all lags, negative and positive. Between 1 and n; 1 for a constant series
// and for fewer than two values.
//
// Estimated by Geyer's initial monotone sequence ("Practical Markov chain Monte Carlo", Statistical
// Science 7, 1992): lags are added in pairs while the pairs are positive, and no pair counts for
// more than the one before it. Runs at most 1024^2 / 2 multiplications.
[[nodiscard]] double variance_inflation(std::span<const double> values);

// The same of a series that was measured in several stretches, such as looks at the same rate, each
// begun anew: `lengths` add up to the number of values. Pairs of neighbours lie within a stretch;
// the mean is that of all, so stretches that differ among themselves count as correlation.
[[nodiscard]] double variance_inflation(std::span<const double> values,
                                        std::span<const std::size_t> lengths);

// The rank of each value, from 1; equal values share the mean of their ranks. Ranks have no
// outliers, so one value of a second among milliseconds does not hide the runs. Infinity is a
// value.
[[nodiscard]] std::vector<double> mid_ranks(std::span<const double> values);

// The inflation to use when asking whether at most a share 1 - q of the values behind the series
// exceed `limit`, so that the answer errs on the side of "not known". Infinity in `values` is
// allowed: no value in time. Between 1 and n.
//
// Three estimates, of the ranks, of "over the limit", and of "over the series' own 0.9 quantile"
// (for a series that never went over the limit), and the largest counts. Two corrections, both
// found by simulation (docs/methodology.md has the error rates):
// - a quiet stretch of a system that is at its limit looks more independent than the system is. The
//   correlation time of a queue grows with the square of its level (diffusion scaling), so it is
//   taken at the level at which the q-quantile would be the limit: x (limit / quantile)^2, at most
//   2. A quantile far below the limit is no such stretch: from 1.41 times on the factor falls, and
//   beyond 2 times it is 1.
// - the estimate itself is uncertain by about sqrt(inflation / n): x (1 + 2 sqrt(inflation / n)).
[[nodiscard]] double tail_inflation(std::span<const double> values, double limit, double q);
[[nodiscard]] double tail_inflation(std::span<const double> values,
                                    std::span<const std::size_t> lengths, double limit, double q);

// Its parts, for whoever asks about many limits: the largest of the estimates about `level`, the
// factor of a limit above the q-quantile, and the correction for the estimate's own uncertainty.
[[nodiscard]] double level_inflation(std::span<const double> values,
                                     std::span<const std::size_t> lengths, double level);
[[nodiscard]] double quiet_factor(double limit, double quantile);
[[nodiscard]] double with_uncertainty(double inflation, double n);

// How many values at the start of a stretch still remember how it began (a queue that was empty):
// three correlation times, at most a quarter of `length`. Nothing of a series without correlation.
[[nodiscard]] std::size_t ramp_up(double inflation, std::size_t length);

}  // namespace lynxbench::stats
