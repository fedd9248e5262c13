#include "trace/decimal.h"

#include <gtest/gtest.h>

#include <limits>

namespace lynxbench::trace {
namespace {

TEST(Decimal, WholeMicrosecondsAreThousandsOfNanoseconds) {
  EXPECT_EQ(nanoseconds_of_microseconds("0"), 0);
  EXPECT_EQ(nanoseconds_of_microseconds("12"), 12'000);
  EXPECT_EQ(nanoseconds_of_microseconds("-12"), -12'000);
}

TEST(Decimal, NoDigitIsLostWhereADoubleWouldLoseOne) {
  EXPECT_EQ(nanoseconds_of_microseconds("1763878266192103.001"), 1'763'878'266'192'103'001);
  EXPECT_EQ(nanoseconds_of_microseconds("9223372036854775.807"),
            std::numeric_limits<std::int64_t>::max());
}

TEST(Decimal, DigitsBeyondTheNanosecondAreRounded) {
  EXPECT_EQ(nanoseconds_of_microseconds("1.0004"), 1'000);
  EXPECT_EQ(nanoseconds_of_microseconds("1.0005"), 1'001);
  EXPECT_EQ(nanoseconds_of_microseconds("1.00049999999999999999999999"), 1'000);
  EXPECT_EQ(nanoseconds_of_microseconds("-1.0005"), -1'001);
}

TEST(Decimal, AnExponentMovesThePoint) {
  EXPECT_EQ(nanoseconds_of_microseconds("1e3"), 1'000'000);
  EXPECT_EQ(nanoseconds_of_microseconds("1.5E+2"), 150'000);
  EXPECT_EQ(nanoseconds_of_microseconds("2500e-3"), 2'500);
  EXPECT_EQ(nanoseconds_of_microseconds("5e-4"), 1);
  EXPECT_EQ(nanoseconds_of_microseconds("4e-4"), 0);
  EXPECT_EQ(nanoseconds_of_microseconds("1e-999999999999"), 0);
  EXPECT_EQ(nanoseconds_of_microseconds("0e999999999999"), 0);
}

TEST(Decimal, EachUnitIsItsPowerOfTen) {
  EXPECT_EQ(nanoseconds_of_seconds("1.5"), 1'500'000'000);
  EXPECT_EQ(nanoseconds_of_milliseconds("0.873472"), 873'472);
  EXPECT_EQ(scaled_decimal("7", 0), 7);
  EXPECT_EQ(scaled_decimal("250", -2), 3);
  EXPECT_EQ(scaled_decimal("9223372036854775807", 0), std::numeric_limits<std::int64_t>::max());
}

TEST(Decimal, WhatDoesNotFitIsNothing) {
  EXPECT_FALSE(nanoseconds_of_microseconds("9223372036854775.808"));
  EXPECT_FALSE(nanoseconds_of_microseconds("9223372036854775.8075"));
  EXPECT_FALSE(nanoseconds_of_microseconds("1e999999999999"));
  EXPECT_FALSE(nanoseconds_of_microseconds("99999999999999999999"));
}

TEST(Decimal, AWholeNumberIsThatAndNothingElse) {
  EXPECT_EQ(whole_number("-12"), -12);
  EXPECT_EQ(whole_number("9223372036854775807"), 9223372036854775807);
  for (const char* text : {"", "1.5", " 1", "1 ", "1e3", "9223372036854775808", "NaN"}) {
    EXPECT_FALSE(whole_number(text)) << text;
  }
}

TEST(Decimal, WhatIsNoNumberIsNothing) {
  for (const char* text :
       {"", "-", ".5", "1.", "1e", "1e+", "NaN", "Infinity", "1 ", "0x10", "1,5"}) {
    EXPECT_FALSE(nanoseconds_of_microseconds(text)) << text;
  }
}

}  // namespace
}  // namespace lynxbench::trace
