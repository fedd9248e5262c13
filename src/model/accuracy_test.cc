#include "model/accuracy.h"

#include <gtest/gtest.h>

namespace lynxbench {
namespace {

TEST(Accuracy, AnExactAnswerIsTheExpectedOneButForBlanksAtItsEnds) {
  EXPECT_EQ(correct(ScoreMethod::kExact, "42", " 42\n"), true);
  EXPECT_EQ(correct(ScoreMethod::kExact, " 42 ", "42"), true);
  EXPECT_EQ(correct(ScoreMethod::kExact, "42", "4 2"), false);
  EXPECT_EQ(correct(ScoreMethod::kExact, "Paris", "paris"), false);
  EXPECT_EQ(correct(ScoreMethod::kExact, "Paris", "It is Paris"), false);
  EXPECT_EQ(correct(ScoreMethod::kExact, "", ""), true);
}

TEST(Accuracy, AnAnswerContainsTheExpectedOneAnywhere) {
  EXPECT_EQ(correct(ScoreMethod::kContains, "Paris\n", "It is Paris."), true);
  EXPECT_EQ(correct(ScoreMethod::kContains, "Paris", "It is Rome."), false);
  EXPECT_EQ(correct(ScoreMethod::kContains, "", "anything"), true);
  EXPECT_EQ(correct(ScoreMethod::kContains, "x", ""), false);
}

TEST(Accuracy, WithoutAnExpectedAnswerOrAMethodNothingIsSaid) {
  EXPECT_EQ(correct(ScoreMethod::kExact, std::nullopt, "42"), std::nullopt);
  EXPECT_EQ(correct(ScoreMethod::kNone, "42", "42"), std::nullopt);
  EXPECT_EQ(correct(ScoreMethod::kCommand, "42", "42"), std::nullopt);
}

}  // namespace
}  // namespace lynxbench
