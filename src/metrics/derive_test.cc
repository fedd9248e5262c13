#include <gtest/gtest.h>

#include <algorithm>

#include "metrics/metrics.h"
#include "metrics/phases_for_test.h"
#include "model/json.h"

namespace lynxbench::metrics {
namespace {

Bound at_most(double limit) { return {.at_least = std::nullopt, .at_most = limit}; }
Bound at_least(double limit) { return {.at_least = limit, .at_most = std::nullopt}; }

Decision deciding(const std::string& figure, const Bound& bound) {
  Decision decision;
  decision.figure = figure;
  decision.bound = bound;
  return decision;
}

Contract contract() {
  Contract contract;
  contract.slo = {.quantile = 0.95, .at_most = Nanos{100 * kMs}};
  contract.load.warm_up.at_least = Nanos{kSecond};
  contract.load.warm_up.windows = 4;
  contract.load.search = SearchSpec{};
  contract.load.sessions = 5;
  contract.load.points = {{"half", LoadSpec{}, Nanos{10 * kSecond}}};
  contract.load.points[0].load.rate_per_s = 100;
  contract.limits = {Nanos{5 * kMs}, 0.0, Nanos{50 * kMs}};
  contract.decision = deciding("e2e.p95@half", at_most(100.0 * kMs));
  return contract;
}

void append(RunRecord& run, Phase phase, PhaseKind kind, std::uint32_t session) {
  phase.id = static_cast<std::uint32_t>(run.phases.size());
  phase.kind = kind;
  phase.session = session;
  if (kind == PhaseKind::kMeasure) phase.point = "half";
  run.phases.push_back(std::move(phase));
}

// Session k answers after (10 + k) ms, `count` requests 10 ms apart.
RunRecord run_of(std::uint32_t sessions, std::int64_t count) {
  RunRecord run;
  for (std::uint32_t k = 1; k <= sessions; ++k) {
    append(run, even_phase(2 * kSecond, 10 * kMs, 10 * kMs), PhaseKind::kWarmUp, k);
    append(run, even_phase(count * 10 * kMs, 10 * kMs, (10 + k) * kMs), PhaseKind::kMeasure, k);
  }
  return run;
}

Estimate figure(const Contract& contract, const RunRecord& run, const std::string& id) {
  return derive(contract, run, {}).figures.at(id);
}

bool mentions(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

TEST(Derive, AFigureIsTheMedianOfItsSessionsWithTheOrderStatisticInterval) {
  Estimate p50 = figure(contract(), run_of(5, 1000), "e2e.p50@half");
  EXPECT_EQ(p50.value, 13.0 * kMs);
  EXPECT_EQ(p50.low, 11.0 * kMs);
  EXPECT_EQ(p50.high, 15.0 * kMs);
  EXPECT_EQ(p50.confidence, 0.9375);
  EXPECT_EQ(p50.by_session.size(), 5u);
  EXPECT_EQ(p50.samples, 5000u);
  EXPECT_EQ(p50.unit, "ns");
  EXPECT_EQ(p50.withheld, "");
}

TEST(Derive, FewerThanFiveSessionsGiveAValueAndNoInterval) {
  Contract three = contract();
  three.load.sessions = 3;
  Estimate p50 = figure(three, run_of(3, 1000), "e2e.p50@half");
  EXPECT_EQ(p50.value, 12.0 * kMs);
  EXPECT_FALSE(p50.low || p50.high || p50.confidence);
  EXPECT_EQ(p50.withheld, "no interval: 3 sessions, a decision-grade figure needs 5");
}

TEST(Derive, OneSessionHasAnIntervalOfItsOwnThatDecidesNothing) {
  Contract one = contract();
  one.load.sessions = 1;
  RunRecord run;
  append(run, even_phase(2 * kSecond, 10 * kMs, 10 * kMs), PhaseKind::kWarmUp, 1);
  append(run, simulated_queue(0.5, 100, 4000, 100, 3), PhaseKind::kMeasure, 1);
  Estimate p50 = figure(one, run, "e2e.p50@half");
  ASSERT_TRUE(p50.low && p50.high) << p50.withheld;
  EXPECT_LT(*p50.low, *p50.value);
  EXPECT_GT(*p50.high, *p50.value);
  EXPECT_EQ(p50.confidence, 0.95);
  EXPECT_EQ(p50.withheld, "the interval is within 1 session, a decision-grade figure needs 5");
  one.metrics = {{"e2e.p50@half", {.at_least = {}, .at_most = 1e12}}};
  TargetOutcome outcome = derive(one, run, {}).targets.at(0);
  EXPECT_EQ(outcome.verdict, "undecided") << outcome.reason;
  // Six seconds are far too short for a p99's upper end: it has its value and no more.
  RunRecord brief;
  append(brief, even_phase(2 * kSecond, 10 * kMs, 10 * kMs), PhaseKind::kWarmUp, 1);
  append(brief, simulated_queue(0.8, 100, 600, 100, 3), PhaseKind::kMeasure, 1);
  Estimate p99 = figure(one, brief, "e2e.p99@half");
  EXPECT_TRUE(p99.value);
  EXPECT_FALSE(p99.low || p99.high);
  EXPECT_NE(p99.withheld.find("independent ones, about"), std::string::npos) << p99.withheld;
}

TEST(Derive, AHundredRequestsHaveNoNinetyNinthPercentile) {
  // 5 x 16 = 80 requests; a p99 needs 500, a p50 10 of each session.
  RunRecord run = run_of(5, 16);
  Estimate p99 = figure(contract(), run, "e2e.p99@half");
  EXPECT_FALSE(p99.value);
  EXPECT_EQ(p99.withheld, "80 requests: p99 needs 500");
  EXPECT_EQ(figure(contract(), run, "e2e.p50@half").value, 13.0 * kMs);
  EXPECT_TRUE(figure(contract(), run, "e2e.p50@half").low);
}

TEST(Derive, SessionsTooShortForAPercentileArePooledWithoutAnInterval) {
  Estimate p95 = figure(contract(), run_of(5, 80), "e2e.p95@half");  // 80 each: 100 are needed
  EXPECT_EQ(p95.value, 15.0 * kMs);
  EXPECT_FALSE(p95.low || p95.high);
  EXPECT_TRUE(p95.by_session.empty());
  EXPECT_NE(p95.withheld.find("no interval"), std::string::npos);
  EXPECT_EQ(figure(contract(), run_of(5, 100), "e2e.p95@half").by_session.size(), 5u);
}

TEST(Derive, ThroughputCountsWhatWasDoneInTheWindowAndTheDrainIsNoPartOfIt) {
  RunRecord run = run_of(5, 1000);
  // 1000 due in 10 s; in session 1 (11 ms) the last, due at 9.99 s, is done after the end.
  Estimate throughput = figure(contract(), run, "throughput@half");
  EXPECT_EQ(throughput.by_session[0], 99.9);
  EXPECT_EQ(throughput.unit, "1/s");
  // A request of before the window, done within it, is completed work of the window.
  add(run.phases[1], answered_after(-5 * kMs, 10 * kMs));
  EXPECT_EQ(figure(contract(), run, "throughput@half").by_session[0], 100);
}

TEST(Derive, FailuresStayInErrorsAndGoodputAndOutOfLatency) {
  RunRecord run = run_of(5, 1000);
  for (Phase& phase : run.phases) {
    if (phase.kind != PhaseKind::kMeasure) continue;
    for (std::size_t i = 0; i < 1000; ++i) {
      if (i % 10 == 0) phase.requests[i].status = RequestStatus::kFailed;
      if (i % 10 == 1) phase.requests[i].done_ns = phase.requests[i].due_ns + 200 * kMs;
    }
  }
  Figures figures = derive(contract(), run, {});
  EXPECT_EQ(figures.figures.at("errors@half").value, 0.1);
  EXPECT_EQ(figures.figures.at("errors@half").samples, 5000u);
  EXPECT_EQ(figures.figures.at("e2e.p99@half").value, 200.0 * kMs);
  EXPECT_EQ(figures.figures.at("e2e.p99@half").samples, 4500u);
  // 800 in time, less the one done after the end in session 1.
  EXPECT_EQ(figures.figures.at("goodput@half").by_session[0], 79.9);
  EXPECT_TRUE(mentions(figures.validity.notices, "500 of 5000 requests were not answered well"));
}

TEST(Derive, ServiceTimeAndScheduleLagDivideTheLatencyAtSent) {
  RunRecord run = run_of(5, 1000);
  for (Phase& phase : run.phases) {
    for (RequestRecord& record : phase.requests) record.sent_ns = record.due_ns + 2 * kMs;
  }
  Contract agreed = contract();
  EXPECT_EQ(figure(agreed, run, "service.p50@half").value, 11.0 * kMs);
  EXPECT_EQ(figure(agreed, run, "schedule_lag.p50@half").value, 2.0 * kMs);
  EXPECT_EQ(figure(agreed, run, "schedule_lag.max@half").value, 2.0 * kMs);
  EXPECT_EQ(figure(agreed, run, "schedule_lag.p99@half").value, 2.0 * kMs);
}

TEST(Derive, AClosedLoopHasNoScheduleLag) {
  Contract closed = contract();
  closed.load.points[0].load.loop = Loop::kClosed;
  Estimate lag = figure(closed, run_of(5, 1000), "schedule_lag.p50@half");
  EXPECT_FALSE(lag.value);
  EXPECT_EQ(lag.withheld, "a closed loop has no schedule to be late against");
}

TEST(Derive, ConcurrencyIsTheIntegralOverTheWindow) {
  // One request in the system over half of the window, another over a quarter, which it outlives.
  Contract agreed = contract();
  RunRecord run = run_of(5, 1000);
  for (Phase& phase : run.phases) {
    if (phase.kind != PhaseKind::kMeasure) continue;
    phase.requests.clear();
    add(phase, answered_after(0, 6 * kSecond));
    phase.requests.back().sent_ns = kSecond;  // late: it was not in the system before
    add(phase, answered_after(7'500 * kMs, 60 * kSecond));
    add(phase, with_status(0, RequestStatus::kUnsent));
    RequestRecord lost = with_status(9 * kSecond, RequestStatus::kUnfinished);
    add(phase, lost);
  }
  EXPECT_DOUBLE_EQ(*figure(agreed, run, "concurrency@half").value, 0.5 + 0.25 + 0.1);
}

TEST(Derive, LittlesLawIsHeldAgainstTheIntegral) {
  RunRecord run = run_of(5, 1000);
  EXPECT_FALSE(mentions(derive(contract(), run, {}).validity.notices, "Little"));
  // All 100 of the last second stay for 30 s beyond the window: rate x stay says 300 more.
  for (std::size_t i = 900; i < 1000; ++i) run.phases[1].requests[i].done_ns += 30 * kSecond;
  EXPECT_TRUE(mentions(derive(contract(), run, {}).validity.notices, "Little"));
}

TEST(Derive, EachBatchCountsOnceInTheMeanBatchSize) {
  RunRecord run = run_of(5, 1000);
  for (Phase& phase : run.phases) {
    for (RequestRecord& record : phase.requests) {
      // Batches of 3 and 1 in turn: 4 requests in 2 batches.
      ServerStages stages;
      stages.batch = record.index / 4 * 2 + (record.index % 4 == 3 ? 1 : 0);
      stages.batch_size = record.index % 4 == 3 ? 1 : 3;
      record.stages = stages;
    }
  }
  Estimate size = figure(contract(), run, "batch_size@half");
  EXPECT_EQ(size.value, 2);
  EXPECT_EQ(size.samples, 2500u);
  EXPECT_EQ(figure(contract(), run_of(5, 100), "batch_size@half").withheld,
            "the target gave no batches");
}

TEST(Derive, CpuIsTheTimeWeightedMeanOverTheWindow) {
  RunRecord run = run_of(5, 100);
  Estimate without = figure(contract(), run, "cpu@half");
  EXPECT_FALSE(without.value);
  EXPECT_EQ(without.withheld, "telemetry has no series process.self.cpu");
  run.telemetry.period_ns = 500 * kMs;
  run.telemetry.series = {{7, "process.self.cpu", "cores", "/proc/self/stat"}};
  // Windows of 1 s: half a core up to 0.75 s (the sample there), then two cores.
  run.telemetry.samples = {{7, 0, 9.0}, {7, 750 * kMs, 0.5}, {7, 1'500 * kMs, 2.0}};
  EXPECT_DOUBLE_EQ(*figure(contract(), run, "cpu@half").value, 0.75 * 0.5 + 0.25 * 2.0);
}

TEST(Derive, AnInterruptedPhaseGivesNoFigureAndMakesTheRunInvalid) {
  RunRecord run = run_of(5, 1000);
  run.phases.back().complete = false;
  run.complete = false;
  run.incomplete_reason = "interrupted by the user";
  Figures figures = derive(contract(), run, {});
  EXPECT_EQ(figures.figures.at("e2e.p50@half").by_session.size(), 4u);
  EXPECT_FALSE(figures.validity.valid);
  EXPECT_TRUE(mentions(figures.validity.reasons, "interrupted by the user"));
  EXPECT_TRUE(mentions(figures.validity.reasons, "4 of the 5 sessions"));
  EXPECT_EQ(figures.decision.verdict, "undecided");
}

TEST(Derive, AClientThatWasLateMakesTheRunInvalid) {
  RunRecord run = run_of(5, 1000);
  EXPECT_TRUE(derive(contract(), run, {}).validity.valid);
  for (std::size_t i = 0; i < 20; ++i) run.phases[1].requests[i].sent_ns += 6 * kMs;
  Figures figures = derive(contract(), run, {});
  EXPECT_TRUE(
      mentions(figures.validity.reasons, "client was the bottleneck in point half of session 1"));
}

TEST(Derive, ALateSearchIsANotice) {
  RunRecord run = run_of(5, 1000);
  append(run, even_phase(2 * kSecond, 10 * kMs, 10 * kMs), PhaseKind::kWarmUp, 0);
  append(run, even_phase(kSecond, 10 * kMs, 20 * kMs), PhaseKind::kSearch, 0);
  for (RequestRecord& record : run.phases.back().requests) record.sent_ns += 6 * kMs;
  Figures figures = derive(contract(), run, {});
  EXPECT_TRUE(figures.validity.valid);
  EXPECT_TRUE(mentions(figures.validity.notices, "client was late in the look at 100/s"));
}

TEST(Derive, RequestsThatWereNeverSentMakeTheRunInvalidBeyondTheAgreedShare) {
  RunRecord run = run_of(5, 1000);
  run.phases[1].requests[0].status = RequestStatus::kUnsent;
  EXPECT_TRUE(mentions(derive(contract(), run, {}).validity.reasons, "1 of 5000 requests"));
  Contract lax = contract();
  lax.limits.missed_ratio = 0.001;
  EXPECT_TRUE(derive(lax, run, {}).validity.valid);
  EXPECT_TRUE(mentions(derive(lax, run, {}).validity.notices, "1 of 5000 requests"));
}

TEST(Derive, ASessionThatNeverSettlesMakesTheRunInvalid) {
  RunRecord run = run_of(5, 1000);
  for (RequestRecord& record : run.phases[4].requests) {
    if (record.due_ns > 1'500 * kMs) record.done_ns += 9 * kMs;
  }
  Figures figures = derive(contract(), run, {});
  ASSERT_EQ(figures.warm_ups.size(), 5u);
  EXPECT_FALSE(figures.warm_ups[2].steady);
  EXPECT_TRUE(mentions(figures.validity.reasons, "session 3 never settled"));
}

TEST(Derive, ASessionWithoutAWarmUpMakesTheRunInvalid) {
  RunRecord run = run_of(5, 1000);
  run.phases.erase(run.phases.begin());
  EXPECT_TRUE(
      mentions(derive(contract(), run, {}).validity.reasons, "session 1 was measured without"));
}

TEST(Derive, GapsInTelemetryAreNotices) {
  RunRecord run = run_of(5, 1000);
  run.telemetry.gaps = {{0, 200 * kMs}, {kSecond, 1'100 * kMs}};
  run.telemetry.missing = {"frequency: no cpufreq"};
  Figures figures = derive(contract(), run, {});
  EXPECT_TRUE(figures.validity.valid);
  EXPECT_TRUE(mentions(figures.validity.notices, "2 gaps, 300 ms in all"));
  EXPECT_TRUE(mentions(figures.validity.notices, "frequency"));
}

TEST(Derive, TheCurveHasAPointForEachCompleteLookAndMeasuredPhase) {
  RunRecord run = run_of(1, 40);
  append(run, even_phase(kSecond, 10 * kMs, 20 * kMs), PhaseKind::kSearch, 0);
  append(run, even_phase(kSecond, kMs, 20 * kMs), PhaseKind::kProfile, 6);
  append(run, even_phase(kSecond, 10 * kMs, 20 * kMs), PhaseKind::kSearch, 0);
  run.phases.back().complete = false;
  Figures figures = derive(contract(), run, {});
  ASSERT_EQ(figures.curve.size(), 2u);
  EXPECT_EQ(figures.curve[0].kind, "measure");
  EXPECT_EQ(figures.curve[0].point, "half");
  EXPECT_EQ(figures.curve[0].e2e_ns.size(), 1u) << "40 requests: p50 alone";
  EXPECT_EQ(figures.curve[1].kind, "search");
  EXPECT_EQ(figures.curve[1].offered_per_s, 100);
  EXPECT_EQ(figures.curve[1].achieved_per_s, 98);
  EXPECT_EQ(figures.curve[1].e2e_ns.at("p95"), 20.0 * kMs);
  EXPECT_FALSE(figures.curve[1].e2e_ns.contains("p99"));
  EXPECT_EQ(figures.figures.at("peak_throughput").value, 98);
}

TEST(Derive, CapacityIsTheConfirmedRateWithTheSearchesEnds) {
  Saturation found;
  found.pass_per_s = 40;
  found.fail_per_s = 44;
  found.outcome = "found";
  RunRecord run = run_of(5, 1000);
  Estimate capacity = derive(contract(), run, found).figures.at("capacity");
  EXPECT_EQ(capacity.value, 40);
  EXPECT_EQ(capacity.low, 40);
  EXPECT_EQ(capacity.high, 44);
  found.pass_per_s.reset();
  found.outcome = "inconclusive: no rate passed for certain, down to 1/s";
  Estimate none = derive(contract(), run, found).figures.at("capacity");
  EXPECT_FALSE(none.value);
  EXPECT_EQ(none.withheld, found.outcome);
  Contract without = contract();
  without.load.search.reset();
  EXPECT_EQ(figure(without, run, "capacity").withheld, "the contract has no search");
}

TEST(Derive, EveryFigureHasAValueOrAReasonAndTheUnitOfItsId) {
  Contract agreed = contract();
  for (std::int64_t count : {0, 5, 1000}) {
    Figures figures = derive(agreed, run_of(count == 0 ? 0 : 5, count), {});
    EXPECT_EQ(figures.figures.size(), 19u);
    for (const auto& [id, estimate] : figures.figures) {
      EXPECT_TRUE(estimate.value || !estimate.withheld.empty()) << id;
      EXPECT_EQ(unit_of(id, agreed).value(), estimate.unit) << id;
    }
  }
}

TEST(Derive, TheSameDataGiveTheSameBytes) {
  RunRecord run = run_of(5, 500);
  EXPECT_EQ(canonical_text(Json(derive(contract(), run, {}))),
            canonical_text(Json(derive(contract(), run, {}))));
}

// --- Targets and the decision ---

std::string verdict(const Bound& bound) {
  Contract agreed = contract();
  agreed.decision = deciding("e2e.p50@half", bound);  // 11 to 15 ms
  return derive(agreed, run_of(5, 1000), {}).decision.verdict;
}

TEST(Decision, IsMetOrMissedOnlyByTheWholeInterval) {
  EXPECT_EQ(verdict(at_most(15.0 * kMs)), "met");
  EXPECT_EQ(verdict(at_most(14.0 * kMs)), "undecided");
  EXPECT_EQ(verdict(at_most(11.0 * kMs)), "undecided");
  EXPECT_EQ(verdict(at_most(10.9 * kMs)), "missed");
  EXPECT_EQ(verdict(at_least(11.0 * kMs)), "met");
  EXPECT_EQ(verdict(at_least(12.0 * kMs)), "undecided");
  EXPECT_EQ(verdict(at_least(15.1 * kMs)), "missed");
}

TEST(Decision, WithoutAnIntervalItIsUndecidedAndSaysWhy) {
  Contract three = contract();
  three.load.sessions = 3;
  TargetOutcome outcome = derive(three, run_of(3, 1000), {}).decision;
  EXPECT_EQ(outcome.verdict, "undecided");
  EXPECT_NE(outcome.reason.find("a decision-grade figure needs 5"), std::string::npos)
      << outcome.reason;
}

TEST(Decision, AWithheldFigureDecidesNothing) {
  Contract agreed = contract();
  agreed.decision.figure = "e2e.p99@half";
  TargetOutcome outcome = derive(agreed, run_of(5, 16), {}).decision;
  EXPECT_EQ(outcome.verdict, "undecided");
  EXPECT_NE(outcome.reason.find("80 requests: p99 needs 500"), std::string::npos) << outcome.reason;
}

TEST(Decision, ACapacityAboveEverythingLookedAtMeetsALowerBound) {
  Contract agreed = contract();
  agreed.decision = deciding("capacity", at_least(10));
  Saturation open;
  open.pass_per_s = 4000;
  open.outcome = "capacity is above at_most: 4000/s passed";
  EXPECT_EQ(derive(agreed, run_of(5, 1000), open).decision.verdict, "met");
  agreed.decision.bound.at_least = 5000;
  EXPECT_EQ(derive(agreed, run_of(5, 1000), open).decision.verdict, "undecided");
}

TEST(Decision, ACapacityBelowAFailedRateMissesAHigherBound) {
  Contract agreed = contract();
  agreed.decision = deciding("capacity", at_least(10));
  Saturation none;
  none.fail_per_s = 8;
  none.outcome = "inconclusive: no rate passed for certain, down to 1/s";
  EXPECT_EQ(derive(agreed, run_of(5, 1000), none).decision.verdict, "missed");
}

TEST(Decision, TargetsAreJudgedInTheContractsOrder) {
  Contract agreed = contract();
  agreed.metrics = {{"errors@half", at_most(0.01)}, {"throughput@half", at_least(200)}};
  std::vector<TargetOutcome> targets = derive(agreed, run_of(5, 1000), {}).targets;
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[0].verdict, "met");
  EXPECT_EQ(targets[0].unit, "ratio");
  EXPECT_EQ(targets[1].verdict, "missed");
}

TEST(UnitOf, KnowsEveryIdAndSuggestsTheNearest) {
  Contract agreed = contract();
  EXPECT_EQ(unit_of("capacity", agreed).value(), "1/s");
  EXPECT_EQ(unit_of("e2e.p95@half", agreed).value(), "ns");
  EXPECT_EQ(unit_of("errors@half", agreed).value(), "ratio");
  EXPECT_EQ(unit_of("cpu@half", agreed).value(), "1");
  Result<std::string> typo = unit_of("e2e.p59@half", agreed);
  ASSERT_FALSE(typo.ok());
  EXPECT_EQ(typo.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(typo.error().message.find("e2e.p5"), std::string::npos) << typo.error().message;
  EXPECT_FALSE(unit_of("e2e.p95@full", agreed).ok());
}

}  // namespace
}  // namespace lynxbench::metrics
