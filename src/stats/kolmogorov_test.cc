#include "stats/kolmogorov.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace lynxbench::stats {
namespace {

// Exact critical values: L. H. Miller, "Table of percentage points of Kolmogorov statistics", JASA 51, 1956.
TEST(Kolmogorov, AgreesWithTheExactTable) {
  EXPECT_NEAR(kolmogorov_p(0.56328, 5), 0.05, 0.002);
  EXPECT_NEAR(kolmogorov_p(0.40925, 10), 0.05, 0.001);
  EXPECT_NEAR(kolmogorov_p(0.48893, 10), 0.01, 0.001);
  EXPECT_NEAR(kolmogorov_p(0.29408, 20), 0.05, 0.001);
  EXPECT_NEAR(kolmogorov_p(0.13403, 100), 0.05, 0.001);
  EXPECT_NEAR(kolmogorov_p(0.16081, 100), 0.01, 0.0005);
}

TEST(Kolmogorov, TheLimitDistributionIsTheTables) {
  const std::uint64_t many = 1'000'000'000'000;
  EXPECT_NEAR(kolmogorov_p(1.3581e-6, many), 0.05, 1e-5);
  EXPECT_NEAR(kolmogorov_p(1.9495e-6, many), 0.001, 1e-6);
  EXPECT_NEAR(kolmogorov_p(0.8276e-6, many), 0.5, 1e-4);
  // Both series, on either side of where one takes over from the other.
  EXPECT_NEAR(kolmogorov_p(1.1799999e-6, many), kolmogorov_p(1.1800001e-6, many), 1e-6);
}

TEST(Kolmogorov, NoDistanceIsNoEvidence) {
  EXPECT_EQ(kolmogorov_p(0, 100), 1);
  EXPECT_EQ(kolmogorov_p(0.5, 0), 1);
  EXPECT_LT(kolmogorov_p(1, 1000), 1e-300);
}

double distance_from_exponential(std::vector<double>& values, double mean) {
  std::sort(values.begin(), values.end());
  double n = static_cast<double>(values.size()), distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double share = 1 - std::exp(-values[i] / mean);
    distance = std::max({distance, share - static_cast<double>(i) / n,
                         static_cast<double>(i + 1) / n - share});
  }
  return distance;
}

// A test at level p errs with probability p: with the mean known, and with the mean estimated. And
// Kolmogorov's own p-value would be far too large for the latter.
TEST(Kolmogorov, FalseAlarmsComeAsOftenAsThePValueSays) {
  constexpr int kRuns = 4000, kGaps = 200;
  Random random(7, "kolmogorov_test");
  int known = 0, estimated = 0, estimated_rare = 0, misused = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> gaps(kGaps);
    double sum = 0;
    for (double& gap : gaps) sum += gap = random.exponential();
    known += kolmogorov_p(distance_from_exponential(gaps, 1), kGaps) < 0.05;
    double fitted = distance_from_exponential(gaps, sum / kGaps);
    estimated += lilliefors_exponential_p(fitted, kGaps) < 0.05;
    estimated_rare += lilliefors_exponential_p(fitted, kGaps) < 0.005;
    misused += kolmogorov_p(fitted, kGaps) < 0.05;
  }
  // Four standard deviations of a binomial count: 0.0138 and 0.0045.
  EXPECT_NEAR(static_cast<double>(known) / kRuns, 0.05, 0.0138);
  EXPECT_NEAR(static_cast<double>(estimated) / kRuns, 0.05, 0.0138);
  EXPECT_NEAR(static_cast<double>(estimated_rare) / kRuns, 0.005, 0.0045);
  EXPECT_LT(static_cast<double>(misused) / kRuns, 0.02);
}

TEST(GammaBelow, IsTheExponentialAtShapeOne) {
  for (double x : {1e-9, 0.01, 0.5, 1.0, 1.9, 2.1, 5.0, 30.0}) {
    EXPECT_NEAR(gamma_below(1, x), 1 - std::exp(-x), 1e-12) << x;
  }
  EXPECT_EQ(gamma_below(1, 0), 0);
  EXPECT_EQ(gamma_below(1, -1), 0);
  EXPECT_EQ(gamma_below(1, 1e6), 1);
}

TEST(GammaBelow, IsErlangsSumAtWholeShapes) {
  for (double x : {0.5, 3.0, 9.0, 10.0, 11.0, 25.0}) {
    double term = std::exp(-x), left = 0;
    for (int i = 0; i < 10; ++i) {
      left += term;
      term *= x / (i + 1);
    }
    EXPECT_NEAR(gamma_below(10, x), 1 - left, 1e-11) << x;
  }
}

TEST(GammaBelow, KnowsHalfShapes) {
  for (double x : {0.001, 0.25, 1.0, 4.0}) {
    EXPECT_NEAR(gamma_below(0.5, x), std::erf(std::sqrt(x)), 1e-12) << x;
  }
}

TEST(GammaBelow, LargeShapesAreNearlyNormalAndJoinWithoutAStep) {
  EXPECT_NEAR(gamma_below(9'999, 9'999 + 99.995), gamma_below(10'001, 10'001 + 100.005), 2e-5);
  EXPECT_NEAR(gamma_below(1e6, 1e6 + 1'000), 0.8413 - 0.0001, 3e-4);
  EXPECT_LT(gamma_below(1e6, 9e5), 1e-12);
  EXPECT_GT(gamma_below(1e6, 1.1e6), 1 - 1e-12);
}

}  // namespace
}  // namespace lynxbench::stats
