#include "base/number.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace lynxbench {
namespace {

TEST(NumberIn, ANumberIsTheWholeText) {
  EXPECT_EQ(number_in<double>("2.5e3"), 2500);
  EXPECT_EQ(number_in<std::int64_t>("-12"), -12);
  for (const char* text : {"", " 1", "1 ", "+1", "1.5", "0x10", "9223372036854775808", "one"}) {
    EXPECT_FALSE(number_in<std::int64_t>(text).has_value()) << text;
  }
  for (const char* text : {"", " 1", "1,5", "1e999"}) {
    EXPECT_FALSE(number_in<double>(text).has_value()) << text;
  }
}

TEST(NumberIn, AnUnsignedNumberHasNoSign) {
  EXPECT_EQ(number_in<std::uint64_t>("18446744073709551615"), UINT64_MAX);
  EXPECT_FALSE(number_in<std::uint64_t>("-1").has_value());
}

}  // namespace
}  // namespace lynxbench
