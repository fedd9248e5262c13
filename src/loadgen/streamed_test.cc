// Polled targets: the sender drives them, and keeps no record.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <utility>
#include <vector>

#include "loadgen/loadgen.h"
#include "loadgen/scripted_targets.h"

namespace lynxbench::loadgen {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t kMs = 1'000'000;

NextRequest evenly(std::uint64_t count, Nanos gap) {
  return [count, gap, k = std::uint64_t{0}]() mutable -> std::optional<ScheduledRequest> {
    if (k == count) return std::nullopt;
    ScheduledRequest request{.index = k,
                             .due_ns = static_cast<std::int64_t>(k) * gap.count(),
                             .input = static_cast<std::uint32_t>(k % 3)};
    ++k;
    return request;
  };
}

Schedule collected(NextRequest next) {
  Schedule schedule;
  while (std::optional<ScheduledRequest> request = next()) schedule.requests.push_back(*request);
  return schedule;
}

class Taken {
 public:
  TakeRecord taker() {
    return [this](RequestRecord&& record) { records.push_back(std::move(record)); };
  }
  [[nodiscard]] std::size_t count(RequestStatus status) const {
    return std::count_if(records.begin(), records.end(),
                         [&](const RequestRecord& r) { return r.status == status; });
  }
  std::vector<RequestRecord> records;
};

// 100 requests, 10 ms apart, 50 ms of service, at most 4 out: from the fifth on each waits for room.
TEST(StreamOpen, TellsEachRequestInTheOrderOfSendingAndThoseThatWaitedForRoom) {
  PolledServer server({.service = milliseconds(50)}, seconds(100));
  Taken taken;
  std::vector<std::pair<std::int64_t, std::int64_t>> told;
  StreamOutcome outcome =
      stream_open(evenly(100, milliseconds(10)), server, server,
                  {.epoch = seconds(90),
                   .max_in_flight = 4,
                   .on_sent = [&](std::int64_t due, std::int64_t sent) { told.emplace_back(due, sent); }},
                  taken.taker())
          .value();
  ASSERT_EQ(told.size(), 100u);
  for (std::int64_t k = 0; k < 100; ++k) {
    const auto& [due, sent] = told[static_cast<std::size_t>(k)];
    EXPECT_EQ(due, (10'000 + 10 * k) * kMs);
    EXPECT_EQ(sent, std::max((10'000 + 10 * k), (10'000 + 50 * (k - 3))) * kMs);
  }
  EXPECT_EQ(outcome.waited_for_room, 96u);
}

TEST(StreamOpen, EveryRequestGoesOutWhenDueThoughEarlierOnesAreStillOut) {
  PolledServer server({.service = milliseconds(50)}, seconds(100));
  Taken taken;
  StreamOutcome outcome =
      stream_open(evenly(100, milliseconds(10)), server, server, {.epoch = seconds(90)}, taken.taker())
          .value();
  ASSERT_EQ(taken.records.size(), 100u);
  EXPECT_EQ(outcome.sent, 100u);
  EXPECT_EQ(outcome.begin_ns, 10'000 * kMs);
  EXPECT_EQ(outcome.end_ns, 10'990 * kMs);
  for (std::int64_t k = 0; k < 100; ++k) {
    const RequestRecord& record = taken.records.at(static_cast<std::size_t>(k));
    EXPECT_EQ(record.index, static_cast<std::uint64_t>(k));
    EXPECT_EQ(record.input, k % 3);
    EXPECT_EQ(record.request_bytes, kRequestBytes + k % 3);
    EXPECT_EQ(record.due_ns, (10'000 + 10 * k) * kMs);
    EXPECT_EQ(record.sent_ns, record.due_ns);
    EXPECT_EQ(record.done_ns, (10'000 + 50 * (k + 1)) * kMs);
  }
}

// A stalls, and a bound of 4 in flight: as for a target with threads, to the nanosecond.
TEST(StreamOpen, AStallIsChargedToEveryRequestThatWaitedBehindIt) {
  SimulatedServer::Script script{
      .service = milliseconds(1), .stall_from = seconds(1), .stall_until = seconds(2)};
  Options options{.max_in_flight = 4};
  SimulatedServer threaded(script);
  PolledServer polled(script);
  Schedule schedule = collected(evenly(400, milliseconds(10)));
  std::vector<RequestRecord> expected = run_open(schedule, threaded, threaded, options).value().records;
  std::vector<RequestRecord> got = run_open(schedule, polled, polled, options).value().records;
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t k = 0; k < got.size(); ++k) {
    EXPECT_EQ(got[k].index, k);
    EXPECT_EQ(got[k].due_ns, expected[k].due_ns) << k;
    EXPECT_EQ(got[k].sent_ns, expected[k].sent_ns) << k;
    EXPECT_EQ(got[k].done_ns, expected[k].done_ns) << k;
  }
  EXPECT_EQ(polled.most_in_flight, 4u);
}

TEST(StreamOpen, WithoutAnAnswerUntilTheDrainEndsItIsUnfinishedAndTheTargetForgetsIt) {
  PolledServer server({.service = std::chrono::hours(1)});
  Taken taken;
  StreamOutcome outcome =
      stream_open(evenly(10, milliseconds(1)), server, server, {.drain = seconds(3)}, taken.taker()).value();
  EXPECT_EQ(taken.count(RequestStatus::kUnfinished), 10u);
  EXPECT_EQ(server.now(), milliseconds(9) + seconds(3));
  EXPECT_TRUE(server.abandoned);
  EXPECT_TRUE(outcome.complete);
}

// Four out for ever. The fifth waits for the drain and is given up; the others are due by then, and
// each has its own three seconds.
TEST(StreamOpen, ARequestWithoutRoomWithinTheDrainIsUnsentAndTheNextIsTried) {
  PolledServer server({.service = std::chrono::hours(1)});
  Taken taken;
  StreamOutcome outcome = stream_open(evenly(10, milliseconds(1)), server, server,
                                      {.max_in_flight = 4, .drain = seconds(3)}, taken.taker())
                              .value();
  EXPECT_EQ(outcome.unsent, 6u);
  EXPECT_EQ(taken.count(RequestStatus::kUnsent), 6u);
  EXPECT_EQ(taken.count(RequestStatus::kUnfinished), 4u);
  for (const RequestRecord& record : taken.records) {
    EXPECT_EQ(record.due_ns, static_cast<std::int64_t>(record.index) * kMs);
  }
}

// A client of its own slowness: each send takes 1 ms where one is due every 0.1 ms. What the server
// has answered meanwhile is taken at the next send, and not after the last.
TEST(StreamOpen, BehindItsScheduleItStillReadsWhatHasCome) {
  class SlowToSend final : public ScriptedTarget, public Clock {
   public:
    [[nodiscard]] Nanos now() const override { return now_; }
    void sleep_until(Nanos when) override { now_ = std::max(now_, when); }
    [[nodiscard]] bool is_polled() const override { return true; }
    void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override {
      now_ += milliseconds(1);
      out_.emplace_back(index, &answers);
      most_unread = std::max(most_unread, out_.size());
    }
    void poll(Nanos until) override {
      if (out_.empty()) now_ = std::max(now_, until);
      for (auto [index, answers] : std::exchange(out_, {})) answers->answered(answer_at(index, now_));
    }
    std::size_t most_unread = 0;

   private:
    Nanos now_{seconds(1)};
    std::vector<std::pair<std::uint64_t, target::Answers*>> out_;
  } target;
  Taken taken;
  StreamOutcome outcome =
      stream_open(evenly(100, std::chrono::microseconds(100)), target, target, {}, taken.taker()).value();
  EXPECT_EQ(outcome.sent, 100u);
  EXPECT_EQ(taken.count(RequestStatus::kOk), 100u);
  EXPECT_EQ(target.most_unread, 1u);
}

TEST(StreamOpen, AfterAStopNothingIsSentAndEveryRequestStillHasARecord) {
  PolledServer server({.service = milliseconds(1)});
  std::atomic<bool> stop{false};
  Taken taken;
  TakeRecord take = [&](RequestRecord&& record) {
    if (record.index == 4) stop = true;
    taken.records.push_back(std::move(record));
  };
  StreamOutcome outcome =
      stream_open(evenly(100, milliseconds(10)), server, server, {.stop = &stop}, take).value();
  EXPECT_FALSE(outcome.complete);
  EXPECT_EQ(outcome.sent, 5u);
  EXPECT_EQ(outcome.unsent, 95u);
  ASSERT_EQ(taken.records.size(), 100u);
  EXPECT_EQ(taken.records.back().due_ns, 990 * kMs);
  EXPECT_EQ(taken.count(RequestStatus::kUnsent), 95u);
}

TEST(StreamOpen, AScheduleThatGoesBackInTimeIsRefused) {
  PolledServer server({.service = milliseconds(1)});
  Taken taken;
  int calls = 0;
  NextRequest next = [&]() -> std::optional<ScheduledRequest> {
    return ScheduledRequest{.index = 0, .due_ns = calls++ == 0 ? 5 : 4, .input = 0};
  };
  Result<StreamOutcome> outcome = stream_open(next, server, server, {}, taken.taker());
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(taken.records.size(), 1u);
}

TEST(StreamOpen, ATargetWithThreadsOfItsOwnIsRefused) {
  SimulatedServer server({.service = milliseconds(1)});
  Taken taken;
  EXPECT_FALSE(stream_open(evenly(1, Nanos{1}), server, server, {}, taken.taker()).ok());
}

TEST(StreamClosed, KeepsItsConcurrencyUntilTheTimeIsOver) {
  PolledServer server({.service = milliseconds(10)});
  Taken taken;
  std::uint32_t input = 0;
  StreamOutcome outcome = stream_closed(3, seconds(1), [&] { return input++; }, server, server, {},
                                        taken.taker())
                              .value();
  // One server of 10 ms: 100 answers within the second, and the three that were out at its end.
  EXPECT_EQ(taken.records.size(), 102u);
  EXPECT_EQ(outcome.sent, 102u);
  EXPECT_EQ(server.most_in_flight, 3u);
  EXPECT_EQ(outcome.end_ns, 1'000 * kMs);
  for (const RequestRecord& record : taken.records) EXPECT_EQ(record.due_ns, record.sent_ns);
}

TEST(StreamClosed, TheJournalOfAPolledTargetGetsEveryAnswerOnce) {
  PolledServer server({.service = milliseconds(1)});
  std::map<std::uint64_t, int> seen;
  Options options;
  options.on_answered = [&](std::span<const RequestRecord> records) {
    for (const RequestRecord& record : records) ++seen[record.index];
  };
  Outcome outcome = run_closed(2, seconds(20), [] { return 0u; }, server, server, options).value();
  EXPECT_EQ(seen.size(), outcome.records.size());
  for (const auto& [index, times] : seen) EXPECT_EQ(times, 1) << index;
}

}  // namespace
}  // namespace lynxbench::loadgen
