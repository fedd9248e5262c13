#include "trace/link.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace lynxbench::trace {
namespace {

// Adds a call and the device work with the same key.
std::uint32_t add_call(Timeline& t, std::int64_t begin, std::int64_t end, LinkKey key,
                       std::int64_t thread = 1) {
  const std::uint32_t row = t.host.add({.begin_ns = begin,
                                        .end_ns = end,
                                        .name = t.names.intern("call " + std::to_string(begin)),
                                        .thread = t.thread_of(1, thread),
                                        .work = HostWork::kCall});
  t.calls.add(row, key);
  return row;
}

void add_work(Timeline& t, std::int64_t begin, std::int64_t end, LinkKey key) {
  t.device.add({.begin_ns = begin,
                .end_ns = end,
                .name = t.names.intern("work " + std::to_string(begin)),
                .lane = t.lane_of(0, 7),
                .link = key});
}

// The beginning of the launch of a row, or -1.
std::int64_t launch_of(const Timeline& t, std::size_t row) {
  const std::uint32_t call = t.device.call[row];
  return call == kNoRow ? -1 : t.host.begin_ns[t.calls.host_row[call]];
}

TEST(Link, PutsDeviceWorkIntoOrderAndFindsItsLaunches) {
  Timeline t;
  add_work(t, 300, 400, 2);
  add_work(t, 100, 200, 1);
  add_work(t, 500, 600, 9);
  add_call(t, 50, 60, 1);
  add_call(t, 40, 45, 2);
  link(t);
  ASSERT_EQ(t.device.size(), 3U);
  EXPECT_EQ(t.device.begin_ns[0], 100);
  EXPECT_EQ(t.names[t.device.name[0]], "work 100");
  EXPECT_EQ(launch_of(t, 0), 50);
  EXPECT_EQ(launch_of(t, 1), 40);
  EXPECT_EQ(launch_of(t, 2), -1);
}

TEST(Link, OfSeveralCallsWithOneKeyTheOneThatBeganLastIsTheLaunch) {
  Timeline t;
  add_work(t, 300, 400, 1);
  add_call(t, 60, 70, 1);
  add_call(t, 80, 90, 1);
  add_call(t, 50, 95, 1);
  link(t);
  EXPECT_EQ(launch_of(t, 0), 80);
}

TEST(Link, ManyPiecesOfWorkMayShareACall) {
  Timeline t;
  for (int i = 0; i < 5; ++i) add_work(t, 300 + 10 * i, 305 + 10 * i, 1);
  add_call(t, 60, 70, 1);
  link(t);
  for (std::size_t row = 0; row < 5; ++row) EXPECT_EQ(launch_of(t, row), 60);
}

TEST(Link, WorkWithoutAKeyHasNoLaunchEvenWhenACallHasNoneToo) {
  Timeline t;
  add_work(t, 300, 400, kNoLink);
  add_call(t, 60, 70, kNoLink);
  link(t);
  EXPECT_EQ(launch_of(t, 0), -1);
}

TEST(Link, TiesStayInTheOrderOfTheFile) {
  Timeline t;
  const NameId first = t.names.intern("first");
  const NameId second = t.names.intern("second");
  const std::uint32_t lane = t.lane_of(0, 7);
  t.device.add({.begin_ns = 20, .end_ns = 30, .name = t.names.intern("late"), .lane = lane});
  t.device.add({.begin_ns = 10, .end_ns = 20, .name = second, .lane = lane});
  t.device.add({.begin_ns = 10, .end_ns = 20, .name = first, .lane = lane});
  t.device.add({.begin_ns = 10, .end_ns = 15, .name = t.names.intern("short"), .lane = lane});
  link(t);
  EXPECT_EQ(t.names[t.device.name[0]], "short");
  EXPECT_EQ(t.device.name[1], second);
  EXPECT_EQ(t.device.name[2], first);
}

TEST(Link, HostRowsAreByThreadThenBeginThenLongestFirstAndWhatPointsToThemFollows) {
  Timeline t;
  const std::uint32_t other = t.thread_of(1, 2);
  const std::uint32_t main = t.thread_of(1, 1);
  const auto add = [&](std::uint32_t thread, std::int64_t begin, std::int64_t end) {
    return t.host.add({.begin_ns = begin, .end_ns = end, .thread = thread});
  };
  add(main, 10, 20);
  const std::uint32_t inner = add(other, 5, 8);
  const std::uint32_t outer = add(other, 5, 50);
  t.operators.push_back({inner, t.names.intern("inner"), 0, 0});
  t.operators.push_back({outer, t.names.intern("outer"), 0, 0});
  add_call(t, 7, 9, 4);
  add_work(t, 30, 40, 4);
  link(t);
  ASSERT_EQ(t.host.size(), 4U);
  EXPECT_EQ(t.host.thread[0], other);
  EXPECT_EQ(t.host.end_ns[0], 50);
  EXPECT_EQ(t.host.end_ns[1], 8);
  EXPECT_EQ(t.host.begin_ns[2], 7);  // thread 1 was met second
  EXPECT_EQ(t.host.begin_ns[3], 10);
  EXPECT_EQ(t.calls.host_row[0], 2U);
  EXPECT_EQ(t.names[t.operators[0].shapes], "outer");
  EXPECT_EQ(t.operators[0].host_row, 0U);
  EXPECT_EQ(t.operators[1].host_row, 1U);
  EXPECT_EQ(launch_of(t, 0), 7);
}

TEST(Link, DoneTwiceGivesTheSame) {
  Timeline t;
  add_work(t, 300, 400, 2);
  add_work(t, 100, 200, 1);
  add_call(t, 50, 60, 1);
  add_call(t, 40, 45, 2);
  link(t);
  link(t);
  ASSERT_EQ(t.device.call.size(), 2U);
  EXPECT_EQ(launch_of(t, 0), 50);
}

TEST(Link, FindsTheLaunchAmongManyKeys) {
  Timeline t;
  Random random(1, "keys");
  std::map<LinkKey, std::int64_t> begins;
  for (int i = 0; i < 3000; ++i) {
    const LinkKey key = random.below(2000) << (random.below(2) * 20);
    begins[key] = i;
    add_call(t, i, i + 1, key);
  }
  std::vector<LinkKey> keys;
  for (int i = 0; i < 3000; ++i) {
    keys.push_back(random.below(4000) << (random.below(2) * 20));
    add_work(t, 10'000 + i, 10'001 + i, keys.back());
  }
  link(t);
  for (std::size_t row = 0; row < keys.size(); ++row) {
    const auto known = begins.find(keys[row]);
    EXPECT_EQ(launch_of(t, row), known == begins.end() ? -1 : known->second);
  }
}

}  // namespace
}  // namespace lynxbench::trace
