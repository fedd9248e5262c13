#include "trace/self_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace lynxbench::trace {
namespace {

using Times = std::vector<std::int64_t>;

TEST(SelfTime, WhatRunsAloneKeepsItsDuration) {
  const std::vector<Interval> one_after_another{{0, 0, 10}, {0, 10, 30}, {0, 35, 36}};
  EXPECT_EQ(self_times(one_after_another), (Times{10, 20, 1}));
}

TEST(SelfTime, AnOuterOneLosesWhatRunsInsideIt) {
  const std::vector<Interval> nested{{0, 20, 30}, {0, 10, 50}};
  EXPECT_EQ(self_times(nested), (Times{10, 30}));
  const std::vector<Interval> three_deep{{0, 25, 28}, {0, 20, 30}, {0, 40, 45}, {0, 10, 50}};
  EXPECT_EQ(self_times(three_deep), (Times{3, 7, 5, 25}));
}

TEST(SelfTime, OfEqualIntervalsTheLaterInTheFileIsTheOuterOne) {
  const std::vector<Interval> equal{{0, 10, 50}, {0, 10, 50}};
  EXPECT_EQ(self_times(equal), (Times{40, 0}));
}

TEST(SelfTime, AnInnerOneThatReadsLongerThanItsOuterOneIsCountedOnce) {
  // Begin and duration are cut to the clock's step, so an inner end may read later than the outer
  // one's.
  const std::vector<Interval> overhanging{{0, 20, 51}, {0, 10, 50}};
  EXPECT_EQ(self_times(overhanging), (Times{31, 10}));
}

TEST(SelfTime, ThreadsDoNotTakeTimeFromOneAnother) {
  const std::vector<Interval> two_threads{{0, 10, 50}, {1, 20, 30}};
  EXPECT_EQ(self_times(two_threads), (Times{40, 10}));
}

// Length of the union, in another way: every boundary, and whether anything covers what follows it.
std::int64_t union_length(const std::vector<Interval>& intervals, std::uint32_t thread) {
  Times bounds;
  for (const Interval& one : intervals) {
    bounds.push_back(one.begin_ns);
    bounds.push_back(one.end_ns);
  }
  std::sort(bounds.begin(), bounds.end());
  std::int64_t length = 0;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    const bool covered = std::any_of(intervals.begin(), intervals.end(), [&](const Interval& one) {
      return one.thread == thread && one.begin_ns <= bounds[i] && one.end_ns > bounds[i];
    });
    if (covered) length += bounds[i + 1] - bounds[i];
  }
  return length;
}

TEST(SelfTime, AThreadsOwnTimesAddUpToTheUnionOfItsIntervalsHoweverTheyOverlap) {
  Random random(7, "self time");
  for (int round = 0; round < 500; ++round) {
    std::vector<Interval> intervals;
    const std::uint64_t count = random.below(12);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto begin = static_cast<std::int64_t>(random.below(40)) - 20;
      intervals.push_back({static_cast<std::uint32_t>(random.below(2)), begin,
                           begin + static_cast<std::int64_t>(random.below(15))});
    }
    const Times own = self_times(intervals);
    ASSERT_EQ(own.size(), intervals.size());
    for (std::uint32_t thread : {0U, 1U}) {
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < own.size(); ++i) {
        ASSERT_GE(own[i], 0);
        ASSERT_LE(own[i], intervals[i].end_ns - intervals[i].begin_ns);
        if (intervals[i].thread == thread) sum += own[i];
      }
      ASSERT_EQ(sum, union_length(intervals, thread));
    }
  }
}

}  // namespace
}  // namespace lynxbench::trace
