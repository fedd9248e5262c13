#include "base/units.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace lynxbench {
namespace {

using namespace std::chrono_literals;

std::int64_t nanoseconds(std::string_view text) {
  Result<Nanos> read = parse_duration(text);
  return read.ok() ? read->count() : -1;
}

double per_second(std::string_view text) {
  Result<double> read = parse_rate(text);
  return read.ok() ? *read : -1;
}

double ratio(std::string_view text) {
  Result<double> read = parse_ratio(text);
  return read.ok() ? *read : -1;
}

std::int64_t bytes(std::string_view text) {
  Result<std::int64_t> read = parse_bytes(text);
  return read.ok() ? *read : -1;
}

TEST(Units, ADurationIsANumberAndAUnit) {
  EXPECT_EQ(nanoseconds("7ns"), 7);
  EXPECT_EQ(nanoseconds("7us"), 7'000);
  EXPECT_EQ(nanoseconds("2.5ms"), 2'500'000);
  EXPECT_EQ(nanoseconds("3s"), 3'000'000'000);
  EXPECT_EQ(nanoseconds("1.5min"), 90'000'000'000);
  EXPECT_EQ(nanoseconds("2h"), 7'200'000'000'000);
  EXPECT_EQ(nanoseconds("0s"), 0);
  EXPECT_EQ(nanoseconds("1e3ms"), 1'000'000'000);
  EXPECT_EQ(nanoseconds("  250 ms "), 250'000'000);
}

TEST(Units, OneDurationHasOneValueHoweverItIsSpelt) {
  for (std::string_view same : {"2ms", "2000us", "0.002s", "2e-3s", "2000000ns", "2.000ms"}) {
    EXPECT_EQ(nanoseconds(same), 2'000'000) << same;
  }
  EXPECT_EQ(nanoseconds("0.1us"), 100);
  EXPECT_EQ(nanoseconds("0.3s"), 300'000'000);
}

TEST(Units, WhatIsNoDurationIsRefused) {
  for (std::string_view wrong :
       {"",       "ms",  "5",    "5 sec", "-5ms", "+5ms",   "five ms", "5msx",
        "1.2.3s", "5e",  "5ems", "nanms", "infs", "0x10ms", "1e999s",  "9223372036854775808ns",
        "1e30h",  "5/s", "5%",   ".",     "5,5ms"}) {
    EXPECT_EQ(nanoseconds(wrong), -1) << wrong;
  }
  EXPECT_EQ(parse_duration("5 sec").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(
      parse_duration("5 sec").error().message,
      "\"5 sec\" is not a duration; write a number and ns, us, ms, s, min or h, such as 250ms");
}

TEST(Units, TheExactSpellingReadsBackAsTheSameDuration) {
  EXPECT_EQ(exact_duration(2500us), "2500us");
  EXPECT_EQ(exact_duration(3s), "3s");
  EXPECT_EQ(exact_duration(Nanos{0}), "0s");
  EXPECT_EQ(exact_duration(Nanos{1'000'001}), "1000001ns");
  std::vector<std::int64_t> values{1, 999, 1'000, std::numeric_limits<std::int64_t>::max(),
                                   9'007'199'254'740'993};  // 2^53 + 1: no double holds it
  for (std::int64_t value = 1; value < 1'000'000'000'000'000'000; value = value * 3 + 1) {
    values.push_back(value);
  }
  for (std::int64_t value : values) EXPECT_EQ(nanoseconds(exact_duration(Nanos{value})), value);
}

TEST(Units, ARateIsPerSecond) {
  EXPECT_EQ(per_second("20/s"), 20);
  EXPECT_EQ(per_second("120/min"), 2);
  EXPECT_EQ(per_second("7200/h"), 2);
  EXPECT_EQ(per_second("420/min"), 7);  // 420 x (1/60) would not be 7
  EXPECT_EQ(per_second("0.5 /s"), 0.5);
  EXPECT_EQ(per_second("1e+20/s"), 1e20);
  for (std::string_view wrong : {"20", "-1/s", "20 per s", "/s", "1e400/s", "20/d", "5ms"}) {
    EXPECT_EQ(per_second(wrong), -1) << wrong;
  }
}

TEST(Units, APercentageIsTheSameNumberAsItsFraction) {
  for (int percent = 0; percent <= 1000; ++percent) {
    std::string fraction = fmt::format("{}.{:02}", percent / 100, percent % 100);
    EXPECT_EQ(ratio(fmt::format("{}%", percent)), ratio(fraction)) << percent;
    EXPECT_EQ(ratio(fraction), static_cast<double>(percent) / 100);
  }
  EXPECT_EQ(ratio("12.3%"), 0.123);
  EXPECT_EQ(ratio("5 %"), 0.05);
  for (std::string_view wrong : {"-5%", "-0", "5 percent", "%", "5%%", "nan", "inf"}) {
    EXPECT_EQ(ratio(wrong), -1) << wrong;
  }
}

TEST(Units, SizesKnowDecimalAndBinaryUnits) {
  EXPECT_EQ(bytes("1B"), 1);
  EXPECT_EQ(bytes("1kB"), 1000);
  EXPECT_EQ(bytes("1KiB"), 1024);
  EXPECT_EQ(bytes("1.5MB"), 1'500'000);
  EXPECT_EQ(bytes("64MiB"), 67'108'864);
  EXPECT_EQ(bytes("2GB"), 2'000'000'000);
  EXPECT_EQ(bytes("2GiB"), 2'147'483'648);
  EXPECT_EQ(bytes("9007199254740993B"), 9'007'199'254'740'993);
  for (std::string_view wrong : {"1", "1kb", "1K", "-1B", "9223372036854775808B"}) {
    EXPECT_EQ(bytes(wrong), -1) << wrong;
  }
}

TEST(Units, NumbersForPeopleHaveThreeDigitsAfterRounding) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(1), "1.00");
  EXPECT_EQ(number_text(12.345), "12.3");
  EXPECT_EQ(number_text(123.45), "123");
  EXPECT_EQ(number_text(1234.5), "1234");
  EXPECT_EQ(number_text(9.999), "10.0");
  EXPECT_EQ(number_text(0.9996), "1.00");
  EXPECT_EQ(number_text(-0.05), "-0.0500");
  EXPECT_EQ(number_text(0.00012345, 2), "0.00012");
  EXPECT_EQ(number_text(0.000012345), "1.23e-05");
  EXPECT_EQ(number_text(12345678), "1.23e+07");
}

TEST(Units, TheUnitForPeopleIsTheLargestThatLeavesAtLeastOne) {
  EXPECT_EQ(duration_text(0), "0 ns");
  EXPECT_EQ(duration_text(999), "999 ns");
  EXPECT_EQ(duration_text(1000), "1.00 µs");
  EXPECT_EQ(duration_text(2'500'000), "2.50 ms");
  EXPECT_EQ(duration_text(-2'500'000), "-2.50 ms");
  EXPECT_EQ(duration_text(999'999), "1.00 ms");  // and not 1000 µs
  EXPECT_EQ(duration_text(61e9), "61.0 s");
  EXPECT_EQ(bytes_text(1536), "1.50 KiB");
  EXPECT_EQ(bytes_text(67'108'864), "64.0 MiB");
  EXPECT_EQ(count_text(7), "7.00");
  EXPECT_EQ(count_text(1'230'000), "1.23 M");
  EXPECT_EQ(count_text(999'999), "1.00 M");
  EXPECT_EQ(rate_text(20), "20.0/s");
  EXPECT_EQ(ratio_text(0.123), "12.3 %");
  EXPECT_EQ(ratio_text(1), "100 %");
}

}  // namespace
}  // namespace lynxbench
