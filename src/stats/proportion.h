// What a count in correlated trials says about the share behind it.
//
//   // 3 of 400 requests were late, and the lateness comes in runs worth 2.5 requests each:
//   stats::Range share = stats::clustered_proportion(400, 3, 2.5, stats::kTailFor95);
//   // share.low .. share.high: each end is wrong with probability 0.05 at most
//
// Only + - x / on doubles, in a fixed order. Pure functions: any thread.
#pragma once

#include <cstddef>
#include <optional>

namespace lynxbench::stats {

struct Range {
  double low = 0;
  double high = 1;
};

// The tail to compute each bound for where its error must stay below 5 %: less, because the
// inflation is estimated from the same series (docs/methodology.md has the simulated error rates).
inline constexpr double kTailFor95 = 0.02;

// Bounds of the probability p of an event that happened `count` times in `trials` (both may be
// fractions of pooled series), when the variance of the count is `inflation` >= 1 times that of
// independent trials. Each bound alone is exceeded with probability `tail`.
//
// The events are taken to come in clumps: the clumps at random (Poisson), each of geometric size
// with mean c = (inflation + 1) / 2, which gives that variance. `high` is the p at which `count` or
// fewer events have probability `tail`, `low` the p at which `count` or more have (as Clopper and
// Pearson, "The use of confidence or fiducial limits", Biometrika 26, 1934, with the Polya-Aeppli
// distribution in place of the binomial: Johnson, Kemp and Kotz, "Univariate discrete
// distributions", 9.7). So it holds for no event at all as well: then high = -ln(tail) c / trials.
// Without trials: 0 .. 1. `low` is 0 for no event; `high` is at most 1.
[[nodiscard]] Range clustered_proportion(double trials, double count, double inflation,
                                         double tail);

// The counts at which the share `p` is just rejected by the bounds above: with `low` events or fewer
// the upper bound is at most `p` (nothing: not even without any event), with `high` or more the lower
// bound is at least `p`. One pass for what bisection over clustered_proportion() would tell.
struct RejectedCounts {
  std::optional<std::size_t> low;
  std::size_t high = 0;
};
[[nodiscard]] RejectedCounts rejected_counts(double trials, double p, double inflation, double tail);

// P(X <= count) where X counts the events of clumps: `clumps` of them expected, sizes geometric
// with mean `clump_size` >= 1.
[[nodiscard]] double clumped_probability(double clumps, double clump_size, double count);

}  // namespace lynxbench::stats
