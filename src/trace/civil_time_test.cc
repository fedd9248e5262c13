#include "trace/civil_time.h"

#include <gtest/gtest.h>

namespace lynxbench::trace {
namespace {

TEST(CivilTime, ADateAndATimeAreNanosecondsSince1970) {
  EXPECT_EQ(civil_time("1970-01-01T00:00:00Z")->ns, 0);
  EXPECT_EQ(civil_time("2024/06/01 11:27:05.177")->ns, 1'717'241'225'177'000'000);
  EXPECT_EQ(civil_time("2024-02-29T00:00:00.000000001Z")->ns, 1'709'164'800'000'000'001);
}

TEST(CivilTime, AZoneIsTakenOffAndSaidToBeKnown) {
  EXPECT_EQ(civil_time("1970-01-01T01:00:00+01:00")->ns, 0);
  EXPECT_FALSE(civil_time("1969-12-31T23:00:00-01:00"));
  EXPECT_EQ(civil_time("1970-01-01T00:00:00-0530")->ns, 19'800'000'000'000);
  EXPECT_TRUE(civil_time("1970-01-01T01:00:00Z")->zone_known);
  EXPECT_FALSE(civil_time("1970-01-01T01:00:00")->zone_known);
}

TEST(CivilTime, WhatIsNoTimeIsNothing) {
  for (const char* text :
       {"", "2024-06-01", "2024-06/01 11:27:05", "2024-02-30 11:27:05", "2024-06-01 24:00:00",
        "2024-06-01 11:27", "2024-06-01 11:27:05.", "2024-06-01 11:27:05.1234567890",
        "2024-06-01 11:27:05 ", "2024-06-01 11:27:05+1", "2024-13-01 11:27:05", "24-06-01 11:27:05"}) {
    EXPECT_FALSE(civil_time(text)) << text;
  }
}

TEST(CivilTime, ATimeOfDayIsNanosecondsSinceMidnight) {
  EXPECT_EQ(time_of_day_ns("00:00:01"), 1'000'000'000);
  EXPECT_EQ(time_of_day_ns("23:59:59.5"), 86'399'500'000'000);
  EXPECT_FALSE(time_of_day_ns("1:00:00"));
}

}  // namespace
}  // namespace lynxbench::trace
