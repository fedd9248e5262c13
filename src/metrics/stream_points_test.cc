// Figures of a server whose answers are made by hand: each value follows by arithmetic.
#include "metrics/stream_points.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "metrics/metrics.h"
#include "metrics/phases_for_test.h"
#include "model/json.h"
#include "model/metric.h"

namespace lynxbench::metrics {
namespace {

constexpr std::uint32_t kSessions = 5;

Contract contract() {
  Contract contract;
  contract.target.kind = "openai-chat";
  contract.slo = {0.95, Nanos{100 * kMs}, LatencyMetric::kE2e, {}};
  contract.load.sessions = kSessions;
  contract.load.points = {{"half", LoadSpec{}, Nanos{4 * kSecond}}};
  contract.decision.figure = "throughput@half";
  contract.decision.bound.at_least = 1;
  return contract;
}

// Due at `due`: sent 1 ms later, first byte after 10 ms, first event after 11, reasoning after 20, the
// answer itself after 30, 40 and 60 ms, done after 61; 8 tokens.
RequestRecord streamed(std::int64_t due) {
  RequestRecord record = answered_after(due, 61 * kMs);
  record.sent_ns = due + kMs;
  record.first_byte_ns = due + 10 * kMs;
  Exchange exchange;
  exchange.written_ns = due + 2 * kMs;
  exchange.first_event_ns = due + 11 * kMs;
  exchange.first_content_ns = due + 20 * kMs;
  exchange.first_answer_ns = due + 30 * kMs;
  exchange.last_content_ns = due + 60 * kMs;
  for (std::int64_t at : {20, 30, 40, 60}) {
    exchange.chunks.push_back({due + at * kMs, 0, Channel::kAnswer, false});
  }
  exchange.content_chunks = 4;
  exchange.completion_tokens = 8;
  exchange.prompt_tokens = 30;
  record.exchange = exchange;
  return record;
}

RequestRecord failed(std::int64_t due, Failure failure) {
  RequestRecord record = with_status(due, RequestStatus::kFailed);
  record.exchange = Exchange{};
  record.exchange->failure = failure;
  return record;
}

// Each session: 400 requests, one every 10 ms, made by `make(number, due)`.
template <typename Make>
RunRecord run_of(const Make& make) {
  RunRecord run;
  for (std::uint32_t session = 1; session <= kSessions; ++session) {
    Phase warm_up = even_phase(2 * kSecond, 10 * kMs, 10 * kMs);
    warm_up.kind = PhaseKind::kWarmUp;
    warm_up.session = session;
    Phase phase = empty_phase(0, 4 * kSecond);
    phase.kind = PhaseKind::kMeasure;
    phase.point = "half";
    phase.session = session;
    phase.offered_per_s = 100;
    for (std::int64_t i = 0; i < 400; ++i) add(phase, make(i, i * 10 * kMs));
    for (Phase* each : {&warm_up, &phase}) {
      each->id = static_cast<std::uint32_t>(run.phases.size());
      run.phases.push_back(std::move(*each));
    }
  }
  return run;
}

RunRecord streams() {
  return run_of([](std::int64_t, std::int64_t due) { return streamed(due); });
}

double value(const Figures& figures, const std::string& id) {
  auto found = figures.figures.find(id);
  EXPECT_NE(found, figures.figures.end()) << id;
  if (found == figures.figures.end()) return -1;
  EXPECT_TRUE(found->second.value.has_value()) << id << ": " << found->second.withheld;
  return found->second.value.value_or(-1);
}

std::string withheld(const Figures& figures, const std::string& id) {
  const Estimate& estimate = figures.figures.at(id);
  EXPECT_FALSE(estimate.value.has_value()) << id;
  return estimate.withheld;
}

TEST(StreamPoints, EveryVariantOfTheFirstTokenCountsFromDue) {
  Figures figures = derive(contract(), streams(), {});
  EXPECT_EQ(value(figures, "ttft_first_byte.p95@half"), 10.0 * kMs);
  EXPECT_EQ(value(figures, "ttft_first_event.p95@half"), 11.0 * kMs);
  EXPECT_EQ(value(figures, "ttft.p95@half"), 20.0 * kMs);
  EXPECT_EQ(value(figures, "ttft_first_answer.p95@half"), 30.0 * kMs);
  EXPECT_EQ(figures.figures.at("ttft.p95@half").by_session.size(), kSessions);
  EXPECT_EQ(figures.figures.at("ttft.p95@half").samples, 2000U);
}

TEST(StreamPoints, GapsBetweenChunksAndTimePerTokenAreTheirOwn) {
  Figures figures = derive(contract(), streams(), {});
  // Gaps of 10, 10 and 20 ms; (60 - 20) ms over 7 tokens.
  EXPECT_EQ(value(figures, "itl.p50@half"), 10.0 * kMs);
  EXPECT_EQ(value(figures, "itl.p90@half"), 20.0 * kMs);
  EXPECT_EQ(value(figures, "tpot.p50@half"), 5'714'286);
}

TEST(StreamPoints, TokensAreThoseOfTheAnswersThatCameInTheWindow) {
  Figures figures = derive(contract(), streams(), {});
  // The last six of the 400 answers come after the window of 4 s: 394 x 8 tokens.
  EXPECT_EQ(value(figures, "tokens_per_s@half"), 394 * 8 / 4.0);
  EXPECT_EQ(value(figures, "prompt_tokens_per_s@half"), 394 * 30 / 4.0);
}

TEST(StreamPoints, ChunksAreNoTokens) {
  Figures figures = derive(contract(), run_of([](std::int64_t, std::int64_t due) {
                             RequestRecord record = streamed(due);
                             record.exchange->completion_tokens.reset();
                             return record;
                           }), {});
  EXPECT_NE(withheld(figures, "tokens_per_s@half").find("chunks are no tokens"), std::string::npos);
  EXPECT_NE(withheld(figures, "tpot.p50@half").find("chunks are no tokens"), std::string::npos);
  EXPECT_EQ(value(figures, "itl.p50@half"), 10.0 * kMs);
}

TEST(StreamPoints, AFailureCountsUnderItsOwnName) {
  Figures figures = derive(contract(), run_of([](std::int64_t i, std::int64_t due) {
                             if (i % 10 == 0) return failed(due, Failure::kTimeout);
                             if (i % 20 == 1) return failed(due, Failure::kBusy);
                             return streamed(due);
                           }), {});
  EXPECT_EQ(value(figures, "failures.timeout@half"), 0.1);
  EXPECT_EQ(value(figures, "failures.busy@half"), 0.05);
  EXPECT_EQ(value(figures, "failures.connect@half"), 0);
  EXPECT_DOUBLE_EQ(value(figures, "errors@half"), 0.15);
}

TEST(StreamPoints, EveryFailureHasAFigure) {
  Figures figures = derive(contract(), streams(), {});
  for (std::size_t i = 1; i < kFailureCount; ++i) {
    std::string name(name_of(static_cast<Failure>(i)));
    EXPECT_TRUE(figures.figures.contains("failures." + name + "@half")) << name;
  }
}

TEST(StreamPoints, GoodputKeepsEveryTermOfTheSlo) {
  Contract strict = contract();
  EXPECT_EQ(value(derive(strict, streams(), {}), "goodput@half"), 394 / 4.0);
  strict.slo.also = {{LatencyMetric::kTtft, 0.9, Nanos{20 * kMs}}, {LatencyMetric::kTpot, 0.9, Nanos{6 * kMs}}};
  EXPECT_EQ(value(derive(strict, streams(), {}), "goodput@half"), 394 / 4.0);
  strict.slo.also[1].at_most = Nanos{5 * kMs};
  EXPECT_EQ(value(derive(strict, streams(), {}), "goodput@half"), 0);
  EXPECT_EQ(value(derive(strict, streams(), {}), "throughput@half"), 394 / 4.0);
}

TEST(StreamPoints, AnAnswerOfOneTokenKeepsALimitOnTheTimeBetweenTokens) {
  RequestRecord one = streamed(0);
  one.exchange->completion_tokens = 1;
  std::vector<SloTerm> between{{LatencyMetric::kTpot, 0.9, Nanos{1}}};
  EXPECT_TRUE(is_good(one, between));
  std::vector<SloTerm> first{{LatencyMetric::kTtft, 0.9, Nanos{kSecond}}};
  EXPECT_TRUE(is_good(one, first));
  one.exchange->first_content_ns.reset();
  EXPECT_FALSE(is_good(one, first));
  EXPECT_FALSE(is_good(failed(0, Failure::kClosed), between));
}

Contract scored() {
  Contract scored = contract();
  scored.workload.accuracy = {ScoreMethod::kContains, {}, 0.9};
  return scored;
}

RunRecord right_one_in(std::int64_t n) {
  return run_of([n](std::int64_t i, std::int64_t due) {
    RequestRecord record = streamed(due);
    record.input = static_cast<std::uint32_t>(i);
    record.exchange->score = i % n != 0 ? 1 : 0;
    return record;
  });
}

TEST(Accuracy, BelowTheFloorTheDecisionIsMissedHoweverFast) {
  Figures figures = derive(scored(), right_one_in(4), {});
  EXPECT_EQ(value(figures, "accuracy@half"), 0.75);
  EXPECT_EQ(figures.decision.verdict, "missed");
  EXPECT_NE(figures.decision.reason.find("not right enough"), std::string::npos) << figures.decision.reason;
}

TEST(Accuracy, WellAboveTheFloorTheDecisionIsTheFigures) {
  Figures figures = derive(scored(), right_one_in(100), {});
  EXPECT_EQ(value(figures, "accuracy@half"), 0.99);
  EXPECT_EQ(figures.decision.verdict, "met") << figures.decision.reason;
}

TEST(Accuracy, AtTheFloorTooFewInputsShowItAndNothingIsDecided) {
  Figures figures = derive(scored(), right_one_in(10), {});
  EXPECT_EQ(value(figures, "accuracy@half"), 0.9);
  EXPECT_EQ(figures.decision.verdict, "undecided");
}

TEST(Accuracy, WithoutAComparedAnswerNothingIsDecided) {
  Figures figures = derive(scored(), streams(), {});
  EXPECT_EQ(figures.decision.verdict, "undecided");
  EXPECT_NE(withheld(figures, "accuracy@half").find("compared"), std::string::npos);
}

TEST(Accuracy, WithoutAFloorItIsNoFigure) {
  EXPECT_FALSE(derive(contract(), right_one_in(4), {}).figures.contains("accuracy@half"));
}

TEST(StreamPoints, AFigureThatTheTargetCannotHaveIsNotThere) {
  auto has = [](const std::string& kind, Streaming streaming, const std::string& metric) {
    Contract other = contract();
    other.target.kind = kind;
    other.target.endpoint.stream = streaming;
    return derive(other, streams(), {}).figures.contains(metric + "@half");
  };
  EXPECT_FALSE(has("embedded", Streaming::kOn, "ttft.p50"));
  EXPECT_FALSE(has("embedded", Streaming::kOn, "failures.busy"));
  EXPECT_TRUE(has("openai-chat", Streaming::kOn, "ttft.p50"));
  EXPECT_FALSE(has("openai-chat", Streaming::kOff, "ttft.p50"));
  EXPECT_TRUE(has("openai-chat", Streaming::kOff, "tokens_per_s"));
  EXPECT_TRUE(has("kserve-grpc", Streaming::kOn, "itl.p50"));
  EXPECT_FALSE(has("kserve-grpc", Streaming::kOn, "tokens_per_s"));
  EXPECT_FALSE(has("http", Streaming::kOn, "ttft.p50"));
  EXPECT_TRUE(has("http", Streaming::kOn, "ttft_first_byte.p50"));
}

TEST(Validity, WhatTheClientSaysOfItselfDecidesInMeasuredPhasesAndIsNotedInTheSearch) {
  Contract strict = contract();
  RunRecord run = streams();
  InstrumentAudit stalled;
  stalled.due = stalled.sent = 400;
  stalled.stall_probes = 100;
  stalled.stalls = 1;
  stalled.stall_longest_ns = kSecond;
  run.phases[1].audit = stalled;
  Figures figures = derive(strict, run, {});
  EXPECT_FALSE(figures.validity.valid);
  ASSERT_EQ(figures.validity.reasons.size(), 1U);
  EXPECT_NE(figures.validity.reasons[0].find("point half of session 1: the client itself stood still"),
            std::string::npos)
      << figures.validity.reasons[0];
  EXPECT_EQ(figures.decision.verdict, "undecided");
  run.phases[1].audit.reset();
  Phase look = run.phases[1];
  look.kind = PhaseKind::kSearch;
  look.point = "";
  look.audit = stalled;
  run.phases.push_back(look);
  Figures searched = derive(strict, run, {});
  EXPECT_TRUE(searched.validity.valid);
  // The contract's limits judge, not the words that were stored.
  strict.limits.stall_longest = Nanos{2 * kSecond};
  run.phases[1].audit = stalled;
  run.phases[1].audit->invalid = {"stored words"};
  EXPECT_TRUE(derive(strict, run, {}).validity.valid);
}

}  // namespace
}  // namespace lynxbench::metrics
