#include "stats/quantile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"

namespace lynxbench::stats {
namespace {

std::vector<std::int64_t> one_to(std::int64_t n) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1);
  return values;
}

TEST(Quantile, IsTheSmallestValueThatTheShareDoesNotExceed) {
  EXPECT_EQ(quantile(one_to(100), 0.99), 99);
  EXPECT_EQ(quantile(one_to(100), 0.995), 100);
  EXPECT_EQ(quantile(one_to(100), 0.5), 50);
  EXPECT_EQ(quantile(one_to(101), 0.5), 51);
  EXPECT_EQ(quantile(one_to(20), 0.95), 19);
  EXPECT_EQ(quantile(one_to(21), 0.95), 20);
  EXPECT_EQ(quantile(one_to(1), 0.99), 1);
  EXPECT_EQ(quantile(one_to(7), 0), 1);
  EXPECT_EQ(quantile(one_to(7), 1), 7);
}

TEST(Quantile, OfNothingIsNothing) { EXPECT_FALSE(quantile({}, 0.5)); }

TEST(Quantile, TheRankIsNotPushedUpByTheLastBitOfAProduct) {
  // 0.07 x 100 is 7.000000000000001 in binary, and still the 7th of 100.
  for (std::size_t percent = 1; percent <= 100; ++percent) {
    EXPECT_EQ(quantile_rank(100, static_cast<double>(percent) / 100), percent);
    EXPECT_EQ(quantile_rank(10'000'000, static_cast<double>(percent) / 100), percent * 100'000);
  }
}

TEST(Median, IsTheMiddleInAnyOrder) {
  EXPECT_EQ(median(std::vector<double>{5, 1, 3}), 3);
  EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median(std::vector<double>{7}), 7);
  EXPECT_FALSE(median(std::vector<double>{}));
}

TEST(MedianInterval, OfFiveValuesIsTheSmallestToTheLargestWith93_75Percent) {
  Interval interval = *median_interval(std::vector<double>{3, 1, 5, 2, 4}, 0.9);
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 5);
  EXPECT_EQ(interval.confidence, 0.9375);
}

TEST(MedianInterval, TakesTheInnermostRanksThatStillCover) {
  std::vector<double> eight{1, 2, 3, 4, 5, 6, 7, 8};
  Interval narrow = *median_interval(eight, 0.9);  // 1 - 2 x 9/256
  EXPECT_EQ(narrow.low, 2);
  EXPECT_EQ(narrow.high, 7);
  EXPECT_EQ(narrow.confidence, 1 - 18.0 / 256);
  Interval wide = *median_interval(eight, 0.95);
  EXPECT_EQ(wide.low, 1);
  EXPECT_EQ(wide.confidence, 1 - 2.0 / 256);
}

TEST(MedianInterval, SaysWhatItReallyCoversWithWhenThatIsLessThanAskedFor) {
  EXPECT_EQ(median_interval(std::vector<double>{1, 2}, 0.95)->confidence, 0.5);
  EXPECT_EQ(median_interval(std::vector<double>{1, 2, 3}, 0.95)->confidence, 0.75);
  EXPECT_FALSE(median_interval(std::vector<double>{1}, 0.95));
}

TEST(MedianInterval, ConfidenceIsThatOfBoostForEveryNumberOfValues) {
  for (std::size_t n = 2; n <= 400; ++n) {
    std::vector<double> values(n);
    std::iota(values.begin(), values.end(), 1.0);
    Interval interval = *median_interval(values, 0.9);
    boost::math::binomial_distribution<double> half(static_cast<double>(n), 0.5);
    double rank = interval.low;
    EXPECT_EQ(interval.high, static_cast<double>(n) + 1 - rank);
    EXPECT_NEAR(interval.confidence, 1 - 2 * cdf(half, rank - 1), 1e-12);
    if (rank + 1 <= static_cast<double>(n) / 2) {
      EXPECT_LT(1 - 2 * cdf(half, rank), 0.9) << "a narrower one would do for " << n;
    }
  }
}

TEST(MedianInterval, CoversTheMedianAsOftenAsItSays) {
  Random random(7, "coverage");
  int covered = 0;
  constexpr int kRuns = 20'000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> values(5);
    for (double& value : values) value = random.exponential();  // skewed: median ln 2
    Interval interval = *median_interval(values, 0.9);
    covered += interval.low <= std::log(2.0) && std::log(2.0) <= interval.high ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(covered) / kRuns, 0.9375, 0.006);
}

}  // namespace
}  // namespace lynxbench::stats
