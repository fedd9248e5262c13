#include "stats/proportion.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/poisson.hpp>
#include <cmath>

#include "base/random.h"

namespace lynxbench::stats {
namespace {

TEST(ClumpedProbability, OfClumpsOfOneIsPoisson) {
  for (double expected : {0.01, 1.0, 7.5, 300.0, 20'000.0}) {
    boost::math::poisson_distribution<double> poisson(expected);
    double spread = std::sqrt(expected);
    for (double count : {0.0, std::floor(expected), std::floor(expected + 2 * spread)}) {
      EXPECT_NEAR(clumped_probability(expected, 1, count), cdf(poisson, count), 1e-9) << expected;
    }
  }
}

TEST(ClumpedProbability, OfNoEventNeedsThatThereIsNoClump) {
  EXPECT_NEAR(clumped_probability(3, 5, 0), std::exp(-3.0), 1e-12);
  EXPECT_EQ(clumped_probability(3, 5, -1), 0);
  EXPECT_EQ(clumped_probability(0, 5, 0), 1);
}

TEST(ClumpedProbability, OfTwoEventsByHand) {
  // One clump of 1 or 2, or two clumps of 1; a size is 1 with 1/4, 2 with 3/4 x 1/4.
  double none = std::exp(-2.0), one = none * 2 * 0.25;
  double two = none * 2 * 0.75 * 0.25 + none * 2 * 0.25 * 0.25;
  EXPECT_NEAR(clumped_probability(2, 4, 2), none + one + two, 1e-12);
}

TEST(ClusteredProportion, IsTheExactPoissonIntervalForIndependentEvents) {
  // Garwood's table for a Poisson mean, 95 % two-sided: 0 -> 3.689, 3 -> 0.619 to 8.767.
  EXPECT_NEAR(clustered_proportion(1000, 0, 1, 0.025).high, 3.689e-3, 1e-6);
  EXPECT_NEAR(clustered_proportion(1000, 3, 1, 0.025).low, 0.619e-3, 1e-6);
  EXPECT_NEAR(clustered_proportion(1000, 3, 1, 0.025).high, 8.767e-3, 1e-6);
}

TEST(ClusteredProportion, WithoutAnyEventTheBoundIsMinusLogOfTheTailTimesTheClumpPerTrial) {
  Range range = clustered_proportion(600, 0, 9, 0.05);  // clumps of 5
  EXPECT_EQ(range.low, 0);
  EXPECT_NEAR(range.high, -std::log(0.05) * 5 / 600, 1e-9);
}

TEST(ClusteredProportion, IsWiderForMoreCorrelationAndNarrowerForMoreTrials) {
  Range loose = clustered_proportion(1000, 50, 1, 0.025);
  Range tight = clustered_proportion(1000, 50, 10, 0.025);
  Range longer = clustered_proportion(10'000, 500, 10, 0.025);
  EXPECT_LT(tight.low, loose.low);
  EXPECT_GT(tight.high, loose.high);
  EXPECT_GT(longer.low, tight.low);
  EXPECT_LT(longer.high, tight.high);
  EXPECT_LT(longer.low, 0.05);
  EXPECT_GT(longer.high, 0.05);
}

TEST(RejectedCounts, AreWhereTheBoundsPassTheShare) {
  for (double inflation : {1.0, 5.0, 40.0}) {
    for (double trials : {300.0, 3'000.0}) {
      RejectedCounts counts = rejected_counts(trials, 0.05, inflation, 0.02);
      auto range = [&](double count) { return clustered_proportion(trials, count, inflation, 0.02); };
      double high = static_cast<double>(counts.high);
      EXPECT_GE(range(high).low, 0.05);
      EXPECT_LT(range(high - 1).low, 0.05);
      if (!counts.low) {
        EXPECT_GT(range(0).high, 0.05);
        continue;
      }
      double low = static_cast<double>(*counts.low);
      EXPECT_LE(range(low).high, 0.05);
      EXPECT_GT(range(low + 1).high, 0.05);
    }
  }
}

TEST(RejectedCounts, HoldWhereTheTermsWouldOverflow) {
  RejectedCounts counts = rejected_counts(1e6, 0.05, 1, 0.025);
  EXPECT_NEAR(static_cast<double>(*counts.low), 50'000 - 1.96 * std::sqrt(50'000.0), 5);
  EXPECT_NEAR(static_cast<double>(counts.high), 50'000 + 1.96 * std::sqrt(50'000.0), 5);
}

TEST(ClusteredProportion, StaysWithinZeroAndOne) {
  Range all = clustered_proportion(40, 40, 1, 0.025);
  EXPECT_EQ(all.high, 1);
  EXPECT_GT(all.low, 0.6);
  Range nothing = clustered_proportion(0, 0, 1, 0.025);
  EXPECT_EQ(nothing.low, 0);
  EXPECT_EQ(nothing.high, 1);
  EXPECT_EQ(clustered_proportion(3, 0, 3, 0.025).high, 1);
}

TEST(ClusteredProportion, HoldsForAMillionTrials) {
  Range range = clustered_proportion(1e6, 50'000, 40, 0.025);
  double spread = 1.96 * std::sqrt(0.05 * 40 / 1e6);
  EXPECT_NEAR(range.low, 0.05 - spread, 1e-4);
  EXPECT_NEAR(range.high, 0.05 + spread, 1e-4);
}

// Over, over, ... with probability `stay` of going on: the chain whose inflation is known.
TEST(ClusteredProportion, EachBoundOfACorrelatedSeriesIsWrongAsOftenAsItSays) {
  constexpr double kShare = 0.05, kStay = 0.8;
  constexpr int kRuns = 2000, kTrials = 2000;
  double enter = kShare * (1 - kStay) / (1 - kShare);
  double decay = kStay - enter;
  double inflation = (1 + decay) / (1 - decay);
  Random random(11, "chain");
  int above = 0, below = 0;
  for (int run = 0; run < kRuns; ++run) {
    bool over = random.uniform() < kShare;
    int count = 0;
    for (int i = 0; i < kTrials; ++i) {
      count += over ? 1 : 0;
      over = random.uniform() < (over ? kStay : enter);
    }
    Range range = clustered_proportion(kTrials, count, inflation, 0.05);
    above += range.low > kShare ? 1 : 0;
    below += range.high < kShare ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(above) / kRuns, 0.045, 0.015);
  EXPECT_NEAR(static_cast<double>(below) / kRuns, 0.045, 0.015);
}

}  // namespace
}  // namespace lynxbench::stats
