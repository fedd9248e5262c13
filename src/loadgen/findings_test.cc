#include "loadgen/findings.h"

#include <gtest/gtest.h>

namespace lynxbench::loadgen {
namespace {

constexpr std::int64_t kMs = 1'000'000;

SearchStep look(double rate, PointVerdict verdict, double completed_per_s) {
  SearchStep step;
  step.rate_per_s = rate;
  step.achieved_per_s = completed_per_s;
  step.verdict = verdict;
  step.requests = 400;
  step.answered_ns = 80.0 * kMs;
  step.terms.push_back({.quantile = 0.95, .at_most_ns = 100 * kMs, .requests = 400, .latency_ns = {}, .verdict = verdict});
  return step;
}
SearchStep pass(double rate) { return look(rate, PointVerdict::kPass, rate); }
SearchStep fail(double rate, double completed_per_s) { return look(rate, PointVerdict::kFail, completed_per_s); }

Saturation described(std::vector<SearchStep> steps, std::optional<double> pass_per_s) {
  Saturation found;
  found.steps = std::move(steps);
  found.pass_per_s = pass_per_s;
  describe(found);
  return found;
}

TEST(Findings, AServerThatIsOnlyFullIsNothingSpecial) {
  SearchStep full = fail(160, 99);
  full.answered_ns = 5000.0 * kMs;
  Saturation found = described({pass(40), pass(80), full}, 80);
  EXPECT_TRUE(found.findings.empty()) << found.findings[0];
  EXPECT_EQ(found.sustained_per_s, 80.0);
  EXPECT_EQ(found.peak_per_s, 99.0);
}

TEST(Findings, AServerThatTurnsAwayWhatItCannotDoHasAGoodputCliff) {
  SearchStep full = fail(105, 98);
  full.turned_away_ratio = 0.07;
  Saturation found = described({pass(100), full}, 100);
  ASSERT_EQ(found.findings.size(), 1u);
  EXPECT_EQ(found.findings[0],
            "goodput cliff: at 105/s 7.00 % of the requests were turned away (0 % at 100/s), while those answered "
            "took 80.0 ms: the limit is a bounded queue, not slowness");
}

TEST(Findings, ASlowServerThatAlsoTurnsAwayHasNoCliff) {
  SearchStep slow = fail(105, 98);
  slow.turned_away_ratio = 0.07;
  slow.answered_ns = 300.0 * kMs;
  EXPECT_TRUE(described({pass(100), slow}, 100).findings.empty());
}

TEST(Findings, CompletionsThatFallUnderMoreLoadAreACollapse) {
  Saturation found = described({pass(100), fail(200, 40)}, 100);
  ASSERT_EQ(found.findings.size(), 1u);
  EXPECT_EQ(found.findings[0].find("collapse: 100/s offered completed 100/s, 200/s completed only 40"), 0u)
      << found.findings[0];
}

TEST(Findings, WithMoreAttemptsForEachRequestItIsARetryStorm) {
  SearchStep calm = pass(100), storm = fail(120, 40);
  calm.attempts_per_request = 1.01;
  storm.attempts_per_request = 2.9;
  Saturation found = described({calm, storm}, 100);
  ASSERT_EQ(found.findings.size(), 1u);
  EXPECT_EQ(found.findings[0].find("retry storm: "), 0u) << found.findings[0];
  EXPECT_NE(found.findings[0].find("2.90 attempts for each request in place of 1.01"), std::string::npos);
}

TEST(Findings, AFewCompletionsFewerAreNoCollapse) {
  EXPECT_TRUE(described({pass(100), fail(200, 85)}, 100).findings.empty());
}

TEST(Findings, APassAboveAFailureIsNotMonotoneAndNamesBoth) {
  Saturation found = described({pass(20), fail(40, 40), pass(60), fail(90, 85)}, 20);
  ASSERT_EQ(found.findings.size(), 1u);
  EXPECT_EQ(found.findings[0], "not monotone: 60.0/s passed although 40.0/s failed");
}

TEST(Findings, ARateThatPassedAndFailsAfterMoreLoadDidNotRecover) {
  Saturation found = described({pass(50), fail(200, 150), fail(50, 45), fail(50, 45)}, std::nullopt);
  ASSERT_FALSE(found.findings.empty());
  EXPECT_EQ(found.findings.back(), "no recovery: 50.0/s passed, and failed after 200/s had been offered");
  EXPECT_TRUE(described({pass(50), fail(200, 150), fail(50, 45), pass(50)}, std::nullopt).findings.empty())
      << "it passed again";
}

}  // namespace
}  // namespace lynxbench::loadgen
