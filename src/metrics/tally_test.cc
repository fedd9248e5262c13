#include "metrics/tally.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/metrics.h"

namespace lynxbench::metrics {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMs;
// Times in the tests count from an epoch 100 s before the load.
constexpr std::int64_t kBegin = 100 * kSecond;

TallySpec spec(std::int64_t warm_up_ns, std::int64_t length_ns, std::vector<SloTerm> slo = {}) {
  return {.loop = Loop::kOpen, .begin_ns = kBegin, .warm_up_ns = warm_up_ns, .end_ns = kBegin + length_ns, .slo = std::move(slo)};
}

RequestRecord answered_at(std::int64_t due_ns, std::int64_t lag_ns, std::int64_t service_ns) {
  RequestRecord record;
  record.status = RequestStatus::kOk;
  record.due_ns = kBegin + due_ns;
  record.sent_ns = record.due_ns + lag_ns;
  record.first_byte_ns = record.sent_ns + service_ns / 2;
  record.done_ns = record.sent_ns + service_ns;
  return record;
}

RequestRecord failed_at(std::int64_t due_ns, Failure failure, const std::string& detail) {
  RequestRecord record = answered_at(due_ns, 0, kMs);
  record.status = RequestStatus::kFailed;
  Exchange exchange;
  exchange.failure = failure;
  exchange.detail = detail;
  record.exchange = exchange;
  return record;
}

// Chunks of one token each, the first `ttft_ns` after sent, then every `gap_ns`.
RequestRecord streamed_at(std::int64_t due_ns, std::int64_t ttft_ns, std::int64_t gap_ns, std::uint32_t chunks) {
  RequestRecord record = answered_at(due_ns, 0, ttft_ns + gap_ns * chunks);
  Exchange exchange;
  exchange.first_content_ns = record.sent_ns + ttft_ns;
  exchange.first_event_ns = exchange.first_content_ns;
  exchange.first_answer_ns = exchange.first_content_ns;
  exchange.last_content_ns = record.sent_ns + ttft_ns + gap_ns * (chunks - 1);
  exchange.content_chunks = chunks;
  exchange.completion_tokens = chunks;
  exchange.prompt_tokens = 50;
  for (std::uint32_t i = 0; i < chunks; ++i) {
    exchange.chunks.push_back({record.sent_ns + ttft_ns + gap_ns * i, 1, Channel::kAnswer, true});
  }
  record.exchange = exchange;
  return record;
}

LoadFigures figures_of(Tally tally, LoadEnd end = {}) { return std::move(tally).figures(end); }

double value(const LoadFigures& figures, const std::string& id) {
  const Estimate& estimate = figures.figures.at(id);
  EXPECT_TRUE(estimate.value) << id << ": " << estimate.withheld;
  return estimate.value.value_or(-1);
}

TEST(Tally, ARowOfEveryRequestTakes32Bytes) {
  EXPECT_EQ(sizeof(LoadRow), 32u);
}

TEST(Tally, PercentilesAreExactFromDueAndFromSent) {
  Tally tally(spec(0, kSecond));
  // Service 1, 2, ... 600 us in a mixed order, each sent 10 us late.
  for (std::int64_t i = 0; i < 600; ++i) tally.take(answered_at(i * kMs, 10'000, ((i * 7) % 600 + 1) * 1'000 + 3));
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_EQ(value(figures, "service.p50"), 300'003);
  EXPECT_EQ(value(figures, "service.p99"), 594'003);
  EXPECT_EQ(value(figures, "service.max"), 600'003);
  EXPECT_EQ(value(figures, "e2e.p50"), 310'003);
  EXPECT_EQ(value(figures, "e2e.max"), 610'003);
  EXPECT_EQ(value(figures, "schedule_lag.p99"), 10'000);
  EXPECT_EQ(figures.figures.at("e2e.p50").samples, 600u);
  const Estimate& median = figures.figures.at("e2e.p50");
  ASSERT_TRUE(median.low && median.high);
  EXPECT_LT(*median.low, *median.value);
  EXPECT_GT(*median.high, *median.value);
}

TEST(Tally, APercentileWithTooFewRequestsIsWithheld) {
  Tally tally(spec(0, kSecond));
  for (std::int64_t i = 0; i < 499; ++i) tally.take(answered_at(i * kMs, 0, kMs));
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_FALSE(figures.figures.at("e2e.p99").value);
  EXPECT_EQ(figures.figures.at("e2e.p99").withheld, "499 requests: p99 needs 500");
  EXPECT_TRUE(figures.figures.at("e2e.p95").value);
}

TEST(Tally, RampUpAndDrainAreInNoRate) {
  // One request a millisecond for 3 s, each served 500 ms; the window is the last 2 s.
  Tally tally(spec(kSecond, 3 * kSecond));
  for (std::int64_t i = 0; i < 3000; ++i) tally.take(answered_at(i * kMs, 0, 500 * kMs));
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_EQ(figures.counts.due, 2000u);
  EXPECT_EQ(figures.counts.warm_up, 1000u);
  // Done in [1 s, 3 s): those due in [0.5 s, 2.5 s).
  EXPECT_EQ(value(figures, "throughput"), 1000);
  EXPECT_EQ(figures.figures.at("throughput").samples, 2000u);
  EXPECT_EQ(value(figures, "concurrency"), 500);
  EXPECT_EQ(figures.drain_ns, 499 * kMs);
  EXPECT_EQ(*figures.offered_per_s, 1000);
}

TEST(Tally, EveryFailureIsCountedUnderItsNameAndInTheRates) {
  std::vector<SloTerm> slo{{LatencyMetric::kE2e, 0.5, Nanos{2 * kMs}}};
  Tally tally(spec(0, kSecond, slo));
  for (std::int64_t i = 0; i < 60; ++i) tally.take(answered_at(i * kMs, 0, kMs));
  for (std::int64_t i = 0; i < 10; ++i) tally.take(answered_at(100 * kMs + i * kMs, 0, 3 * kMs));  // late
  for (std::int64_t i = 0; i < 20; ++i) {
    tally.take(failed_at(200 * kMs + i * kMs, Failure::kStatus, i < 15 ? "HTTP 500: out of memory" : "HTTP 404"));
  }
  for (std::int64_t i = 0; i < 5; ++i) tally.take(failed_at(300 * kMs + i * kMs, Failure::kCutStream, "cut"));
  RequestRecord gone = answered_at(400 * kMs, 0, 0);
  gone.status = RequestStatus::kUnfinished;
  tally.take(gone);
  RequestRecord unsent;
  unsent.due_ns = kBegin + 500 * kMs;
  for (int i = 0; i < 4; ++i) tally.take(unsent);
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_EQ(figures.counts.due, 100u);
  EXPECT_EQ(figures.counts.ok, 70u);
  EXPECT_EQ(figures.counts.good, 60u);
  EXPECT_EQ(figures.counts.failed, 25u);
  EXPECT_EQ(figures.counts.unfinished, 1u);
  EXPECT_EQ(figures.counts.unsent, 4u);
  EXPECT_EQ(value(figures, "throughput"), 70);
  EXPECT_EQ(value(figures, "goodput"), 60);
  EXPECT_EQ(value(figures, "errors"), 0.3);
  ASSERT_EQ(figures.failures.size(), 4u);
  EXPECT_EQ(figures.failures[0].kind, "status");
  EXPECT_EQ(figures.failures[0].count, 20u);
  EXPECT_EQ(figures.failures[0].ratio, 0.2);
  ASSERT_EQ(figures.failures[0].details.size(), 2u);
  EXPECT_EQ(figures.failures[0].details[0].text, "HTTP 500: out of memory");
  EXPECT_EQ(figures.failures[0].details[0].count, 15u);
  EXPECT_EQ(figures.failures[1].kind, "cut_stream");
  EXPECT_EQ(figures.failures[2].kind, "unsent");
  EXPECT_EQ(figures.failures[3].kind, "unfinished");
  // 40 of 100 over or failed, 50 % allowed.
  EXPECT_EQ(figures.slo[0].step.over_ratio, 0.4);
  EXPECT_EQ(figures.slo[0].step.requests, 100u);
}

TEST(Tally, ManyTextsOfOneFailureAreCutShort) {
  Tally tally(spec(0, kSecond));
  for (int i = 0; i < 50; ++i) tally.take(failed_at(i * kMs, Failure::kStatus, "text " + std::to_string(i)));
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_EQ(figures.failures[0].count, 50u);
  ASSERT_EQ(figures.failures[0].details.size(), 6u);
  EXPECT_EQ(figures.failures[0].details[0].text, "(other texts)");
  EXPECT_EQ(figures.failures[0].details[0].count, 45u);
}

TEST(Tally, StreamsHaveGapsAndTokensPerSecond) {
  Tally tally(spec(0, kSecond));
  for (std::int64_t i = 0; i < 100; ++i) tally.take(streamed_at(i * kMs, 20 * kMs, 10 * kMs, 8));
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_EQ(value(figures, "ttft.p50"), 20 * kMs);
  EXPECT_EQ(value(figures, "ttft_from_sent.max"), 20 * kMs);
  EXPECT_NEAR(value(figures, "tpot.p50"), 10 * kMs, 10 * kMs / 1024.0);
  EXPECT_NEAR(value(figures, "itl.p99"), 10 * kMs, 10 * kMs / 1024.0);
  EXPECT_EQ(figures.figures.at("itl.p99").samples, 700u);
  EXPECT_NEAR(value(figures, "itl_per_token.p50"), 10 * kMs, 10 * kMs / 1024.0);
  EXPECT_EQ(value(figures, "tokens_per_s"), 800);
  EXPECT_EQ(value(figures, "prompt_tokens_per_s"), 5000);
  EXPECT_EQ(value(figures, "output_tokens.p50"), 8);
}

TEST(Tally, OneAnswerWithoutATokenCountWithholdsTheTokenRate) {
  Tally tally(spec(0, kSecond));
  for (std::int64_t i = 0; i < 20; ++i) tally.take(streamed_at(i * kMs, 20 * kMs, 10 * kMs, 8));
  RequestRecord uncounted = streamed_at(30 * kMs, 20 * kMs, 10 * kMs, 8);
  uncounted.exchange->completion_tokens.reset();
  for (Chunk& chunk : uncounted.exchange->chunks) chunk.counted = false;
  tally.take(uncounted);
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_FALSE(figures.figures.at("tokens_per_s").value);
  EXPECT_EQ(figures.figures.at("tokens_per_s").withheld,
            "the server did not count the tokens of 1 of 21 answers (chunks are no tokens)");
  EXPECT_FALSE(figures.figures.at("itl_per_token.p50").value);
  EXPECT_TRUE(figures.figures.at("itl.p50").value);
}

TEST(Tally, ASloOnTtftOfAnswersInOnePieceIsInconclusive) {
  Tally tally(spec(0, kSecond, {{LatencyMetric::kTtft, 0.95, Nanos{kSecond}}}));
  for (std::int64_t i = 0; i < 200; ++i) tally.take(answered_at(i * kMs, 0, kMs));
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_EQ(figures.slo[0].step.verdict, PointVerdict::kInconclusive);
  EXPECT_EQ(figures.slo[0].step.reason, "no answer has a ttft: none came in pieces");
}

TEST(Tally, SeveralTermsAreJudgedEachByItself) {
  Tally tally(spec(0, kSecond, {{LatencyMetric::kTtft, 0.9, Nanos{100 * kMs}}, {LatencyMetric::kTpot, 0.9, Nanos{5 * kMs}}}));
  Random random(3, "tally");
  for (std::int64_t i = 0; i < 900; ++i) {
    tally.take(streamed_at(i * kMs, static_cast<std::int64_t>(random.uniform() * 50) * kMs, 10 * kMs, 8));
  }
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_EQ(figures.slo[0].step.verdict, PointVerdict::kPass);
  EXPECT_EQ(figures.slo[0].term, "p90 ttft ≤ 100ms");
  EXPECT_EQ(figures.slo[1].step.verdict, PointVerdict::kFail);
  EXPECT_EQ(figures.slo[1].step.over_ratio, 1);
  EXPECT_EQ(figures.counts.good, 0u);
}

TEST(Tally, AValueAtTheLimitKeepsItAlsoWhereValuesAreRounded) {
  Tally tally(spec(0, kSecond, {{LatencyMetric::kTpot, 0.5, Nanos{10 * kMs}}}));
  for (std::int64_t i = 0; i < 300; ++i) tally.take(streamed_at(i * kMs, kMs, 10 * kMs, 8));
  EXPECT_EQ(figures_of(std::move(tally)).slo[0].step.over_ratio, 0);
}

TEST(Tally, RequestsThatComeFasterThanTheyLeaveFailHoweverLaxTheLimit) {
  Tally tally(spec(0, 4 * kSecond, {{LatencyMetric::kE2e, 0.5, Nanos{3600 * kSecond}}}));
  // 1000/s come, 500/s leave.
  for (std::int64_t i = 0; i < 4000; ++i) tally.take(answered_at(i * kMs, 0, (i + 1) * kMs));
  SearchStep step = figures_of(std::move(tally)).slo[0].step;
  EXPECT_EQ(step.verdict, PointVerdict::kFail);
  EXPECT_NE(step.reason.find("faster than they left"), std::string::npos) << step.reason;
}

TEST(Tally, AndAtManyTimesWhatLeaves) {
  Tally tally(spec(0, 4 * kSecond, {{LatencyMetric::kE2e, 0.5, Nanos{3600 * kSecond}}}));
  // 1000/s come, 50/s leave.
  for (std::int64_t i = 0; i < 4000; ++i) tally.take(answered_at(i * kMs, 0, (i + 1) * 20 * kMs - i * kMs));
  SearchStep step = figures_of(std::move(tally)).slo[0].step;
  EXPECT_EQ(step.verdict, PointVerdict::kFail);
  EXPECT_NE(step.reason.find("faster than they left"), std::string::npos) << step.reason;
}

TEST(Tally, AStoppedLoadEndsWhereItWasStopped) {
  Tally tally(spec(0, 10 * kSecond));
  for (std::int64_t i = 0; i < 2000; ++i) tally.take(answered_at(i * kMs, 0, kMs));
  for (int i = 0; i < 8000; ++i) tally.leave_out();
  LoadFigures figures = figures_of(std::move(tally), {.end_ns = kBegin + 2 * kSecond, .complete = false, .last_done_ns = 0});
  EXPECT_FALSE(figures.complete);
  EXPECT_EQ(figures.window_ns, 2 * kSecond);
  EXPECT_EQ(figures.counts.due, 2000u);
  EXPECT_EQ(figures.counts.left_out, 8000u);
  EXPECT_NEAR(value(figures, "throughput"), 1000, 1);
}

TEST(Tally, ThreadsSharesPutTogetherAreTheWhole) {
  Tally whole(spec(0, 100 * kSecond)), first(spec(0, 100 * kSecond)), second(spec(0, 100 * kSecond));
  for (std::int64_t i = 0; i < 70'000; ++i) {
    RequestRecord record = answered_at(i * kMs, i % 1000, (i * 37 % 1009 + 1) * 1000);
    whole.take(record);
    (i % 2 == 0 ? first : second).take(record);
  }
  first.merge(std::move(second));
  LoadFigures together = figures_of(std::move(first)), at_once = figures_of(std::move(whole));
  ASSERT_EQ(together.figures.size(), at_once.figures.size());
  for (const auto& [id, estimate] : at_once.figures) {
    EXPECT_EQ(together.figures.at(id).value, estimate.value) << id;
    EXPECT_EQ(together.figures.at(id).low, estimate.low) << id;
  }
}

TEST(Tally, SlicesCoverTheWindow) {
  Tally tally(spec(0, 10 * kSecond));
  for (std::int64_t i = 0; i < 10'000; ++i) tally.take(answered_at(i * kMs, 0, i < 5000 ? kMs : 200 * kMs));
  LoadFigures figures = figures_of(std::move(tally));
  ASSERT_EQ(figures.slices.size(), 100u);
  EXPECT_EQ(figures.slices[10].due, 100u);
  EXPECT_EQ(figures.slices[10].e2e_p50_ns, kMs);
  EXPECT_EQ(figures.slices[90].e2e_p50_ns, 200 * kMs);
  EXPECT_EQ(figures.slices[90].in_flight, 200);
}

TEST(Tally, TimesTooLongToKeepAreCutAndCounted) {
  Tally tally(spec(0, kSecond));
  tally.take(answered_at(0, 0, 40 * 60 * kSecond));
  LoadFigures figures = figures_of(std::move(tally));
  EXPECT_EQ(figures.times_cut, 1u);
  EXPECT_EQ(value(figures, "service.max"), static_cast<double>(kLongestKept));
}

TEST(LoadRow, CellsAreRoundedDownByAtMostOnePartIn1024) {
  for (std::int64_t value = 1; value < kLongestKept; value = value * 5 / 4 + 1) {
    std::int64_t kept = value_of_cell(rounded_cell(value));
    EXPECT_LE(kept, value);
    EXPECT_LT(static_cast<double>(value - kept), static_cast<double>(value) / 1024 + 1);
  }
  EXPECT_LT(rounded_cell(kLongestKept), kNoCell);
}

}  // namespace
}  // namespace lynxbench::metrics
