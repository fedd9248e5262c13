#include "stats/log_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/random.h"
#include "stats/quantile.h"

namespace lynxbench::stats {
namespace {

TEST(LogHistogram, SmallValuesAreExact) {
  LogHistogram histogram;
  for (std::int64_t value = 1; value <= 1000; ++value) histogram.add(value);
  EXPECT_EQ(histogram.quantile(0.5), 500);
  EXPECT_EQ(histogram.quantile(0.99), 990);
  EXPECT_EQ(histogram.quantile(1), 1000);
  EXPECT_EQ(histogram.smallest(), 1);
  EXPECT_EQ(histogram.largest(), 1000);
  EXPECT_EQ(histogram.mean(), 500.5);
}

TEST(LogHistogram, NothingOfNothing) {
  LogHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), std::nullopt);
  EXPECT_EQ(histogram.largest(), std::nullopt);
  EXPECT_EQ(histogram.mean(), std::nullopt);
  EXPECT_TRUE(histogram.buckets().empty());
}

TEST(LogHistogram, AQuantileIsNeverBelowTheExactOneAndAtMostAThousandthAbove) {
  Random random(1, "log_histogram_test");
  std::vector<std::int64_t> values;
  LogHistogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(random.exponential() * 1e7));
    histogram.add(values.back());
  }
  std::sort(values.begin(), values.end());
  for (double q : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    std::int64_t exact = *quantile(values, q), found = *histogram.quantile(q);
    EXPECT_GE(found, exact) << q;
    EXPECT_LE(static_cast<double>(found), static_cast<double>(exact) * (1 + 1.0 / 1024)) << q;
  }
}

TEST(LogHistogram, BucketsHoldWhatWasAddedAndDoNotOverlap) {
  LogHistogram histogram;
  const std::vector<std::int64_t> values = {0, 1, 2047, 2048, 2049, 4095, 4096, 1'000'000'007,
                                            std::numeric_limits<std::int64_t>::max()};
  for (std::int64_t value : values) histogram.add(value);
  std::uint64_t sum = 0;
  std::int64_t before = -1;
  for (const LogHistogram::Bucket& bucket : histogram.buckets()) {
    EXPECT_GT(bucket.low, before);
    EXPECT_GE(bucket.high, bucket.low);
    auto inside = std::count_if(values.begin(), values.end(), [&](std::int64_t value) {
      return value >= bucket.low && value <= bucket.high;
    });
    EXPECT_EQ(static_cast<std::uint64_t>(inside), bucket.count);
    before = bucket.high;
    sum += bucket.count;
  }
  EXPECT_EQ(sum, values.size());
  EXPECT_EQ(histogram.quantile(1), std::numeric_limits<std::int64_t>::max());
}

TEST(LogHistogram, MergedIsAsIfAllHadBeenAddedToOne) {
  LogHistogram one, two, all;
  for (std::int64_t value : {5, 70'000, 9'000'000}) one.add(value), all.add(value);
  for (std::int64_t value : {3, 70'001}) two.add(value, 2), all.add(value, 2);
  one.merge(two);
  EXPECT_EQ(one.count(), all.count());
  EXPECT_EQ(one.smallest(), 3);
  EXPECT_EQ(one.largest(), 9'000'000);
  EXPECT_EQ(one.mean(), all.mean());
  EXPECT_EQ(one.quantile(0.5), all.quantile(0.5));
}

}  // namespace
}  // namespace lynxbench::stats
