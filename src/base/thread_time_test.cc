#include "base/thread_time.h"

#include <gtest/gtest.h>

namespace lynxbench {
namespace {

TEST(ThreadTime, SchedStatIsTimeOnACoreAndTimeWaitingForOne) {
  std::optional<ThreadTime> time = parse_sched_stat("123456789 42 7");
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(time->ran, Nanos{123456789});
  EXPECT_EQ(time->waited, Nanos{42});
  for (std::string_view text : {"", "1", "1 2", "a b c", "1 b 3", "-1 2 3", "1 -2 3", "99999999999999999999 1 1"}) {
    EXPECT_FALSE(parse_sched_stat(text).has_value()) << text;
  }
}

TEST(ThreadTime, GrowsWithWork) {
  ThreadTime before = thread_time();
  volatile double sink = 0;
  while (thread_time().ran < before.ran + std::chrono::milliseconds(2)) sink = sink + 1;
  EXPECT_GE(thread_time().ran, before.ran + std::chrono::milliseconds(2));
  EXPECT_GT(thread_id(), 0);
}

}  // namespace
}  // namespace lynxbench
