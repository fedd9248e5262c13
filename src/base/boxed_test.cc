#include "base/boxed.h"

#include <gtest/gtest.h>

#include <string>

namespace lynxbench {
namespace {

TEST(Boxed, IsAsSmallAsAPointer) { EXPECT_EQ(sizeof(Boxed<std::string>), sizeof(void*)); }

TEST(Boxed, ACopyHasAValueOfItsOwn) {
  Boxed<std::string> first = std::string("a");
  Boxed<std::string> second = first;
  *second += "b";
  EXPECT_EQ(*first, "a");
  EXPECT_EQ(*second, "ab");
  first = second;
  EXPECT_EQ(*first, "ab");
}

TEST(Boxed, NothingIsCopiedAsNothing) {
  Boxed<std::string> nothing;
  Boxed<std::string> copy = std::string("a");
  copy = nothing;
  EXPECT_FALSE(copy.has_value());
  copy = std::optional<std::string>();
  EXPECT_FALSE(copy);
  copy = std::optional<std::string>("c");
  EXPECT_EQ(copy->size(), 1U);
  copy.reset();
  EXPECT_FALSE(copy);
}

}  // namespace
}  // namespace lynxbench
