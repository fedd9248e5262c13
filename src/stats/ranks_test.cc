#include "stats/ranks.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace lynxbench::stats {
namespace {

auto all_of(const std::vector<std::int64_t>& values) {
  return [&values](const auto& take) {
    for (std::int64_t value : values) take(value);
  };
}

TEST(Ranks, GivesTheValueAtEachRankWhateverTheOrder) {
  Random random(7, "ranks");
  std::vector<std::int64_t> values;
  // From nanoseconds to hours, with many equal ones.
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(random.next() >> (20 + random.below(43))));
    if (i % 3 == 0) values.push_back(1'000'000);
  }
  std::vector<std::uint64_t> ranks{1, 2, values.size() / 2, values.size() - 1, values.size(), 777};
  std::vector<std::int64_t> found = at_ranks(ranks, all_of(values));
  std::vector<std::int64_t> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < ranks.size(); ++i) EXPECT_EQ(found[i], sorted[ranks[i] - 1]) << ranks[i];
}

TEST(Ranks, OfOneValueIsThatValue) {
  for (std::int64_t value : {std::int64_t{0}, std::int64_t{2047}, std::int64_t{2049}, std::int64_t{1} << 61}) {
    std::vector<std::int64_t> values{value};
    EXPECT_EQ(at_ranks(std::vector<std::uint64_t>{1}, all_of(values)), values);
  }
}

TEST(Ranks, TellsNeighboursOfALargeValueApart) {
  std::vector<std::int64_t> values{3'000'000'000'003, 3'000'000'000'001, 3'000'000'000'002};
  EXPECT_EQ(at_ranks(std::vector<std::uint64_t>{1, 2, 3}, all_of(values)),
            (std::vector<std::int64_t>{3'000'000'000'001, 3'000'000'000'002, 3'000'000'000'003}));
}

}  // namespace
}  // namespace lynxbench::stats
