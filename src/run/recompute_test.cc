#include "run/recompute.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace lynxbench::run {
namespace {

// Sealed by lynxbench 0.1.0 before there were servers: other members in contract.json, fewer figures.
TEST(Recompute, AResultOfAnOlderVersionFollowsFromItsRawDataStill) {
  Result<Recomputed> again = recompute(fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/bundle/version-1");
  ASSERT_TRUE(again.ok()) << again.error().text();
  for (const std::string& difference : again->differences) ADD_FAILURE() << difference;
  EXPECT_EQ(again->values, 283U);
  EXPECT_GT(again->added, 0U);
}

}  // namespace
}  // namespace lynxbench::run
