#include "metrics/stream_times.h"

#include <gtest/gtest.h>

#include "metrics/metrics.h"

namespace lynxbench::metrics {
namespace {

constexpr std::int64_t kMs = 1'000'000;

// Due at 0, sent at 5 ms, first byte 20, role 21, reasoning 30, answer 40, 70 and 100, done at 110 ms.
RequestRecord streamed() {
  RequestRecord record;
  record.status = RequestStatus::kOk;
  record.due_ns = 0;
  record.sent_ns = 5 * kMs;
  record.first_byte_ns = 20 * kMs;
  record.done_ns = 110 * kMs;
  Exchange exchange;
  exchange.first_event_ns = 21 * kMs;
  exchange.first_content_ns = 30 * kMs;
  exchange.first_answer_ns = 40 * kMs;
  exchange.last_content_ns = 100 * kMs;
  exchange.chunks = {{30 * kMs, 0, Channel::kReasoning, false},
                     {40 * kMs, 0, Channel::kAnswer, false},
                     {70 * kMs, 0, Channel::kAnswer, false},
                     {100 * kMs, 0, Channel::kAnswer, false}};
  exchange.content_chunks = 4;
  record.exchange = exchange;
  return record;
}

RequestRecord counted(std::initializer_list<std::uint32_t> tokens) {
  RequestRecord record = streamed();
  std::size_t i = 0;
  for (std::uint32_t count : tokens) {
    record.exchange->chunks[i].tokens = count;
    record.exchange->chunks[i++].counted = true;
  }
  return record;
}

std::vector<Gap> gaps_of(const RequestRecord& record) {
  std::vector<Gap> gaps;
  for_each_gap(record, [&](const Gap& gap) { gaps.push_back(gap); });
  return gaps;
}

TEST(StreamTimes, TtftHasFourVariantsFromDueAndFromSent) {
  RequestRecord record = streamed();
  EXPECT_EQ(ttft_ns(record, FirstSign::kByte, From::kDue), 20 * kMs);
  EXPECT_EQ(ttft_ns(record, FirstSign::kEvent, From::kDue), 21 * kMs);
  EXPECT_EQ(ttft_ns(record, FirstSign::kContent, From::kDue), 30 * kMs);
  EXPECT_EQ(ttft_ns(record, FirstSign::kAnswer, From::kDue), 40 * kMs);
  EXPECT_EQ(ttft_ns(record, FirstSign::kByte, From::kSent), 15 * kMs);
  EXPECT_EQ(ttft_ns(record, FirstSign::kEvent, From::kSent), 16 * kMs);
  EXPECT_EQ(ttft_ns(record, FirstSign::kContent, From::kSent), 25 * kMs);
  EXPECT_EQ(ttft_ns(record, FirstSign::kAnswer, From::kSent), 35 * kMs);
}

TEST(StreamTimes, AnAnswerThatIsNotStreamedHasAFirstByteAndNoToken) {
  RequestRecord record = streamed();
  record.exchange = Exchange{};
  EXPECT_EQ(ttft_ns(record, FirstSign::kByte, From::kDue), 20 * kMs);
  EXPECT_FALSE(ttft_ns(record, FirstSign::kEvent, From::kDue));
  EXPECT_FALSE(latency_of(record, LatencyMetric::kTtft));
  EXPECT_FALSE(latency_of(record, LatencyMetric::kItl));
  EXPECT_FALSE(latency_of(record, LatencyMetric::kTpot));
  EXPECT_EQ(latency_of(record, LatencyMetric::kE2e), 110 * kMs);
  EXPECT_EQ(latency_of(record, LatencyMetric::kService), 105 * kMs);
}

TEST(StreamTimes, ARequestThatFailedHasNoTimeHoweverMuchOfItCame) {
  for (RequestStatus status : {RequestStatus::kFailed, RequestStatus::kRejected, RequestStatus::kUnfinished,
                               RequestStatus::kUnsent}) {
    RequestRecord record = counted({1, 1, 1, 1});
    record.status = status;
    for (LatencyMetric metric : {LatencyMetric::kE2e, LatencyMetric::kService, LatencyMetric::kTtft,
                                 LatencyMetric::kItl, LatencyMetric::kTpot}) {
      EXPECT_FALSE(latency_of(record, metric));
    }
    EXPECT_FALSE(ttft_ns(record, FirstSign::kByte, From::kSent));
    EXPECT_FALSE(completion_tokens(record));
    EXPECT_TRUE(gaps_of(record).empty());
  }
}

TEST(StreamTimes, ChunksAreNoTokens) {
  EXPECT_FALSE(completion_tokens(streamed()));
  EXPECT_FALSE(tpot_ns(streamed()));
}

TEST(StreamTimes, TheServersUsageComesBeforeItsChunks) {
  RequestRecord record = counted({1, 2, 2, 2});
  EXPECT_EQ(completion_tokens(record)->tokens, 7u);
  EXPECT_EQ(completion_tokens(record)->source, TokenSource::kChunks);
  record.exchange->completion_tokens = 8;
  EXPECT_EQ(completion_tokens(record)->tokens, 8u);
  EXPECT_EQ(completion_tokens(record)->source, TokenSource::kUsage);
}

TEST(StreamTimes, TokensAreUnknownWhereOneChunkIsNotCountedOrWasDropped) {
  RequestRecord record = counted({1, 2, 2});  // the fourth is not
  EXPECT_FALSE(completion_tokens(record));
  record = counted({1, 2, 2, 2});
  record.exchange->chunks_dropped = 1;
  EXPECT_FALSE(completion_tokens(record));
}

TEST(StreamTimes, TpotIsTheContentsLengthOverTheTokensAfterTheFirst) {
  RequestRecord record = streamed();
  record.exchange->completion_tokens = 8;
  EXPECT_EQ(tpot_ns(record), 10 * kMs);  // 70 ms / 7
  record.exchange->completion_tokens = 4;
  EXPECT_EQ(tpot_ns(record), 23'333'333);
  record.exchange->completion_tokens = 1;
  EXPECT_FALSE(tpot_ns(record));
}

TEST(StreamTimes, TpotOfAnAnswerInOnePieceIsMissing) {
  RequestRecord record = streamed();
  record.exchange->completion_tokens = 8;
  record.exchange->chunks.resize(1);
  record.exchange->content_chunks = 1;
  record.exchange->last_content_ns = record.exchange->first_content_ns;
  EXPECT_FALSE(tpot_ns(record));
  EXPECT_FALSE(mean_itl(record));
}

TEST(StreamTimes, MeanItlIsPerChunkUntilEveryChunkIsCounted) {
  EXPECT_EQ(mean_itl(streamed())->length_ns, 23'333'333);  // 70 ms / 3
  EXPECT_FALSE(mean_itl(streamed())->per_token);
  RequestRecord record = counted({9, 2, 3, 2});
  EXPECT_EQ(mean_itl(record)->length_ns, 10 * kMs);  // 70 ms / 7: the first chunk's came before
  EXPECT_TRUE(mean_itl(record)->per_token);
  EXPECT_EQ(latency_of(record, LatencyMetric::kItl), 10 * kMs);
}

TEST(StreamTimes, MeanItlCountsChunksThatWereDropped) {
  RequestRecord record = streamed();
  record.exchange->chunks.resize(2);
  record.exchange->chunks_dropped = 2;
  EXPECT_EQ(mean_itl(record)->length_ns, 23'333'333);
}

TEST(StreamTimes, EveryGapHasTheTokensOfTheChunkThatEndsIt) {
  std::vector<Gap> gaps = gaps_of(counted({1, 2, 0}));
  ASSERT_EQ(gaps.size(), 3u);
  EXPECT_EQ(gaps[0].length_ns, 10 * kMs);
  EXPECT_EQ(gaps[0].tokens, 2u);
  EXPECT_EQ(gaps[1].length_ns, 30 * kMs);
  EXPECT_FALSE(gaps[1].tokens);  // said to have none
  EXPECT_EQ(gaps[2].length_ns, 30 * kMs);
  EXPECT_FALSE(gaps[2].tokens);  // not counted
}

TEST(StreamTimes, TheReadDelayIsMissingWhereTheKernelDoesNotTell) {
  RequestRecord record = streamed();
  record.exchange->read_delay_ns = 3 * kMs;
  EXPECT_FALSE(read_delay_ns(record));
  record.exchange->kernel_times = true;
  EXPECT_EQ(read_delay_ns(record), 3 * kMs);
}

}  // namespace
}  // namespace lynxbench::metrics
