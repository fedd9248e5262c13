#include "attribution/device/host_sweep.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "attribution/device/timeline_for_test.h"

namespace lynxbench::attribution {
namespace {

// By definition: of all rows of the thread that run at `at`, the one that began last, which of those
// that began together is the last in the table (the shortest).
std::optional<std::uint32_t> row_at(const Timeline& t, std::uint32_t first, std::uint32_t last,
                                    std::int64_t at) {
  std::optional<std::uint32_t> found;
  for (std::uint32_t row = first; row < last; ++row) {
    if (t.host.begin_ns[row] <= at && at < t.host.end_ns[row]) found = row;
  }
  return found;
}

TEST(HostSweep, AtEachMomentGivesWhatBeganLastOfAllThatRuns) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const Timeline t = random_timeline(seed);
    const std::vector<bool> data_loader = data_loader_names(t);
    for (const auto& [first, last] : rows_of_threads(t)) {
      std::map<std::int64_t, std::uint32_t> seen;
      HostSweep sweep(t, first, last, data_loader);
      std::int64_t before = -1;
      while (const auto moment = sweep.next()) {
        ASSERT_GE(moment->begin_ns, before);
        ASSERT_LT(moment->begin_ns, moment->end_ns);
        before = moment->end_ns;
        for (std::int64_t at = moment->begin_ns; at < moment->end_ns; ++at) {
          seen[at] = moment->row;
        }
      }
      for (std::int64_t at = -1; at < 140; ++at) {
        const auto found = seen.find(at);
        const auto expected = row_at(t, first, last, at);
        ASSERT_EQ(found == seen.end() ? std::nullopt : std::optional(found->second), expected)
            << "seed " << seed << " at " << at;
      }
    }
  }
}

TEST(HostSweep, WhatIsInsideTheDataLoaderIsTheDataLoader) {
  TimelineBuilder build;
  build.host(HostWork::kAnnotation, "enumerate(DataLoader)#__next__", 10, 50);
  build.host(HostWork::kOperator, "aten::stack", 20, 30);
  build.host(HostWork::kOperator, "aten::mm", 60, 70);
  const Timeline& t = build.linked();
  const std::vector<bool> data_loader = data_loader_names(t);
  HostSweep sweep(t, 0, 3, data_loader);
  for (const bool expected : {true, true, true, false}) {
    const auto moment = sweep.next();
    ASSERT_TRUE(moment);
    EXPECT_EQ(moment->in_data_loader, expected) << moment->begin_ns;
  }
  EXPECT_FALSE(sweep.next());
}

TEST(HostSweep, NothingIsInADataLoaderThatHasEnded) {
  TimelineBuilder build;
  build.host(HostWork::kAnnotation, "DataLoader", 10, 20);
  build.host(HostWork::kOperator, "aten::mm", 15, 40);  // overlaps, is not inside
  const Timeline& t = build.linked();
  const std::vector<bool> data_loader = data_loader_names(t);
  HostSweep sweep(t, 0, 2, data_loader);
  for (const bool expected : {true, true, false}) {  // from 10, 15 and 20
    EXPECT_EQ(sweep.next()->in_data_loader, expected);
  }
}

}  // namespace
}  // namespace lynxbench::attribution
