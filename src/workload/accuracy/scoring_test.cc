#include "workload/accuracy/scoring.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace lynxbench::workload::accuracy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<Answered> answers_of(std::size_t count) {
  std::vector<Answered> answers;
  for (std::size_t i = 0; i < count; ++i) answers.push_back({"question " + std::to_string(i), "yes", i % 2 == 0 ? "yes" : "no"});
  return answers;
}

Result<std::vector<double>> run(const std::string& script, std::size_t count, Limits limits = {}) {
  return scores({"sh", "-c", script}, answers_of(count), limits);
}

std::string problem_of(const std::string& script, ErrorCode code, std::size_t count = 2, Limits limits = {}) {
  Result<std::vector<double>> got = run(script, count, limits);
  EXPECT_FALSE(got.ok()) << script;
  if (got.ok()) return "";
  EXPECT_EQ(got.error().code, code) << got.error().text();
  return got.error().text();
}

TEST(Scoring, EachAnswerGetsTheNumberThatTheCommandPrintsForIt) {
  const char* script = "while read -r line; do case $line in *'\"answer\":\"yes\"'*) echo 1;; *) echo ' 0.25 ';; esac; done";
  EXPECT_EQ(run(script, 4).value(), (std::vector<double>{1, 0.25, 1, 0.25}));
}

TEST(Scoring, ACommandMayPrintAllAtTheEndAndWithoutALineEnd) {
  EXPECT_EQ(run("cat >/dev/null; printf '0.5\\n\\n1e-1'", 2).value(), (std::vector<double>{0.5, 0.1}));
}

TEST(Scoring, ManyLongAnswersGoThroughPipesThatHoldLess) {
  std::vector<Answered> answers(2000, Answered{"q", std::nullopt, std::string(2000, 'x')});
  Result<std::vector<double>> got = scores({"sh", "-c", "while read -r line; do echo 1; echo noise >&2; done"}, answers, {});
  ASSERT_TRUE(got.ok()) << got.error().text();
  EXPECT_EQ(got->size(), 2000u);
}

TEST(Scoring, ACommandThatDoesNotReadItsInputMayStillScore) {
  std::vector<Answered> answers(2, Answered{"q", std::nullopt, std::string(1'000'000, 'x')});
  EXPECT_EQ(scores({"sh", "-c", "exec <&-; echo 1; echo 0"}, answers, {}).value(), (std::vector<double>{1, 0}));
}

TEST(Scoring, TheLineHoldsInputExpectedAndAnswer) {
  Input input;
  input.messages = {{"system", "Be brief."}, {"user", "6 x 7?"}};
  input.expected = "42";
  EXPECT_EQ(request_line(answered(input, "4\"2\n")), "{\"answer\":\"4\\\"2\\n\",\"expected\":\"42\",\"input\":\"Be brief.\\n6 x 7?\"}\n");
  Input body;
  body.body = "raw";
  EXPECT_EQ(request_line(answered(body, "\xff")), "{\"answer\":\"\xef\xbf\xbd\",\"expected\":null,\"input\":\"raw\"}\n");
}

TEST(Scoring, ItsFailuresAreErrorsAndNoScores) {
  EXPECT_EQ(problem_of("echo 1; echo 1; echo 'no model' >&2; exit 3", ErrorCode::kUnavailable),
            "the scoring command ended with code 3; it says: no model");
  EXPECT_EQ(problem_of("kill -9 $$", ErrorCode::kUnavailable), "the scoring command was ended by signal 9");
  EXPECT_EQ(problem_of("echo 1", ErrorCode::kInvalidInput), "the scoring command printed 1 scores for 2 answers; one line for each is due");
  EXPECT_EQ(problem_of("echo 1; echo 0; echo 1", ErrorCode::kInvalidInput), "the scoring command printed more than 2 scores, one for each answer");
  for (const char* word : {"1.5", "-1", "nan", "yes", "1 0", "0x1"}) {
    EXPECT_NE(problem_of(fmt::format("echo 1; echo '{}'", word), ErrorCode::kInvalidInput).find(fmt::format("printed \"{}\" as score 2", word)),
              std::string::npos);
  }
  EXPECT_NE(problem_of("head -c 10000 /dev/zero | tr '\\0' x", ErrorCode::kInvalidInput).find("more than 4096 bytes"), std::string::npos);
  Result<std::vector<double>> missing = scores({"/nowhere/judge"}, answers_of(1), {});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().text(), "cannot start \"/nowhere/judge\": No such file or directory");
  EXPECT_EQ(scores({}, answers_of(1), {}).error().code, ErrorCode::kInvalidArgument);
}

TEST(Scoring, ACommandThatTakesTooLongIsStoppedWithAllThatItStarted) {
  Limits limits;
  limits.timeout = milliseconds(300);
  auto begin = std::chrono::steady_clock::now();
  EXPECT_NE(problem_of("echo 1; sleep 100 & sleep 100", ErrorCode::kUnavailable, 2, limits).find("was stopped after 1 of 2 scores"), std::string::npos);
  EXPECT_NE(problem_of("echo 1; echo 1; exec >&-; sleep 100", ErrorCode::kUnavailable, 2, limits).find("did not end in time"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(30));
}

TEST(Scoring, AStopFromOutsideEndsIt) {
  std::atomic<bool> stop{true};
  Limits limits;
  limits.stop = &stop;
  (void)problem_of("sleep 100", ErrorCode::kInterrupted, 2, limits);
}

TEST(Scoring, WithoutAnswersNothingIsStarted) {
  EXPECT_TRUE(scores({"/nowhere/judge"}, {}, {}).value().empty());
}

}  // namespace
}  // namespace lynxbench::workload::accuracy
