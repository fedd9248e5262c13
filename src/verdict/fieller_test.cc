#include "verdict/fieller.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/moments.h"

namespace lynxbench::verdict {
namespace {

Sessions of(std::vector<double> values) { return summed_up(values); }

TEST(Fieller, BothEndsSolveFiellersEquation) {
  Sessions a = of({10.3, 9.8, 10.1, 10.6, 9.9}), b = of({10.0, 10.4, 9.7, 10.2});
  RatioInterval interval = *ratio_interval(a, b);
  double t = stats::student_t(stats::Level::k95, interval.degrees);
  for (double r : {interval.low, interval.high}) {
    double left = (a.mean - r * b.mean) * (a.mean - r * b.mean);
    double right = t * t * (a.variance_of_mean + r * r * b.variance_of_mean);
    EXPECT_NEAR(left, right, 1e-12);
  }
  EXPECT_LT(interval.low, interval.ratio);
  EXPECT_GT(interval.high, interval.ratio);
}

TEST(Fieller, AnExactBaselineLeavesTheIntervalOfOneMean) {
  // Mean 2, standard error 1 / sqrt(3), 2 degrees of freedom: t = 2.92.
  RatioInterval interval = *ratio_interval(of({1, 2, 3}), of({4, 4, 4, 4}));
  EXPECT_DOUBLE_EQ(interval.degrees, 2);
  double half = 2.9199855803537256 / std::sqrt(3.0) / 4;
  EXPECT_NEAR(interval.low, 0.5 - half, 1e-12);
  EXPECT_NEAR(interval.high, 0.5 + half, 1e-12);
}

TEST(Fieller, EqualSpreadsGiveTheDegreesOfBothSidesTogether) {
  EXPECT_DOUBLE_EQ(ratio_interval(of({9, 10, 11}), of({9, 10, 11}))->degrees, 4);
}

TEST(Fieller, SwappedSidesGiveTheReciprocalInterval) {
  Sessions a = of({10.3, 9.8, 10.1, 10.6, 9.9}), b = of({8.0, 8.4, 7.7, 8.2, 8.9});
  RatioInterval one = *ratio_interval(a, b), other = *ratio_interval(b, a);
  EXPECT_NEAR(one.low, 1 / other.high, 1e-12);
  EXPECT_NEAR(one.high, 1 / other.low, 1e-12);
}

TEST(Fieller, WithoutAnySpreadTheIntervalIsAPoint) {
  RatioInterval interval = *ratio_interval(of({3, 3, 3}), of({2, 2, 2}));
  EXPECT_EQ(interval.low, 1.5);
  EXPECT_EQ(interval.high, 1.5);
}

TEST(Fieller, ABaselineThatCannotBeToldFromZeroGivesNoInterval) {
  EXPECT_FALSE(ratio_interval(of({10, 10.1, 9.9}), of({0.1, 5, 30})).has_value());
}

TEST(Fieller, MoreSessionsAreNeededForACloserCall) {
  Sessions baseline = of({9.8, 10, 10.2, 9.9, 10.1});
  int easy = *sessions_needed(of({9.9, 10.1, 10.3, 10, 10.2}), baseline, 0.05);
  int close = *sessions_needed(of({10.2, 10.4, 10.6, 10.3, 10.5}), baseline, 0.05);
  EXPECT_LT(easy, close);
  // Relative spread sqrt(2) * 0.158 / 10 and a gap of 0.05 - 0.04 = 0.01: (1.645 + 0.842)^2 *
  // 1.04^2 * 5e-4 / 1e-4 is 33 by the normal quantile, one or two more by Student's t.
  EXPECT_GE(close, 32);
  EXPECT_LE(close, 35);
}

TEST(Fieller, ARatioExactlyOnItsBoundIsNeverDecided) {
  EXPECT_FALSE(sessions_needed(of({1.0, 1.5, 2.0}), of({0.9, 1.0, 1.1}), 0.5).has_value());
}

}  // namespace
}  // namespace lynxbench::verdict
