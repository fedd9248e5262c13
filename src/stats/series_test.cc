#include "stats/series.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace lynxbench::stats {
namespace {

// Sum of twelve uniforms less six: nearly normal, and the same everywhere.
double noise(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

// x(i) = phi x(i-1) + noise: its inflation is (1 + phi) / (1 - phi).
std::vector<double> first_order(double phi, std::size_t n, std::uint64_t seed) {
  Random random(seed, "first order");
  std::vector<double> values(n);
  double last = noise(random) / std::sqrt(1 - phi * phi);
  for (double& value : values) {
    last = phi * last + noise(random);
    value = last;
  }
  return values;
}

double mean_inflation(double phi, std::size_t n, int runs) {
  double sum = 0;
  for (int run = 0; run < runs; ++run) {
    sum += variance_inflation(first_order(phi, n, static_cast<std::uint64_t>(run)));
  }
  return sum / runs;
}

TEST(Autocorrelation, ByHand) {
  std::vector<double> values{1, 2, 3, 4};  // centred -1.5 -0.5 0.5 1.5
  EXPECT_DOUBLE_EQ(autocorrelation(values, 0), 1);
  EXPECT_DOUBLE_EQ(autocorrelation(values, 1), (0.75 - 0.25 + 0.75) / 5);
  EXPECT_DOUBLE_EQ(autocorrelation(values, 3), -2.25 / 5);
  EXPECT_EQ(autocorrelation(std::vector<double>{3, 3, 3}, 1), 0);
}

TEST(VarianceInflation, OfIndependentValuesIsAboutOne) {
  EXPECT_NEAR(mean_inflation(0, 2000, 20), 1, 0.15);
}

TEST(VarianceInflation, OfACorrelatedSeriesIsWhatTheoryGives) {
  EXPECT_NEAR(mean_inflation(0.5, 4000, 20), 3, 0.3);
  EXPECT_NEAR(mean_inflation(0.9, 4000, 20), 19, 3);
}

TEST(VarianceInflation, IsTheSameForASeriesLongEnoughToBeCutIntoBlocks) {
  EXPECT_NEAR(mean_inflation(0.9, 40'000, 5), 19, 2);
  EXPECT_NEAR(mean_inflation(0.5, 40'000, 5), 3, 0.5);
}

TEST(VarianceInflation, StaysBetweenOneAndTheNumberOfValues) {
  std::vector<double> alternating, rising;
  for (int i = 0; i < 100; ++i) {
    alternating.push_back(i % 2);
    rising.push_back(i);
  }
  EXPECT_EQ(variance_inflation(alternating), 1);
  EXPECT_EQ(variance_inflation(std::vector<double>(50, 3.0)), 1);
  EXPECT_EQ(variance_inflation({}), 1);
  EXPECT_GT(variance_inflation(rising), 20) << "a trend says little however many values it has";
  EXPECT_LE(variance_inflation(rising), 100);
}

TEST(VarianceInflation, OfStretchesThatAreAlikeIsThatOfOneSeries) {
  double sum = 0;
  for (std::uint64_t run = 0; run < 20; ++run) {
    std::vector<double> values;
    for (std::uint64_t part = 0; part < 4; ++part) {
      std::vector<double> more = first_order(0.8, 1000, 100 * run + part);
      values.insert(values.end(), more.begin(), more.end());
    }
    sum += variance_inflation(values, std::vector<std::size_t>(4, 1000));
  }
  EXPECT_NEAR(sum / 20, 9, 1.2);
}

TEST(VarianceInflation, StretchesThatDifferAreWorthFewerValues) {
  Random random(1, "levels");
  std::vector<double> values(2000);
  for (std::size_t i = 0; i < 2000; ++i) values[i] = random.uniform() + (i < 1000 ? 0 : 1);
  EXPECT_GT(variance_inflation(values, std::vector<std::size_t>{1000, 1000}), 200);
}

TEST(RampUp, IsThreeCorrelationTimesAndAQuarterAtMost) {
  EXPECT_EQ(ramp_up(1, 1000), 0u);
  EXPECT_EQ(ramp_up(11, 1000), 30u);
  EXPECT_EQ(ramp_up(500, 1000), 250u);
}

TEST(MidRanks, ShareRanksAmongEquals) {
  EXPECT_EQ(mid_ranks(std::vector<double>{30, 10, 20, 10}), (std::vector<double>{4, 1.5, 3, 1.5}));
  double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(mid_ranks(std::vector<double>{infinity, 1, infinity}),
            (std::vector<double>{2.5, 1, 2.5}));
  EXPECT_TRUE(mid_ranks({}).empty());
}

TEST(TailInflation, GrowsWithTheCorrelation) {
  double loose = tail_inflation(first_order(0, 2000, 1), 100, 0.95);
  double tight = tail_inflation(first_order(0.9, 2000, 1), 100, 0.95);
  EXPECT_LT(loose, 1.5);
  EXPECT_GT(tight, 12);
}

TEST(TailInflation, IsLargestWhereAQuietStretchCouldHideASystemAtItsLimit) {
  std::vector<double> values;
  Random random(3, "levels");
  for (int i = 0; i < 4000; ++i) values.push_back(1 + random.uniform());  // 0.95-quantile: 1.95
  double at_limit = tail_inflation(values, 1.90, 0.95);
  double near = tail_inflation(values, 1.95 * 1.4, 0.95);
  double far = tail_inflation(values, 1.95 * 4, 0.95);
  EXPECT_NEAR(near / at_limit, 1.4 * 1.4, 0.1);
  EXPECT_NEAR(far / at_limit, 1, 0.1);
}

TEST(TailInflation, CountsRunsOfNoAnswerAtAll) {
  std::vector<double> values(1000, 1.0);
  for (std::size_t i = 0; i < 1000; ++i) {
    if (i % 200 < 20) values[i] = std::numeric_limits<double>::infinity();
  }
  EXPECT_GT(tail_inflation(values, 5, 0.95), 10);
  EXPECT_EQ(tail_inflation(std::vector<double>{1}, 5, 0.95), 1);
}

}  // namespace
}  // namespace lynxbench::stats
