#include "telemetry/hiccup.h"

#include <gtest/gtest.h>

namespace lynxbench::telemetry {
namespace {

using std::chrono::milliseconds;

TEST(HiccupLog, KeepsEveryOvershoot) {
  HiccupLog log({});
  for (int i = 1; i <= 100; ++i) log.woke(milliseconds(i), milliseconds(i) + Nanos{i});
  Hiccups found = log.take();
  EXPECT_EQ(found.overshoot.count(), 100u);
  EXPECT_EQ(found.overshoot.quantile(0.5), 50);
  EXPECT_EQ(found.overshoot.quantile(0.99), 99);
  EXPECT_EQ(found.overshoot.largest(), 100);
  EXPECT_EQ(found.stalls, 0u);
}

TEST(HiccupLog, AnEarlyWakeUpIsNoOvershoot) {
  HiccupLog log({});
  log.woke(milliseconds(2), milliseconds(1));
  EXPECT_EQ(log.take().overshoot.largest(), 0);
}

TEST(HiccupLog, AStallIsKeptWithItsTimeSinceTheEpoch) {
  HiccupLog log({.limit = milliseconds(100), .epoch = milliseconds(1000)});
  log.woke(milliseconds(1500), milliseconds(1600));  // just the limit
  log.woke(milliseconds(2000), milliseconds(2200));
  Hiccups found = log.take();
  EXPECT_EQ(found.stalls, 1u);
  ASSERT_EQ(found.longest.size(), 1u);
  EXPECT_EQ(found.longest[0].at_ns, 1'000'000'000);
  EXPECT_EQ(found.longest[0].length_ns, 200'000'000);
}

TEST(HiccupLog, OfManyStallsTheLongestAreKeptByTimeAndAllAreCounted) {
  HiccupLog log({.limit = milliseconds(1)});
  for (int i = 0; i < 100; ++i) log.woke(milliseconds(1000 * i), milliseconds(1000 * i + 2 + i % 50));
  Hiccups found = log.take();
  EXPECT_EQ(found.stalls, 100u);
  ASSERT_EQ(found.longest.size(), kMostStalls);
  for (std::size_t i = 0; i < found.longest.size(); ++i) {
    EXPECT_GE(found.longest[i].length_ns, 35'000'000);  // the 32 longest of 2 .. 51 ms, twice each
    if (i == 0) continue;
    EXPECT_GT(found.longest[i].at_ns, found.longest[i - 1].at_ns);
  }
}

TEST(HiccupProbe, ProbesUntilItIsStopped) {
  ManualClock clock;
  HiccupProbe probe({}, clock);
  while (clock.now() < milliseconds(5)) {
  }
  Hiccups found = probe.stop();
  EXPECT_GE(found.overshoot.count(), 5u);
  EXPECT_EQ(found.overshoot.largest(), 0);  // a manual clock wakes in time
}

}  // namespace
}  // namespace lynxbench::telemetry
