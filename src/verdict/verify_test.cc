#include "verdict/verify.h"

#include <gtest/gtest.h>

#include <limits>

namespace lynxbench::verdict {
namespace {

Estimate sessions(std::vector<double> values) {
  Estimate estimate;
  estimate.value = values.empty() ? 1.0 : values[values.size() / 2];
  estimate.unit = "ns";
  estimate.by_session = std::move(values);
  return estimate;
}

const std::vector<double> kSteady{99, 100, 101, 100, 100};

std::vector<double> times(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

FigureComparison compared(std::vector<double> baseline, std::vector<double> candidate,
                          double within = 0.05) {
  return compare({"e2e.p50@half", within}, sessions(std::move(baseline)),
                 sessions(std::move(candidate)));
}

TEST(Compare, AnIntervalWithinTheToleranceReproduces) {
  FigureComparison result = compared(kSteady, times(kSteady, 1.01));
  EXPECT_EQ(result.agreement, Agreement::kReproduced);
  EXPECT_NEAR(*result.ratio, 1.01, 1e-12);
  EXPECT_GE(*result.low, 0.95);
  EXPECT_LE(*result.high, 1.05);
  EXPECT_EQ(result.figure, "e2e.p50@half");
  EXPECT_EQ(result.baseline, kSteady);
}

TEST(Compare, AnIntervalWhollyOutsideDoesNotReproduceInEitherDirection) {
  EXPECT_EQ(compared(kSteady, times(kSteady, 1.2)).agreement, Agreement::kNotReproduced);
  EXPECT_EQ(compared(kSteady, times(kSteady, 0.8)).agreement, Agreement::kNotReproduced);
}

TEST(Compare, ADifferenceThatIsSureButSmallReproduces) {
  // The interval excludes 1: "significantly different" is not "not reproduced".
  FigureComparison result = compared(kSteady, times(kSteady, 1.03));
  EXPECT_GT(*result.low, 1);
  EXPECT_EQ(result.agreement, Agreement::kReproduced);
}

TEST(Compare, AnIntervalAcrossTheBoundIsInconclusiveAndSaysHowManySessionsItTakes) {
  FigureComparison result = compared(kSteady, times(kSteady, 1.048));
  EXPECT_EQ(result.agreement, Agreement::kInconclusive);
  EXPECT_TRUE(contains(result.reason, "sessions on each side")) << result.reason;
}

TEST(Compare, NoDifferenceWithAWideSpreadIsInconclusiveAndNotReproduced) {
  FigureComparison result = compared({80, 120, 100, 90, 110}, {80, 120, 100, 90, 110});
  EXPECT_EQ(result.agreement, Agreement::kInconclusive);
}

TEST(Compare, BoundsBelongToTheTolerance) {
  EXPECT_EQ(compared({4, 4, 4}, {5, 5, 5}, 0.25).agreement, Agreement::kReproduced);
  EXPECT_EQ(compared({4, 4, 4}, {3, 3, 3}, 0.25).agreement, Agreement::kReproduced);
  EXPECT_EQ(compared({4, 4, 4}, {5.001, 5.001, 5.001}, 0.25).agreement, Agreement::kNotReproduced);
}

TEST(Compare, FewerThanThreeSessionsDecideNothing) {
  FigureComparison result = compared({100, 100}, kSteady);
  EXPECT_EQ(result.agreement, Agreement::kInconclusive);
  EXPECT_TRUE(contains(result.reason, "baseline has 2 sessions; at least 3")) << result.reason;
  EXPECT_FALSE(result.ratio.has_value());
  EXPECT_TRUE(contains(compared(kSteady, {100}).reason, "candidate has 1 session;"));
  EXPECT_TRUE(contains(compared(kSteady, {}).reason, "candidate has 0 sessions;"));
}

TEST(Compare, AWithheldValueIsInconclusiveWithItsReason) {
  Estimate withheld = sessions(kSteady);
  withheld.value.reset();
  withheld.withheld = "80 samples: p99 needs 500";
  FigureComparison result = compare({"e2e.p99@half", 0.1}, sessions(kSteady), withheld);
  EXPECT_EQ(result.agreement, Agreement::kInconclusive);
  EXPECT_TRUE(contains(result.reason, "candidate has no value: 80 samples: p99 needs 500"));
}

TEST(Compare, MeansThatAreNotPositiveGiveNoRatio) {
  for (std::vector<double> bad : {std::vector<double>{0, 0, 0}, {-1, -2, -3}, {-5, 2, 3}}) {
    EXPECT_EQ(compared(bad, kSteady).agreement, Agreement::kInconclusive);
    EXPECT_EQ(compared(kSteady, bad).agreement, Agreement::kInconclusive);
    EXPECT_TRUE(contains(compared(bad, kSteady).reason, "positive means"));
  }
}

TEST(Compare, NumbersBeyondArithmeticAreInconclusive) {
  double infinite = std::numeric_limits<double>::infinity();
  double nan = std::numeric_limits<double>::quiet_NaN();
  double huge = std::numeric_limits<double>::max(),
         tiny = std::numeric_limits<double>::denorm_min();
  for (std::vector<double> bad : {std::vector<double>{1, 2, infinite},
                                  {1, 2, nan},
                                  {huge, huge, huge},
                                  {1, huge, 2},
                                  {tiny, tiny, 2 * tiny}}) {
    EXPECT_NE(compared(bad, kSteady).agreement, Agreement::kReproduced);
    EXPECT_NE(compared(kSteady, bad).agreement, Agreement::kReproduced);
  }
  EXPECT_EQ(compared(kSteady, kSteady, nan).agreement, Agreement::kInconclusive);
  EXPECT_EQ(compared(kSteady, kSteady, 0).agreement, Agreement::kInconclusive);
}

TEST(Compare, DifferentUnitsAreInconclusive) {
  Estimate other = sessions(kSteady);
  other.unit = "1/s";
  EXPECT_EQ(compare({"x", 0.5}, sessions(kSteady), other).agreement, Agreement::kInconclusive);
}

struct Case {
  Contract contract;
  Figures baseline, candidate;
  std::vector<LayerDifference> differences;

  Case() {
    for (const char* figure : {"throughput@half", "e2e.p50@half"}) {
      contract.tolerances.push_back({figure, 0.05});
      baseline.figures[figure] = candidate.figures[figure] = sessions(kSteady);
    }
  }
  Verification verified() { return verify(contract, baseline, candidate, differences); }
};

TEST(Verify, AllFiguresWithinTheirTolerancesReproduce) {
  Verification result = Case().verified();
  EXPECT_EQ(result.agreement, Agreement::kReproduced);
  EXPECT_EQ(result.comparisons.size(), 2u);
  EXPECT_EQ(result.reason, "all 2 figures agree within their tolerances");
}

TEST(Verify, OneFigureThatDisagreesDecides) {
  Case one;
  one.candidate.figures["e2e.p50@half"] = sessions(times(kSteady, 2));
  one.candidate.figures.erase("throughput@half");
  Verification result = one.verified();
  EXPECT_EQ(result.agreement, Agreement::kNotReproduced);
  EXPECT_TRUE(contains(result.reason, "1 of 2 figures did not agree: e2e.p50@half"));
}

TEST(Verify, OneUndecidedFigureLeavesTheWholeUndecided) {
  Case one;
  one.candidate.figures.erase("throughput@half");
  Verification result = one.verified();
  EXPECT_EQ(result.agreement, Agreement::kInconclusive);
  EXPECT_TRUE(contains(result.reason, "throughput@half"));
  EXPECT_TRUE(contains(result.comparisons[0].reason, "the figure is missing"));
}

TEST(Verify, DifferentExecutorsAreNotComparableAndTheLayersAreNamedWithOwners) {
  Case one;
  one.differences = {{Layer::kSystem, "infrastructure", {{"kernel.release", "6.1", "6.5"}}},
                     {Layer::kRuntime, "ML platform", {{"threads", "1", "2"}}}};
  Verification result = one.verified();
  EXPECT_EQ(result.agreement, Agreement::kNotComparable);
  for (const char* part : {"2 layers", "system (owner: infrastructure): kernel.release",
                           "runtime (owner: ML platform): threads"}) {
    EXPECT_TRUE(contains(result.reason, part)) << result.reason;
  }
  ASSERT_EQ(result.differences.size(), 2u);
  EXPECT_TRUE(result.comparisons[0].ratio.has_value());
  EXPECT_EQ(result.comparisons[0].agreement, Agreement::kNotComparable);
}

TEST(Verify, FactsThatMayDifferDoNotBlockAndOthersOfTheirLayerDo) {
  Case one;
  one.contract.may_differ = {"system/hostname"};
  one.differences = {{Layer::kSystem, "infrastructure", {{"hostname", "a", "b"}}}};
  EXPECT_EQ(one.verified().agreement, Agreement::kReproduced);
  EXPECT_EQ(one.verified().differences.size(), 1u);
  one.differences[0].facts.push_back({"governor", "performance", "powersave"});
  Verification result = one.verified();
  EXPECT_EQ(result.agreement, Agreement::kNotComparable);
  EXPECT_TRUE(contains(result.reason, "governor"));
  EXPECT_FALSE(contains(result.reason, "hostname"));
  one.contract.may_differ = {"system/hostname", "serving/governor"};
  EXPECT_EQ(one.verified().agreement, Agreement::kNotComparable);
}

TEST(Verify, BeforeTheReRunDifferentExecutorsShowNoComparisons) {
  Case one;
  one.candidate = {};
  one.differences = {{Layer::kSystem, "infrastructure", {{"kernel.release", "6.1", "6.5"}}}};
  Verification result = one.verified();
  EXPECT_EQ(result.agreement, Agreement::kNotComparable);
  EXPECT_TRUE(result.comparisons.empty());
}

TEST(Verify, AnInvalidRunDecidesNothing) {
  for (bool of_baseline : {true, false}) {
    Case one;
    Validity& validity = of_baseline ? one.baseline.validity : one.candidate.validity;
    validity = {false, {"schedule lag p99 is 9 ms"}, {}};
    Verification result = one.verified();
    EXPECT_EQ(result.agreement, Agreement::kInconclusive);
    EXPECT_TRUE(contains(result.reason, of_baseline ? "baseline run" : "candidate run"));
    EXPECT_TRUE(contains(result.reason, "schedule lag p99 is 9 ms"));
  }
}

TEST(Verify, AContractWithoutTolerancesDecidesNothing) {
  Case one;
  one.contract.tolerances.clear();
  Verification result = one.verified();
  EXPECT_EQ(result.agreement, Agreement::kInconclusive);
  EXPECT_TRUE(contains(result.reason, "no tolerances"));
}

}  // namespace
}  // namespace lynxbench::verdict
