#include "attribution/graph/rank_path.h"

#include <gtest/gtest.h>

#include <map>

#include "attribution/graph/timeline_for_test.h"

namespace lynxbench::attribution {
namespace {

constexpr std::int64_t kUs = 1'000;

// Ranks given one after another, as files are: a timeline is let go before the next one is made.
class Job {
 public:
  void add(std::int64_t rank, TimelineForTest& trace) {
    const DependencyGraph graph = trace.graph();
    RankCollectives collectives = collectives_of(trace.timeline, trace.classes);
    collectives.rank = rank;
    ranks_.push_back(std::move(collectives));
    causes_.push_back(RankCauses::of(graph));
  }
  [[nodiscard]] std::optional<RankPath> path() const { return rank_path(ranks_, causes_); }

 private:
  std::vector<RankCollectives> ranks_;
  std::vector<RankCauses> causes_;
};

// A rank that prepares data, launches a collective and a kernel after it; clocks may be set ahead.
void add_step(TimelineForTest& trace, std::int64_t begin, std::int64_t collective_end,
              std::int64_t data_ns) {
  trace.python(begin, begin + data_ns, "enumerate(DataLoader)#next");
  const std::int64_t called = begin + data_ns;
  trace.call(called, called + 10 * kUs, "cudaLaunchKernel", 1);
  trace.call(called + 10 * kUs, called + 20 * kUs, "cudaLaunchKernel", 2);
  trace.kernel(called + 10 * kUs, collective_end, "ncclAllReduce", 7, 1);
  trace.kernel(collective_end, collective_end + 100 * kUs, "gemm", 7, 2);
}

std::int64_t sum_of(const RankPath& path) {
  std::int64_t sum = 0;
  for (const auto& [name, ns] : path.classes) sum += ns;
  return sum;
}

std::map<std::int64_t, std::int64_t> by_rank(const RankPath& path) {
  return {path.by_rank.begin(), path.by_rank.end()};
}

std::int64_t class_ns(const RankPath& path, std::string_view name) {
  for (const auto& [one, ns] : path.classes) {
    if (one == name) return ns;
  }
  return 0;
}

// Rank 1's data take 900 us, rank 0's 100: rank 0 waits in the collective, which itself takes 90 us.
Job late_loader(std::int64_t ahead_of_1, std::int64_t tail_of_0) {
  Job job;
  TimelineForTest zero;
  add_step(zero, 0, 1000 * kUs, 100 * kUs);
  if (tail_of_0 > 0) zero.kernel(1100 * kUs, 1100 * kUs + tail_of_0, "more", 7);
  job.add(0, zero);
  TimelineForTest one;
  add_step(one, ahead_of_1, ahead_of_1 + 1000 * kUs, 900 * kUs);
  job.add(1, one);
  return job;
}

TEST(RankPath, GoesToTheRankThatCameLast) {
  const auto path = late_loader(0, 50 * kUs).path();
  ASSERT_TRUE(path);
  // Rank 0 ended last; from the moment rank 1 came on it is rank 0's, before it is rank 1's.
  EXPECT_EQ(path->total_ns, 1150 * kUs);
  EXPECT_EQ(sum_of(*path), path->total_ns);
  EXPECT_EQ(by_rank(*path), (std::map<std::int64_t, std::int64_t>{{0, 240 * kUs}, {1, 910 * kUs}}));
  EXPECT_EQ(class_ns(*path, "data loader"), 900 * kUs);
  EXPECT_EQ(class_ns(*path, "communication"), 90 * kUs);
  EXPECT_EQ(path->bound_by, "data loading");
  ASSERT_EQ(path->hops, 1U);
  EXPECT_EQ(path->first_hops[0].rank, 0);
  EXPECT_EQ(path->first_hops[0].last_rank, 1);
  EXPECT_EQ(path->first_hops[0].waited_ns, 800 * kUs);
  EXPECT_EQ(path->clock_residual_ns, 0);
}

TEST(RankPath, StaysOnTheRankThatCameLastWhereThatEndsLast) {
  const auto path = late_loader(200 * kUs, 0).path();  // clocks that disagree change nothing
  ASSERT_TRUE(path);
  EXPECT_EQ(path->total_ns, 1100 * kUs);
  EXPECT_EQ(class_ns(*path, "data loader"), 900 * kUs);
  EXPECT_EQ(class_ns(*path, "communication"), 90 * kUs);
}

TEST(RankPath, ClocksThatDisagreeAreSetEqualByTheCollectives) {
  const auto path = late_loader(-5'000 * kUs, 50 * kUs).path();
  ASSERT_TRUE(path);
  EXPECT_EQ(path->total_ns, 1150 * kUs);
  EXPECT_EQ(by_rank(*path), (std::map<std::int64_t, std::int64_t>{{0, 240 * kUs}, {1, 910 * kUs}}));
}

TEST(RankPath, OneRankAloneHasNone) {
  Job job;
  TimelineForTest zero;
  add_step(zero, 0, 1000 * kUs, 100 * kUs);
  job.add(0, zero);
  EXPECT_FALSE(job.path());
}

TEST(RankPath, RanksWithoutASharedCollectiveAreLeftOut) {
  Job job = late_loader(0, 50 * kUs);
  TimelineForTest alone;
  alone.op(0, 100'000 * kUs, "aten::mm");
  job.add(2, alone);
  const auto path = job.path();
  ASSERT_TRUE(path);
  EXPECT_EQ(path->ranks_left_out, 1U);
  EXPECT_EQ(path->total_ns, 1150 * kUs);
}

// Three steps; another rank is late in each.
TEST(RankPath, EachCollectiveSendsThePathToItsOwnLastRank) {
  const std::array<std::array<std::int64_t, 3>, 3> data{{{500, 100, 100}, {100, 500, 100}, {100, 100, 500}}};
  Job job;
  for (std::int64_t rank = 0; rank < 3; ++rank) {
    TimelineForTest trace;
    std::int64_t step_begin = 0;
    for (std::size_t step = 0; step < 3; ++step) {
      const std::int64_t end = step_begin + 600 * kUs;
      const std::int64_t ready = step_begin + data[step][static_cast<std::size_t>(rank)] * kUs;
      trace.op(step_begin, ready, "aten::prepare");
      trace.call(ready, ready + kUs, "cudaLaunchKernel", 10 * step + 1);
      trace.kernel(ready + kUs, end, "ncclAllReduce", 7, 10 * step + 1);
      trace.call(ready + kUs, end + kUs, "cudaDeviceSynchronize", 10 * step + 2);
      step_begin = end + kUs;
    }
    job.add(rank, trace);
  }
  const auto path = job.path();
  ASSERT_TRUE(path);
  EXPECT_EQ(sum_of(*path), path->total_ns);
  EXPECT_EQ(path->total_ns, 3 * 601 * kUs);
  EXPECT_EQ(class_ns(*path, "host operator"), 1500 * kUs);
  EXPECT_EQ(class_ns(*path, "communication"), 3 * 99 * kUs);
  std::int64_t of_ranks = 0;
  for (const auto& [rank, ns] : path->by_rank) {
    EXPECT_GE(ns, 500 * kUs) << rank;
    of_ranks += ns;
  }
  EXPECT_EQ(of_ranks, path->total_ns);
}

}  // namespace
}  // namespace lynxbench::attribution
