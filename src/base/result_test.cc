#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace lynxbench {
namespace {

Result<int> half_of(int value) {
  if (value % 2 != 0) return error(ErrorCode::kInvalidArgument, "{} is odd", value);
  return value / 2;
}

Result<int> quarter_of(int value) {
  int half = TRY(half_of(value));
  return half_of(half);
}

Status both_even(int a, int b) {
  TRY_STATUS(half_of(a));
  TRY_STATUS(half_of(b));
  return ok_status();
}

TEST(Result, HoldsAValueOrTheReasonWhyThereIsNone) {
  Result<int> good = half_of(4);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(*good, 2);
  Result<int> bad = half_of(3);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(bad.error().text(), "3 is odd");
}

TEST(Result, TryReturnsTheFirstErrorToTheCaller) {
  EXPECT_EQ(*quarter_of(8), 2);
  EXPECT_EQ(quarter_of(7).error().message, "7 is odd");
  EXPECT_EQ(quarter_of(6).error().message, "3 is odd");
  EXPECT_TRUE(both_even(2, 4).ok());
  EXPECT_EQ(both_even(2, 5).error().message, "5 is odd");
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
  auto use = [&]() -> Result<int> {
    std::unique_ptr<int> owned = TRY(make());
    return *owned;
  };
  EXPECT_EQ(*use(), 7);
}

TEST(Result, AnErrorWithAPlaceNamesItFirst) {
  Error problem{ErrorCode::kInvalidInput, "is odd", "numbers.txt:3:1"};
  EXPECT_EQ(problem.text(), "numbers.txt:3:1: is odd");
}

TEST(ResultDeathTest, TakingTheValueOfAFailureIsOurOwnBugAndAborts) {
  EXPECT_DEATH((void)half_of(3).value(), "3 is odd");
}

TEST(ResultDeathTest, AFailedCheckNamesItsPlace) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "result_test.cc:[0-9]+: CHECK failed: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace lynxbench
