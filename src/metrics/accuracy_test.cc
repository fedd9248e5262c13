#include "metrics/accuracy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace lynxbench::metrics {
namespace {

std::vector<Score> scores_of(std::uint32_t inputs, std::uint32_t wrong, int times) {
  std::vector<Score> scores;
  for (int i = 0; i < times; ++i) {
    for (std::uint32_t input = 0; input < inputs; ++input) scores.push_back({input, input < wrong ? 0.0 : 1.0});
  }
  return scores;
}

TEST(Accuracy, EveryInputCountsOnceHoweverOftenItWasAsked) {
  std::vector<Score> scores{{0, 1}, {0, 1}, {0, 1}, {0, 0}, {7, 0.5}};
  Accuracy accuracy = judge_accuracy(scores, 0).value();
  EXPECT_DOUBLE_EQ(accuracy.mean, (0.75 + 0.5) / 2);
  EXPECT_EQ(accuracy.answers, 5u);
  EXPECT_EQ(accuracy.inputs, 2u);
}

TEST(Accuracy, AllRightShowsOnePlusLnTailOverTheNumberOfInputs) {
  Accuracy few = judge_accuracy(scores_of(16, 0, 100), 0.9).value();
  EXPECT_EQ(few.mean, 1);
  EXPECT_EQ(few.high, 1);
  EXPECT_NEAR(few.low, 1 + std::log(0.05) / 16, 1e-6);
  EXPECT_EQ(few.verdict, AccuracyVerdict::kUndecided);
  EXPECT_NE(few.reason.find("too few different inputs"), std::string::npos);
  Accuracy many = judge_accuracy(scores_of(300, 0, 1), 0.99).value();
  EXPECT_EQ(many.verdict, AccuracyVerdict::kGo);
}

TEST(Accuracy, AMeanBelowTheFloorIsNoGo) {
  EXPECT_EQ(judge_accuracy(scores_of(100, 20, 3), 0.9).value().verdict, AccuracyVerdict::kNoGo);
  EXPECT_EQ(judge_accuracy(scores_of(100, 5, 3), 0.9).value().verdict, AccuracyVerdict::kUndecided);
  EXPECT_EQ(judge_accuracy(scores_of(1000, 50, 3), 0.9).value().verdict, AccuracyVerdict::kGo);
  EXPECT_EQ(judge_accuracy(scores_of(1000, 1000, 1), 0).value().verdict, AccuracyVerdict::kGo);
}

TEST(Accuracy, WithoutAScoreThereIsNone) { EXPECT_FALSE(judge_accuracy({}, 0.5).has_value()); }

// 2000 sets of 80 inputs whose share of right ones is 0.9: each end wrong at most 5 % of the time
// (and 4 standard errors of that).
TEST(Accuracy, TheIntervalHoldsTheTruthAsOftenAsItSays) {
  Random random(5, "accuracy");
  int below = 0, above = 0;
  constexpr int kSets = 2000;
  for (int set = 0; set < kSets; ++set) {
    std::vector<Score> scores;
    for (std::uint32_t input = 0; input < 80; ++input) {
      double score = random.uniform() < 0.9 ? 1 : 0;
      for (int again = 0; again < 3; ++again) scores.push_back({input, score});
    }
    Accuracy accuracy = judge_accuracy(scores, 0).value();
    below += accuracy.high < 0.9 ? 1 : 0;
    above += accuracy.low > 0.9 ? 1 : 0;
  }
  EXPECT_LE(below, 0.05 * kSets + 4 * std::sqrt(0.05 * kSets));
  EXPECT_LE(above, 0.05 * kSets + 4 * std::sqrt(0.05 * kSets));
  EXPECT_GT(below + above, 0);
}

}  // namespace
}  // namespace lynxbench::metrics
