#include "run/scoring.h"

#include <gtest/gtest.h>

namespace lynxbench::run {
namespace {

// One point for an answer that is the expected one, half a point for any other.
const std::vector<std::string> kJudge{
    "python3", "-c",
    "import json, sys\nfor line in sys.stdin:\n  it = json.loads(line)\n  print(1 if it['answer'] == it['expected'] else 0.5)"};

Inputs two_inputs() {
  Inputs inputs;
  for (const char* right : {"4", "9"}) {
    Input& input = inputs.inputs.emplace_back();
    input.body = "square";
    input.expected = right;
  }
  return inputs;
}

RequestRecord answered(std::uint32_t input, const std::string& answer, RequestStatus status = RequestStatus::kOk) {
  RequestRecord record;
  record.input = input;
  record.status = status;
  record.exchange = Exchange{};
  record.exchange->answer = answer;
  return record;
}

TEST(Scoring, EveryWellAnsweredRecordHasItsScoreAndNoAnswerIsKept) {
  std::vector<RequestRecord> records{answered(0, "4"), answered(1, "8"), answered(0, "4"),
                                     answered(1, "9", RequestStatus::kFailed)};
  AccuracySpec accuracy{ScoreMethod::kCommand, kJudge, 0.9};
  ASSERT_TRUE(score_records(accuracy, two_inputs(), records, nullptr).ok());
  EXPECT_EQ(records[0].exchange->score, 1.0);
  EXPECT_EQ(records[1].exchange->score, 0.5);
  EXPECT_EQ(records[2].exchange->score, 1.0);
  EXPECT_EQ(records[3].exchange->score, std::nullopt);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(records[i].exchange->answer, "");
}

TEST(Scoring, EqualAnswersAreScoredOnceAndCountedAsOftenAsTheyCame) {
  KeptAnswers kept, more;
  for (const auto& [input, answer] : std::vector<std::pair<std::uint32_t, std::string>>{{0, "4"}, {1, "8"}, {0, "4"}}) {
    RequestRecord record = answered(input, answer);
    kept.take(record);
  }
  RequestRecord record = answered(1, "8");
  more.take(record);
  kept.merge(std::move(more));
  std::vector<ScoredAnswer> scored = kept.scored(kJudge, two_inputs(), nullptr).value();
  ASSERT_EQ(scored.size(), 2u);
  EXPECT_EQ(scored[0].answers, 2u);
  EXPECT_EQ(scored[0].score, 1);
  EXPECT_EQ(scored[1].answers, 2u);
  EXPECT_EQ(scored[1].score, 0.5);
}

TEST(Scoring, ACommandThatCannotStartIsNamedBeforeAnythingIsMeasured) {
  Status status = try_scoring({ScoreMethod::kCommand, {"/nonexistent/judge"}, 0});
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text().find("/nonexistent/judge"), std::string::npos);
  Status ends = try_scoring({ScoreMethod::kCommand, {"sh", "-c", "echo broken >&2; exit 7"}, 0});
  ASSERT_FALSE(ends.ok());
  EXPECT_NE(ends.error().text().find("7"), std::string::npos) << ends.error().text();
  EXPECT_NE(ends.error().text().find("broken"), std::string::npos) << ends.error().text();
  EXPECT_TRUE(try_scoring({ScoreMethod::kCommand, kJudge, 0}).ok());
  EXPECT_TRUE(try_scoring({ScoreMethod::kExact, {}, 0}).ok());
}

}  // namespace
}  // namespace lynxbench::run
