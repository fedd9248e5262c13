#include "model/column.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace lynxbench {
namespace {

TEST(Column, KeepsItsValuesAcrossBlocks) {
  Column<std::int64_t> column;
  EXPECT_TRUE(column.empty());
  for (std::int64_t i = 0; i < 200'000; ++i) column.push_back(i * 3);
  EXPECT_EQ(column.size(), 200'000U);
  for (std::int64_t i = 0; i < 200'000; ++i) ASSERT_EQ(column[static_cast<std::size_t>(i)], i * 3);
  EXPECT_EQ(column.back(), 199'999 * 3);
}

TEST(Column, CanBeMadeShorterAndLonger) {
  Column<int> column;
  column.resize(70'000, 5);
  EXPECT_EQ(column[69'999], 5);
  column.resize(65'536, 0);
  column.push_back(7);
  EXPECT_EQ(column.size(), 65'537U);
  EXPECT_EQ(column[65'535], 5);
  EXPECT_EQ(column.back(), 7);
  column.resize(131'073, 9);
  EXPECT_EQ(column.back(), 9);
  column.clear();
  EXPECT_TRUE(column.empty());
  column.push_back(1);
  EXPECT_EQ(column[0], 1);
}

TEST(Column, IsEmptyWhenMovedFrom) {
  Column<int> column;
  column.push_back(4);
  Column<int> other = std::move(column);
  EXPECT_EQ(other.back(), 4);
  EXPECT_EQ(column.size(), 0U);  // NOLINT: what is meant to be seen
  column.push_back(5);
  other = std::move(column);
  EXPECT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0], 5);
}

}  // namespace
}  // namespace lynxbench
