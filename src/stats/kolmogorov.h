// Are values from the distribution that they should be from? The Kolmogorov-Smirnov distance's
// p-value, and the distribution of the sum of gaps that are exponential or gamma.
//
//   double p = stats::kolmogorov_p(distance, gaps);      // all of the distribution was known
//   double share = stats::gamma_below(1, rate_per_s * gap_s);   // exponential
//
// Only + - x / and square roots of doubles, in a fixed order. Pure functions: any thread.
#pragma once

#include <cstdint>

namespace lynxbench::stats {

// Probability that `count` independent values of the distribution asked for lie at least `distance`
// (0..1) from it. Kolmogorov's limit with Stephens' correction for few values ("EDF statistics for
// goodness of fit", JASA 69, 1974): within 0.002 from 5 values on.
[[nodiscard]] double kolmogorov_p(double distance, std::uint64_t count);

// The same for the exponential distribution whose mean was estimated from the values themselves
// (Lilliefors, JASA 64, 1969): the fit makes every distance smaller, so kolmogorov_p would be far
// too large. Stephens' table (same paper), its logarithm taken as linear in the square of the
// statistic between its points and beyond them.
[[nodiscard]] double lilliefors_exponential_p(double distance, std::uint64_t count);

// P(X <= x) for X gamma-distributed with this shape (> 0) and scale 1: the regularised lower
// incomplete gamma function, within 1e-10. 0 for x <= 0. By its series below shape + 1 and its
// continued fraction above (Abramowitz and Stegun, 6.5.29 and 6.5.31); for shapes above 10 000 by
// the normal distribution of Wilson and Hilferty's cube root (within 1e-5).
[[nodiscard]] double gamma_below(double shape, double x);

}  // namespace lynxbench::stats
