// Normal and gamma variates that are the same on every machine: + - * / , square roots and
// portable_log and portable_exp alone.
//
//   GammaDraw gap(1 / (cv * cv));
//   double gap_s = gap.next(random) / rate_per_s;      // mean 1 / rate, coefficient of variation cv
//
// Sources: Marsaglia and Bray, "A convenient method for generating normal variables" (1964);
// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), with their
// Gamma(a) = Gamma(a + 1) U^(1/a) below a = 1.
#pragma once

#include "base/random.h"

namespace lynxbench::workload {

// Mean 0, variance 1. Draws a pair and gives one of it: nothing is kept between calls.
[[nodiscard]] double normal(Random& random);

// Gamma variates of one shape (> 0, finite), scaled to mean 1.
class GammaDraw {
 public:
  explicit GammaDraw(double shape);
  double next(Random& random) const;

 private:
  double shape_;
  double d_, c_;  // Marsaglia and Tsang's, of the shape or, below 1, of shape + 1
};

}  // namespace lynxbench::workload
