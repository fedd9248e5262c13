#include "stats/quantile_interval.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace lynxbench::stats {
namespace {

QuantileInterval of_one_run(const std::vector<double>& values, double q) {
  const std::size_t lengths[] = {values.size()};
  return quantile_interval(values, lengths, q);
}

// Stays in M/M/1 at `load`, in services: exponential with mean 1 / (1 - load).
std::vector<double> stays(double load, std::size_t count, std::uint64_t seed) {
  Random random(seed, "stays");
  std::vector<double> values;
  double left = 0;
  auto warm = static_cast<std::size_t>(40 / ((1 - load) * (1 - load)));
  for (std::size_t i = 0; i < count + warm; ++i) {
    left = std::max(0.0, left - random.exponential() / load) + random.exponential();
    if (i >= warm) values.push_back(left);
  }
  return values;
}

TEST(QuantileInterval, OfNothingIsNothing) {
  QuantileInterval interval = quantile_interval({}, {}, 0.5);
  EXPECT_FALSE(interval.low || interval.high);
}

TEST(QuantileInterval, OfIndependentValuesIsAboutThatOfTheRanks) {
  Random random(1, "independent");
  std::vector<double> values(10'000);
  for (double& value : values) value = random.uniform();
  QuantileInterval middle = of_one_run(values, 0.5), tail = of_one_run(values, 0.99);
  double spread = 2.05 * 0.5 / 100;  // of the share below the median
  EXPECT_NEAR(*middle.low, 0.5 - spread, 0.006);
  EXPECT_NEAR(*middle.high, 0.5 + spread, 0.006);
  EXPECT_NEAR(*tail.low, 0.99 - 2.05 * 0.001, 0.0015);
  EXPECT_NEAR(*tail.high, 0.99 + 2.05 * 0.001, 0.0015);
  EXPECT_GT(middle.effective, 7'000);
}

TEST(QuantileInterval, AShortRunGivesNoUpperEndAndSaysHowLongItMustBe) {
  Random random(1, "short");
  std::vector<double> values(200);
  for (double& value : values) value = random.uniform();
  QuantileInterval interval = of_one_run(values, 0.99);
  EXPECT_FALSE(interval.high) << "without any value over it, 200 say: at most 2 %";
  EXPECT_TRUE(interval.low);
  EXPECT_GT(interval.needed, 700);
  EXPECT_LT(interval.needed, 1500);
  QuantileInterval few = of_one_run(std::vector<double>(values.begin(), values.begin() + 12), 0.5);
  EXPECT_FALSE(few.low || few.high);
}

TEST(QuantileInterval, AnEndAmongTheUnansweredIsMissing) {
  std::vector<double> values(2000, 1.0);
  for (std::size_t i = 0; i < 2000; i += 50) values[i] = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(of_one_run(values, 0.99).high);
  EXPECT_EQ(of_one_run(values, 0.95).high, 1.0);
}

TEST(QuantileInterval, StretchesThatDifferMakeItWider) {
  Random random(4, "stretches");
  std::vector<double> values(8000);
  for (std::size_t i = 0; i < 8000; ++i) values[i] = random.uniform() + (i / 1000 % 2 == 0 ? 0.0 : 0.2);
  const std::vector<std::size_t> stretches(8, 1000);
  QuantileInterval apart = quantile_interval(values, stretches, 0.5);
  for (std::size_t i = 0; i < 8000; ++i) values[i] = random.uniform();
  QuantileInterval alike = quantile_interval(values, stretches, 0.5);
  EXPECT_GT(*apart.high - *apart.low, 4 * (*alike.high - *alike.low));
}

// Short form of bench/statistics_bench.cc: nominal 95 %, at least 90 % here (binomial noise of 60 runs
// off: 5 of them more), and withheld where nothing can be said.
void expect_coverage(double load, std::size_t count, double q, double given_at_least, double given_at_most) {
  constexpr int kRuns = 60;
  double truth = std::log(1 / (1 - q)) / (1 - load);
  int given = 0, wrong = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    QuantileInterval interval = of_one_run(stays(load, count, run), q);
    if (!interval.low || !interval.high) continue;
    ++given;
    wrong += *interval.low > truth || *interval.high < truth ? 1 : 0;
  }
  EXPECT_GE(given, given_at_least * kRuns) << load << " " << count;
  EXPECT_LE(given, given_at_most * kRuns) << load << " " << count;
  EXPECT_LE(wrong, 0.1 * kRuns + 5) << load << " " << count;
}

TEST(QuantileIntervalCoverage, OfAMedianNearSaturation) {
  expect_coverage(0.5, 2'000, 0.5, 1, 1);
  expect_coverage(0.8, 4'000, 0.5, 1, 1);
  expect_coverage(0.9, 12'000, 0.5, 0.95, 1);
}

TEST(QuantileIntervalCoverage, OfAPercentileNearSaturation) {
  expect_coverage(0.5, 12'000, 0.99, 0.95, 1);
  expect_coverage(0.8, 30'000, 0.99, 0.8, 1);
}

TEST(QuantileIntervalCoverage, IsWithheldWhereARunIsFarTooShort) { expect_coverage(0.9, 4'000, 0.99, 0, 0.02); }

}  // namespace
}  // namespace lynxbench::stats
