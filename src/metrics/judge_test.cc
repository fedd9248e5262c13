#include <gtest/gtest.h>

#include <cmath>

#include "metrics/metrics.h"
#include "metrics/phases_for_test.h"

namespace lynxbench::metrics {
namespace {

constexpr Slo kSlo{.quantile = 0.95, .at_most = Nanos{100 * kMs}};

TEST(Requests, LatencyRunsFromDueAndServiceTimeFromSent) {
  RequestRecord record = answered_after(10 * kMs, 30 * kMs);
  record.sent_ns = 15 * kMs;
  EXPECT_EQ(e2e_latency_ns(record), 30 * kMs);
  EXPECT_EQ(service_time_ns(record), 25 * kMs);
}

TEST(Requests, WithoutAGoodAnswerThereIsNoLatency) {
  for (RequestStatus status : {RequestStatus::kFailed, RequestStatus::kRejected,
                               RequestStatus::kUnfinished, RequestStatus::kUnsent}) {
    EXPECT_FALSE(e2e_latency_ns(with_status(0, status)));
    EXPECT_FALSE(service_time_ns(with_status(0, status)));
  }
}

TEST(Judge, ManyFastRequestsPass) {
  SearchStep step = judge(even_phase(10 * kSecond, 10 * kMs, 20 * kMs), kSlo);
  EXPECT_EQ(step.verdict, PointVerdict::kPass) << step.reason;
  EXPECT_EQ(step.requests, 1000u);
  EXPECT_EQ(step.over_ratio, 0);
  EXPECT_EQ(step.over_low, 0);
  EXPECT_LT(step.over_high, 0.005);
  EXPECT_EQ(step.latency_ns, 20.0 * kMs);
  EXPECT_EQ(step.rate_per_s, 100);
  // The two last are answered after the window.
  EXPECT_DOUBLE_EQ(step.achieved_per_s, 99.8);
}

TEST(Judge, FortyRequestsWithoutOneOverTheLimitAreTooFewForFivePercent) {
  EXPECT_EQ(judge(even_phase(2 * kSecond, 50 * kMs, 20 * kMs), kSlo).verdict,
            PointVerdict::kInconclusive);
}

TEST(Judge, AHundredAndTwentyWithoutOneOverTheLimitAreEnough) {
  SearchStep step = judge(even_phase(6 * kSecond, 50 * kMs, 20 * kMs), kSlo);
  EXPECT_EQ(step.verdict, PointVerdict::kPass) << step.reason;
}

TEST(Judge, TheLimitItselfIsKept) {
  EXPECT_EQ(judge(even_phase(10 * kSecond, 10 * kMs, 100 * kMs), kSlo).over_ratio, 0);
  EXPECT_EQ(judge(even_phase(10 * kSecond, 10 * kMs, 100 * kMs + 1), kSlo).over_ratio, 1);
}

TEST(Judge, SlowRequestsFail) {
  SearchStep step = judge(even_phase(2 * kSecond, 10 * kMs, 150 * kMs), kSlo);
  EXPECT_EQ(step.verdict, PointVerdict::kFail) << step.reason;
}

TEST(Judge, WhateverWasNotAnsweredWellIsOverTheLimit) {
  Phase phase = even_phase(10 * kSecond, 10 * kMs, 20 * kMs);
  RequestStatus bad[] = {RequestStatus::kFailed, RequestStatus::kRejected,
                         RequestStatus::kUnfinished};
  for (std::size_t i = 0; i < 300; ++i) phase.requests[3 * i].status = bad[i % 3];
  SearchStep step = judge(phase, kSlo);
  EXPECT_DOUBLE_EQ(step.over_ratio, 0.3);
  EXPECT_EQ(step.verdict, PointVerdict::kFail);
  EXPECT_FALSE(step.latency_ns) << "the quantile is among those without an answer";
}

TEST(Judge, WhatWasNeverSentIsLeftOutAndSaid) {
  Phase phase = even_phase(10 * kSecond, 10 * kMs, 20 * kMs);
  for (std::size_t i = 900; i < 1000; ++i) phase.requests[i].status = RequestStatus::kUnsent;
  SearchStep step = judge(phase, kSlo);
  EXPECT_EQ(step.requests, 900u);
  EXPECT_EQ(step.over_ratio, 0);
  EXPECT_NE(step.reason.find("100 requests were never sent"), std::string::npos) << step.reason;
}

TEST(Judge, OnlyRequestsDueWithinTheWindowCount) {
  Phase phase = even_phase(10 * kSecond, 10 * kMs, 20 * kMs);
  for (int i = 0; i < 500; ++i) add(phase, answered_after(10 * kSecond + i * kMs, 900 * kMs));
  add(phase, answered_after(-kMs, 900 * kMs));
  EXPECT_EQ(judge(phase, kSlo).requests, 1000u);
  EXPECT_EQ(judge(phase, kSlo).over_ratio, 0);
}

TEST(Judge, NothingDueIsInconclusive) {
  SearchStep step = judge(empty_phase(0, kSecond), kSlo);
  EXPECT_EQ(step.verdict, PointVerdict::kInconclusive);
  EXPECT_EQ(step.over_low, 0);
  EXPECT_EQ(step.over_high, 1);
  EXPECT_FALSE(step.latency_ns);
}

TEST(Judge, TheSameShareInRunsTellsLessThanSpreadOut) {
  Phase spread = even_phase(20 * kSecond, 10 * kMs, 20 * kMs), runs = spread;
  for (std::size_t i = 0; i < 2000; ++i) {
    if (i % 50 == 7) spread.requests[i].done_ns += 200 * kMs;
    if (i >= 300 && i < 340) runs.requests[i].done_ns += 200 * kMs;
  }
  SearchStep even = judge(spread, kSlo), bunched = judge(runs, kSlo);
  EXPECT_NEAR(even.over_ratio, bunched.over_ratio, 0.002) << "but for the ramp-up";
  EXPECT_EQ(even.verdict, PointVerdict::kPass) << even.reason;
  EXPECT_EQ(bunched.verdict, PointVerdict::kInconclusive) << bunched.reason;
  EXPECT_GT(even.effective_samples, 5 * bunched.effective_samples);
}

TEST(Judge, AQueueThatGrowsFailsHoweverLaxTheLimit) {
  // 120 a second come, 100 a second leave: after 10 s nobody has waited for the 60 s yet.
  Phase phase = empty_phase(0, 10 * kSecond);
  for (std::int64_t k = 0; k < 1200; ++k) {
    std::int64_t due = k * kSecond / 120;
    add(phase, answered_after(due, (k + 1) * 10 * kMs - due));
  }
  SearchStep step = judge(phase, {.quantile = 0.95, .at_most = Nanos{60 * kSecond}});
  EXPECT_EQ(step.over_ratio, 0);
  EXPECT_EQ(step.verdict, PointVerdict::kFail) << step.reason;
  EXPECT_NE(step.reason.find("faster than they left"), std::string::npos) << step.reason;
}

TEST(Judge, AQueueThatGrowsIsSeenHoweverManyComeAndAlsoBehindAWarmUp) {
  // 100 a second leave, from an empty system or one in which 2 s of the same load waited already.
  for (std::int64_t per_s : {130, 200, 1000, 5000}) {
    for (std::int64_t warm_up : {std::int64_t{0}, 2 * kSecond}) {
      Phase phase = empty_phase(warm_up, warm_up + 10 * kSecond);
      for (std::int64_t k = 0; k < per_s * (warm_up / kSecond + 10); ++k) {
        std::int64_t due = k * kSecond / per_s;
        add(phase, answered_after(due, (k + 1) * 10 * kMs - due));
      }
      SearchStep step = judge(phase, {.quantile = 0.95, .at_most = Nanos{6000 * kSecond}});
      EXPECT_EQ(step.verdict, PointVerdict::kFail) << per_s << ": " << step.reason;
      EXPECT_NE(step.reason.find("faster than they left"), std::string::npos) << step.reason;
    }
  }
}

TEST(Judge, AStayNearlyAsLongAsTheWindowIsNoGrowingQueue) {
  Phase phase = even_phase(10 * kSecond, 10 * kMs, 8 * kSecond);
  SearchStep step = judge(phase, {.quantile = 0.95, .at_most = Nanos{20 * kSecond}});
  EXPECT_NE(step.verdict, PointVerdict::kFail) << step.reason;
}

TEST(Judge, ALongButSteadyStayIsNoGrowingQueue) {
  // 1 s in the system each, 100 a second: 100 are there at the end, and Little's law says 100.
  Phase phase = even_phase(10 * kSecond, 10 * kMs, kSecond);
  SearchStep step = judge(phase, {.quantile = 0.95, .at_most = Nanos{2 * kSecond}});
  EXPECT_EQ(step.verdict, PointVerdict::kPass) << step.reason;
}

TEST(Judge, AStallAtTheEndIsNoGrowingQueue) {
  Phase phase = even_phase(10 * kSecond, 2 * kMs, 4 * kMs);
  for (RequestRecord& record : phase.requests) {
    if (record.due_ns >= 9'300 * kMs) record.done_ns = 10'300 * kMs;
  }
  SearchStep step = judge(phase, {.quantile = 0.95, .at_most = Nanos{kSecond}});
  EXPECT_EQ(step.over_ratio, 0);
  EXPECT_NE(step.verdict, PointVerdict::kFail) << "350 of 5000 are there: " << step.reason;
}

TEST(Judge, TheRampUpOfAnEmptyQueueIsLeftOutAndSaid) {
  // The longer a queue's memory, the more: about three correlation times, a quarter at most.
  SearchStep light = judge(simulated_queue(0.3, 100, 4000, 0, 1), kSlo);
  SearchStep heavy = judge(simulated_queue(0.9, 100, 4000, 0, 1), kSlo);
  EXPECT_LT(light.ramp_up_requests, 30u);
  EXPECT_GT(heavy.ramp_up_requests, 100u);
  EXPECT_LE(heavy.ramp_up_requests, 1000u);
  EXPECT_EQ(heavy.requests, 4000 - heavy.ramp_up_requests);
  EXPECT_NE(heavy.reason.find("at the start (up to"), std::string::npos) << heavy.reason;
  EXPECT_EQ(judge(even_phase(10 * kSecond, 10 * kMs, 20 * kMs), kSlo).ramp_up_requests, 0u)
      << "what never changes has no ramp-up";
}

TEST(Judge, AContinuedLookIsJudgedAsOne) {
  Phase first = even_phase(2 * kSecond, 50 * kMs, 20 * kMs), second = even_phase(4 * kSecond, 50 * kMs, 20 * kMs);
  second.id = 7;
  EXPECT_EQ(judge(first, kSlo).verdict, PointVerdict::kInconclusive);
  EXPECT_EQ(judge(second, kSlo).verdict, PointVerdict::kInconclusive);
  const Phase* const both[] = {&first, &second};
  SearchStep step = judge(both, kSlo);
  EXPECT_EQ(step.verdict, PointVerdict::kPass) << step.reason;
  EXPECT_EQ(step.requests, 120u);
  EXPECT_EQ(step.length_ns, 6 * kSecond);
  EXPECT_EQ(step.phases, (std::vector<std::uint32_t>{0, 7}));
  EXPECT_EQ(step.phase, 7u);
}

TEST(Judge, AnInconclusiveLookSaysHowManyRequestsWouldTell) {
  SearchStep step = judge(even_phase(2 * kSecond, 50 * kMs, 20 * kMs), kSlo);
  ASSERT_TRUE(step.needed_requests);
  EXPECT_GE(*step.needed_requests, 80) << "5 % allowed and none over: 4 / 0.05 and more";
  EXPECT_LE(*step.needed_requests, 150);
}

TEST(Judge, EveryTermIsJudgedAndTheReasonNamesTheOneThatFails) {
  Slo two{.quantile = 0.95, .at_most = Nanos{100 * kMs}};
  two.also.push_back({LatencyMetric::kService, 0.99, Nanos{10 * kMs}});
  Phase phase = even_phase(20 * kSecond, 10 * kMs, 20 * kMs);
  SearchStep step = judge(phase, two);
  ASSERT_EQ(step.terms.size(), 2u);
  EXPECT_EQ(step.terms[0].verdict, PointVerdict::kPass);
  EXPECT_EQ(step.terms[1].verdict, PointVerdict::kFail);
  EXPECT_EQ(step.verdict, PointVerdict::kFail);
  EXPECT_EQ(step.over_ratio, 1) << "that of the failing term";
  EXPECT_EQ(step.reason.find("service: "), 0u) << step.reason;
  two.also[0].at_most = Nanos{30 * kMs};
  EXPECT_EQ(judge(phase, two).verdict, PointVerdict::kPass);
}

TEST(Judge, ATermThatNoAnswerHasIsInconclusive) {
  Slo two{.quantile = 0.95, .at_most = Nanos{100 * kMs}};
  two.also.push_back({LatencyMetric::kTpot, 0.95, Nanos{10 * kMs}});
  SearchStep step = judge(even_phase(20 * kSecond, 10 * kMs, 20 * kMs), two);
  EXPECT_EQ(step.verdict, PointVerdict::kInconclusive);
  EXPECT_NE(step.reason.find("no answer has a tpot"), std::string::npos) << step.reason;
}

TEST(Judge, WhatIsTurnedAwayIsToldApartFromWhatIsSlow) {
  Phase phase = even_phase(10 * kSecond, 10 * kMs, 20 * kMs);
  for (std::size_t i = 0; i < 1000; i += 5) phase.requests[i].status = RequestStatus::kRejected;
  SearchStep step = judge(phase, kSlo);
  EXPECT_EQ(step.verdict, PointVerdict::kFail);
  EXPECT_NEAR(step.turned_away_ratio, 0.2, 0.01);
  EXPECT_EQ(step.answered_ns, 20.0 * kMs);
}

TEST(Judge, ArrivalsAndDeparturesAreHeldAgainstEachOther) {
  SearchStep even = judge(even_phase(10 * kSecond, 10 * kMs, 20 * kMs), kSlo);
  EXPECT_NEAR(even.in_system, 2, 0.01);
  EXPECT_NEAR(even.in_system_by_law.value(), 2, 0.01);
  EXPECT_NEAR(even.rate_deficit, 0.002, 1e-9) << "2 of 1000 were there at the end";
  EXPECT_NEAR(even.rate_deficit_noise, 0.002 + 2 * std::sqrt(2000.0) / 1000, 1e-9);
}

TEST(Judge, WhatHasNotLeftAtTheEndOfTheWindowIsNoPass) {
  // 200,000 requests, and the last 1,500 stall: within a lax limit in the end, but beyond chance.
  Phase stall = even_phase(400 * kSecond, 2 * kMs, 4 * kMs);
  for (RequestRecord& record : stall.requests) {
    if (record.due_ns >= 397 * kSecond) record.done_ns = 403 * kSecond;
  }
  SearchStep step = judge(stall, {.quantile = 0.95, .at_most = Nanos{8 * kSecond}});
  EXPECT_EQ(step.terms[0].verdict, PointVerdict::kPass);
  EXPECT_EQ(step.verdict, PointVerdict::kInconclusive) << step.reason;
  EXPECT_NE(step.reason.find("had not left at the end"), std::string::npos) << step.reason;
  EXPECT_NE(step.reason.find("Little's law disagrees"), std::string::npos) << step.reason;
}

TEST(Judge, ThePhaseMayBeginAtAnyTime) {
  Phase early = even_phase(10 * kSecond, 10 * kMs, 20 * kMs), late = early;
  late.begin_ns += 12'345'678'901;
  late.end_ns += 12'345'678'901;
  for (RequestRecord& record : late.requests) {
    record.due_ns += 12'345'678'901;
    record.sent_ns += 12'345'678'901;
    record.done_ns += 12'345'678'901;
  }
  EXPECT_EQ(judge(early, kSlo).reason, judge(late, kSlo).reason);
  EXPECT_EQ(judge(early, kSlo).achieved_per_s, judge(late, kSlo).achieved_per_s);
}

// --- Error rates where the true share over the limit is exactly the allowed one (R24) ---

struct Rates {
  double pass = 0;
  double fail = 0;
};

// M/M/1: the time in the system is exponential with mean 1 / (mu - lambda), so the limit at which
// exactly a share 1 - q is over is ln(1 / (1 - q)) / (mu - lambda).
Rates error_rates(double load, int count, int warm, int runs) {
  constexpr double kService = 100;
  double limit_s = std::log(1 / 0.05) / ((1 - load) * kService);
  Slo slo{.quantile = 0.95, .at_most = Nanos{static_cast<std::int64_t>(limit_s * 1e9)}};
  Rates rates;
  for (int run = 0; run < runs; ++run) {
    Phase phase = simulated_queue(load, kService, count, warm, static_cast<std::uint64_t>(run));
    PointVerdict verdict = judge(phase, slo).verdict;
    rates.pass += verdict == PointVerdict::kPass ? 1.0 / runs : 0;
    rates.fail += verdict == PointVerdict::kFail ? 1.0 / runs : 0;
  }
  return rates;
}

// At most 5 % in the long run (docs/methodology.md); two standard errors of 300 runs are 2.5 %.
TEST(JudgeErrorRates, AtNineTenthsLoadAtMostFivePercentPassFalsely) {
  for (int count : {400, 3000}) {
    Rates rates = error_rates(0.9, count, 5'000, 300);
    EXPECT_LE(rates.pass, 0.075) << count;
    EXPECT_LE(rates.fail, 0.075) << count;
  }
}

TEST(JudgeErrorRates, AtHalfLoadAtMostFivePercentPassFalsely) {
  for (int count : {150, 800}) {
    Rates rates = error_rates(0.5, count, 100, 300);
    EXPECT_LE(rates.pass, 0.075) << count;
    EXPECT_LE(rates.fail, 0.075) << count;
  }
}

TEST(JudgeErrorRates, AQueueThatStartedEmptyDoesNotPassFalselyEither) {
  // The case of every look: the first requests find nobody before them.
  for (int count : {150, 600}) {
    EXPECT_LE(error_rates(0.9, count, 0, 300).pass, 0.075) << count;
  }
}

TEST(JudgeErrorRates, FarFromTheLimitAnswersAreFound) {
  // Half the load of a limit kept at 0.9 passes nearly always, twice the capacity fails always.
  Slo slo{.quantile = 0.95, .at_most = Nanos{299'573'227}};
  int passed = 0, failed = 0;
  for (std::uint64_t run = 0; run < 20; ++run) {
    passed += judge(simulated_queue(0.45, 100, 600, 0, run), slo).verdict == PointVerdict::kPass;
    failed += judge(simulated_queue(2, 100, 600, 0, run), slo).verdict == PointVerdict::kFail;
  }
  EXPECT_GE(passed, 18);
  EXPECT_EQ(failed, 20);
}

}  // namespace
}  // namespace lynxbench::metrics
