#include "stub/work_time.h"

#include <gtest/gtest.h>

namespace lynxbench::stub {
namespace {

TEST(WorkTime, WithoutStallsItIsTheClocks) {
  WorkTime time({}, 1000);
  EXPECT_EQ(time.work(123456), 123456);
  EXPECT_EQ(time.real(123456), 123456);
  EXPECT_FALSE(time.stall_end(5));
}

TEST(WorkTime, StandsStillInAStall) {
  WorkTime time({{.at_ns = 100, .length_ns = 50, .every_ns = 0}}, 1000);
  EXPECT_EQ(time.work(1099), 1099);
  EXPECT_EQ(time.work(1120), 1100);
  EXPECT_EQ(time.work(1150), 1100);
  EXPECT_EQ(time.work(1160), 1110);
  EXPECT_EQ(time.real(1100), 1100);
  EXPECT_EQ(time.real(1101), 1151);
  EXPECT_EQ(time.stall_end(1100), 1150);
  EXPECT_FALSE(time.stall_end(1150));
}

TEST(WorkTime, ComesAgainWithItsPeriod) {
  WorkTime time({{.at_ns = 100, .length_ns = 50, .every_ns = 1000}}, 0);
  EXPECT_EQ(time.work(10'000), 10'000 - 10 * 50);
  EXPECT_EQ(time.real(10'000 - 10 * 50), 10'000);
  EXPECT_EQ(time.stall_end(9120), 9150);
  EXPECT_EQ(time.work(1000), 950);  // an earlier time after a later one
}

TEST(WorkTime, StallsThatTouchAreOne) {
  WorkTime time({{.at_ns = 100, .length_ns = 50, .every_ns = 0}, {.at_ns = 140, .length_ns = 60, .every_ns = 0}}, 0);
  EXPECT_EQ(time.stall_end(110), 200);
  EXPECT_EQ(time.work(300), 200);
  EXPECT_EQ(time.real(101), 201);
}

TEST(WorkTime, BackAndForthIsTheSame) {
  WorkTime time({{.at_ns = 10, .length_ns = 7, .every_ns = 31}, {.at_ns = 55, .length_ns = 40, .every_ns = 200}}, 5);
  for (std::int64_t work = 0; work < 5000; ++work) EXPECT_EQ(time.work(time.real(work)), work);
}

}  // namespace
}  // namespace lynxbench::stub
