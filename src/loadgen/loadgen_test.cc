#include "loadgen/loadgen.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "loadgen/scripted_targets.h"

namespace lynxbench::loadgen {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t kMs = 1'000'000;

// `count` requests, `gap` apart; the inputs are 0, 1, 2, 0, 1 ...
Schedule evenly(std::size_t count, Nanos gap) {
  Schedule schedule;
  for (std::size_t k = 0; k < count; ++k) {
    schedule.requests.push_back({.index = k,
                                 .due_ns = static_cast<std::int64_t>(k) * gap.count(),
                                 .input = static_cast<std::uint32_t>(k % 3)});
  }
  return schedule;
}

std::size_t count_of(const Outcome& outcome, RequestStatus status) {
  return std::count_if(outcome.records.begin(), outcome.records.end(),
                       [&](const RequestRecord& r) { return r.status == status; });
}

// The value that a share of `quantile` is at most: the ceil(n x quantile)-th smallest.
std::int64_t quantile(std::vector<std::int64_t> values, std::size_t per_mille) {
  std::sort(values.begin(), values.end());
  return values.at((values.size() * per_mille + 999) / 1000 - 1);
}

TEST(Loadgen, EveryScheduledRequestHasExactlyOneRecordInScheduleOrder) {
  ManualClock clock(seconds(100));
  PromptTarget target(clock, RequestStatus::kOk);
  Schedule schedule = evenly(1000, milliseconds(3));
  Outcome outcome = run_open(schedule, target, clock, {.epoch = seconds(90)}).value();
  ASSERT_EQ(outcome.records.size(), 1000u);
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.begin_ns, 10'000 * kMs);
  EXPECT_EQ(outcome.end_ns, 10'000 * kMs + 999 * 3 * kMs);
  for (std::size_t k = 0; k < 1000; ++k) {
    const RequestRecord& record = outcome.records[k];
    std::int64_t due_ns = 10'000 * kMs + static_cast<std::int64_t>(k) * 3 * kMs;
    EXPECT_EQ(record.index, k);
    EXPECT_EQ(record.due_ns, due_ns);
    EXPECT_EQ(record.sent_ns, due_ns);
    EXPECT_EQ(record.first_byte_ns, due_ns);
    EXPECT_EQ(record.done_ns, due_ns);
    EXPECT_EQ(record.input, k % 3);
    EXPECT_EQ(record.request_bytes, kRequestBytes + k % 3);
    EXPECT_EQ(record.response_bytes, kResponseBytes);
    EXPECT_EQ(record.status, RequestStatus::kOk);
    EXPECT_FALSE(record.stages.has_value());
  }
}

TEST(Loadgen, ARequestIsSentWhenItIsDueThoughEarlierOnesAreStillOut) {
  SimulatedServer server({.service = milliseconds(50)});
  Outcome outcome = run_open(evenly(100, milliseconds(10)), server, server, {}).value();
  for (std::size_t k = 0; k < 100; ++k) {
    const RequestRecord& record = outcome.records[k];
    EXPECT_EQ(record.sent_ns, record.due_ns);
    EXPECT_EQ(record.done_ns, static_cast<std::int64_t>(k + 1) * 50 * kMs);
  }
}

// 100 requests a second, 1 ms of service, nothing served from second 1 to second 2, at most 4 out.
// Request 100 + j is due at 1000 + 10 j ms and done at 2001 + j ms until the queue is gone (j =
// 111). Only four of them were sent during the stall; the others waited in the client.
TEST(Loadgen, AStallIsChargedToEveryRequestThatWaitedBehindIt) {
  SimulatedServer server(
      {.service = milliseconds(1), .stall_from = seconds(1), .stall_until = seconds(2)});
  Outcome outcome =
      run_open(evenly(400, milliseconds(10)), server, server, {.max_in_flight = 4}).value();
  std::vector<std::int64_t> from_due, from_sent;
  for (std::int64_t k = 0; k < 400; ++k) {
    const RequestRecord& record = outcome.records.at(k);
    std::int64_t j = k - 100;
    bool waited = j >= 0 && j <= 111;
    EXPECT_EQ(record.due_ns, 10 * k * kMs) << k;
    EXPECT_EQ(record.done_ns, (waited ? 2001 + j : 10 * k + 1) * kMs) << k;
    from_due.push_back(record.done_ns - record.due_ns);
    from_sent.push_back(record.done_ns - record.sent_ns);
  }
  EXPECT_EQ(quantile(from_due, 990), 965 * kMs);
  EXPECT_EQ(quantile(from_sent, 990), 4 * kMs);
  EXPECT_EQ(server.most_in_flight, 4u);
}

TEST(Loadgen, ARequestThatFindsNoRoomIsSentOnTheNextAnswerAndKeepsItsDueTime) {
  SimulatedServer server({.service = milliseconds(10)});
  Outcome outcome =
      run_open(evenly(5, milliseconds(1)), server, server, {.max_in_flight = 1}).value();
  for (std::int64_t k = 0; k < 5; ++k) {
    EXPECT_EQ(outcome.records[k].due_ns, k * kMs);
    EXPECT_EQ(outcome.records[k].sent_ns, 10 * k * kMs);
    EXPECT_EQ(outcome.records[k].done_ns, 10 * (k + 1) * kMs);
  }
}

TEST(Loadgen, RequestsCloseBehindOneThatIsWaitedForGoOutWithTheLastOfThem) {
  ManualClock clock;
  PromptTarget target(clock, RequestStatus::kOk);
  // Due at 0, 10, 20, 30 ... us. The first needs no wake-up; those of 10 to 60 us go out at 60.
  Outcome outcome =
      run_open(evenly(12, microseconds(10)), target, clock, {.coalesce = microseconds(50)}).value();
  std::vector<std::int64_t> sent_us;
  for (const RequestRecord& record : outcome.records) sent_us.push_back(record.sent_ns / 1000);
  EXPECT_EQ(sent_us,
            (std::vector<std::int64_t>{0, 60, 60, 60, 60, 60, 60, 110, 110, 110, 110, 110}));
  EXPECT_EQ(outcome.wake_ups, 2);
}

TEST(Loadgen, WithoutCoalescingEveryRequestIsSentExactlyWhenDue) {
  ManualClock clock;
  PromptTarget target(clock, RequestStatus::kOk);
  Outcome outcome =
      run_open(evenly(100, microseconds(1)), target, clock, {.coalesce = Nanos{0}}).value();
  for (const RequestRecord& record : outcome.records) EXPECT_EQ(record.sent_ns, record.due_ns);
}

TEST(Loadgen, ARejectedOrFailedRequestDoesNotFailTheRun) {
  for (RequestStatus status : {RequestStatus::kRejected, RequestStatus::kFailed}) {
    ManualClock clock;
    PromptTarget target(clock, status);
    Outcome outcome = run_open(evenly(10, milliseconds(1)), target, clock, {}).value();
    EXPECT_EQ(count_of(outcome, status), 10u);
    EXPECT_TRUE(outcome.complete);
  }
}

TEST(Loadgen, StagesAreCountedFromTheEpoch) {
  class StagedTarget final : public ScriptedTarget {
    void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override {
      target::Answer answer = answer_at(index, seconds(59));
      answer.stages = ServerStages{.accepted_ns = 51'000 * kMs,
                                   .opened_ns = 52'000 * kMs,
                                   .closed_ns = 53'000 * kMs,
                                   .pre_begin_ns = 54'000 * kMs,
                                   .pre_end_ns = 55'000 * kMs,
                                   .run_begin_ns = 56'000 * kMs,
                                   .run_end_ns = 57'000 * kMs,
                                   .post_end_ns = 58'000 * kMs,
                                   .batch = 3,
                                   .batch_size = 2,
                                   .instance = 1,
                                   .profile = 9};
      answers.answered(answer);
    }
  } target;
  ManualClock clock(seconds(50));
  Outcome outcome = run_open(evenly(1, Nanos{1}), target, clock, {.epoch = seconds(50)}).value();
  const RequestRecord& record = outcome.records.at(0);
  EXPECT_EQ(record.done_ns, 9'000 * kMs);
  ASSERT_TRUE(record.stages.has_value());
  const ServerStages& stages = *record.stages;
  EXPECT_EQ(stages.accepted_ns, 1'000 * kMs);
  EXPECT_EQ(stages.opened_ns, 2'000 * kMs);
  EXPECT_EQ(stages.closed_ns, 3'000 * kMs);
  EXPECT_EQ(stages.pre_begin_ns, 4'000 * kMs);
  EXPECT_EQ(stages.pre_end_ns, 5'000 * kMs);
  EXPECT_EQ(stages.run_begin_ns, 6'000 * kMs);
  EXPECT_EQ(stages.run_end_ns, 7'000 * kMs);
  EXPECT_EQ(stages.post_end_ns, 8'000 * kMs);
  EXPECT_EQ(stages.batch, 3u);
  EXPECT_EQ(stages.batch_size, 2u);
  EXPECT_EQ(stages.instance, 1u);
  EXPECT_EQ(stages.profile, 9u);
}

TEST(Loadgen, WithoutAnAnswerUntilTheDrainEndsARequestIsUnfinished) {
  ManualClock clock;
  SilentTarget target;
  Outcome outcome =
      run_open(evenly(10, milliseconds(1)), target, clock, {.drain = seconds(3)}).value();
  EXPECT_EQ(count_of(outcome, RequestStatus::kUnfinished), 10u);
  EXPECT_EQ(clock.now(), milliseconds(9) + seconds(3));
  EXPECT_TRUE(outcome.complete);
}

TEST(Loadgen, ARequestThatFoundNoRoomUntilTheDrainEndedIsUnsentAndKeepsItsDueTime) {
  ManualClock clock(seconds(7));
  SilentTarget target;
  Outcome outcome = run_open(evenly(10, milliseconds(1)), target, clock,
                             {.epoch = seconds(6), .max_in_flight = 4, .drain = seconds(3)})
                        .value();
  ASSERT_EQ(outcome.records.size(), 10u);
  EXPECT_EQ(count_of(outcome, RequestStatus::kUnfinished), 4u);
  EXPECT_EQ(count_of(outcome, RequestStatus::kUnsent), 6u);
  for (std::int64_t k = 0; k < 10; ++k) EXPECT_EQ(outcome.records[k].due_ns, (1000 + k) * kMs);
  EXPECT_TRUE(outcome.complete);
}

TEST(Loadgen, AnAnswerAfterTheRunReturnedIsHarmless) {
  ManualClock clock;
  SilentTarget target;
  Outcome outcome = run_open(evenly(10, milliseconds(1)), target, clock, {}).value();
  ASSERT_EQ(target.kept(), 10u);
  target.answer_all();  // an AddressSanitizer build would see it write to freed memory
  EXPECT_EQ(count_of(outcome, RequestStatus::kUnfinished), 10u);
}

// Raises `stop` with request number `at`.
class StoppingTarget final : public ScriptedTarget {
 public:
  StoppingTarget(std::uint64_t at, ScriptedTarget& inner) : at_(at), inner_(inner) {}
  void submit(std::uint64_t index, std::uint32_t input, target::Answers& answers) override {
    if (index == at_) stop = true;
    inner_.submit(index, input, answers);
  }
  std::atomic<bool> stop{false};

 private:
  std::uint64_t at_;
  ScriptedTarget& inner_;
};

TEST(Loadgen, AfterAStopNothingIsSentAndTheOutcomeSaysSo) {
  ManualClock clock(seconds(1));
  PromptTarget prompt(clock, RequestStatus::kOk);
  StoppingTarget target(4, prompt);
  Outcome outcome =
      run_open(evenly(100, milliseconds(10)), target, clock, {.stop = &target.stop}).value();
  EXPECT_FALSE(outcome.complete);
  ASSERT_EQ(outcome.records.size(), 100u);
  EXPECT_EQ(count_of(outcome, RequestStatus::kOk), 5u);
  EXPECT_EQ(count_of(outcome, RequestStatus::kUnsent), 95u);
  EXPECT_EQ(outcome.records[99].due_ns, 1000 * kMs + 990 * kMs);
  EXPECT_EQ(outcome.end_ns, 1040 * kMs);
}

TEST(Loadgen, AfterAStopTheDrainTakesOneSecondAtMost) {
  ManualClock clock;
  SilentTarget silent;
  StoppingTarget target(4, silent);
  Outcome outcome = run_open(evenly(100, milliseconds(10)), target, clock,
                             {.drain = seconds(60), .stop = &target.stop})
                        .value();
  EXPECT_FALSE(outcome.complete);
  EXPECT_EQ(count_of(outcome, RequestStatus::kUnfinished), 5u);
  EXPECT_EQ(clock.now(), milliseconds(40) + seconds(1));
}

TEST(Loadgen, ASleepingSenderSeesAStopWithinATwentiethOfASecond) {
  // Stopped at 120 ms; the next request would be due in an hour.
  class StoppingClock final : public Clock {
   public:
    [[nodiscard]] Nanos now() const override { return manual_.now(); }
    void sleep_until(Nanos when) override {
      manual_.sleep_until(when);
      if (manual_.now() >= milliseconds(120)) stop = true;
    }
    std::atomic<bool> stop{false};

   private:
    ManualClock manual_;
  } clock;
  PromptTarget target(clock, RequestStatus::kOk);
  Outcome outcome =
      run_open(evenly(2, std::chrono::hours(1)), target, clock, {.stop = &clock.stop}).value();
  EXPECT_FALSE(outcome.complete);
  EXPECT_LE(clock.now(), milliseconds(170));
}

TEST(Loadgen, AnswersMayComeFromSeveralThreads) {
  SystemClock clock;
  ThreadedTarget target(4, clock);
  Nanos epoch = clock.now();
  Outcome outcome = run_open(evenly(20'000, microseconds(10)), target, clock,
                             {.epoch = epoch, .max_in_flight = 64})
                        .value();
  ASSERT_EQ(outcome.records.size(), 20'000u);
  EXPECT_EQ(count_of(outcome, RequestStatus::kOk), 20'000u);
  for (const RequestRecord& record : outcome.records) {
    EXPECT_GE(record.sent_ns, record.due_ns);
    EXPECT_GE(record.done_ns, record.sent_ns);
  }
  EXPECT_LE(target.most_in_flight(), 64);
}

TEST(Loadgen, TheJournalGetsEachAnsweredRecordExactlyOnceAsInTheOutcome) {
  SystemClock clock;
  ThreadedTarget target(3, clock);
  std::map<std::uint64_t, std::int64_t> journal;
  std::size_t handed_over = 0;
  Outcome outcome = run_open(evenly(20'000, microseconds(10)), target, clock,
                             {.on_answered =
                                  [&](std::span<const RequestRecord> records) {
                                    EXPECT_LE(records.size(), 4096u);
                                    for (const RequestRecord& record : records) {
                                      journal[record.index] = record.done_ns;
                                      ++handed_over;
                                    }
                                  }})
                        .value();
  EXPECT_EQ(handed_over, 20'000u);
  ASSERT_EQ(journal.size(), 20'000u);
  for (const RequestRecord& record : outcome.records) {
    EXPECT_EQ(journal.at(record.index), record.done_ns);
  }
}

// Keeps request 0 until the journal's first page was written, answers it then and raises `stop`.
class ReluctantTarget final : public ScriptedTarget {
 public:
  explicit ReluctantTarget(const Clock& clock) : clock_(clock) {}
  void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override {
    if (index > 0) answers.answered(answer_at(index, clock_.now()));
    if (page_written && !stop) {
      answers.answered(answer_at(0, clock_.now()));
      stop = true;
    }
  }
  std::atomic<bool> page_written{false};
  std::atomic<bool> stop{false};

 private:
  const Clock& clock_;
};

TEST(Loadgen, TheJournalIsWrittenWhileTheRunGoesOnAndLateAnswersComeIntoALaterPage) {
  SystemClock clock;
  ReluctantTarget target(clock);
  std::map<std::uint64_t, int> journal;
  // An hour of requests; the first page of the journal ends it.
  Outcome outcome = run_open(evenly(360'000, milliseconds(10)), target, clock,
                             {.stop = &target.stop,
                              .on_answered =
                                  [&](std::span<const RequestRecord> records) {
                                    if (!target.page_written) {
                                      for (const auto& record : records)
                                        EXPECT_NE(record.index, 0u);
                                    }
                                    for (const auto& record : records) ++journal[record.index];
                                    target.page_written = true;
                                  }})
                        .value();
  EXPECT_FALSE(outcome.complete);
  EXPECT_EQ(journal[0], 1);
  EXPECT_EQ(journal.size(), count_of(outcome, RequestStatus::kOk));
  for (auto [index, times] : journal) EXPECT_EQ(times, 1) << index;
}

TEST(Loadgen, TheJournalDoesNotGetARequestWithoutAnAnswer) {
  ManualClock clock;
  SilentTarget target;
  std::size_t handed_over = 0;
  (void)run_open(
      evenly(10, milliseconds(1)), target, clock,
      {.on_answered =
           [&](std::span<const RequestRecord> records) { handed_over += records.size(); }})
      .value();
  EXPECT_EQ(handed_over, 0u);
}

TEST(Loadgen, AnEmptyScheduleIsDoneAtOnce) {
  ManualClock clock(seconds(1));
  SilentTarget target;
  Outcome outcome = run_open({}, target, clock, {}).value();
  EXPECT_TRUE(outcome.records.empty());
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(clock.now(), seconds(1));
}

TEST(Loadgen, AScheduleThatIsNotByTimeIsRefusedAndThePlaceNamed) {
  ManualClock clock;
  SilentTarget target;
  Schedule schedule = evenly(5, milliseconds(1));
  std::swap(schedule.requests[2].due_ns, schedule.requests[3].due_ns);
  Result<Outcome> outcome = run_open(schedule, target, clock, {});
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(outcome.error().message.find("request 3"), std::string::npos);
  schedule = evenly(1, milliseconds(1));
  schedule.requests[0].due_ns = -1;
  EXPECT_FALSE(run_open(schedule, target, clock, {}).ok());
  EXPECT_EQ(target.kept(), 0u);
}

TEST(Loadgen, OptionsThatCannotBeAreRefused) {
  ManualClock clock;
  SilentTarget target;
  Schedule schedule = evenly(5, milliseconds(1));
  auto input = [] { return 0u; };
  EXPECT_FALSE(run_open(schedule, target, clock, {.max_in_flight = 0}).ok());
  EXPECT_FALSE(run_open(schedule, target, clock, {.drain = Nanos{-1}}).ok());
  EXPECT_FALSE(run_open(schedule, target, clock, {.coalesce = Nanos{-1}}).ok());
  EXPECT_FALSE(run_closed(0, seconds(1), input, target, clock, {}).ok());
  EXPECT_FALSE(run_closed(5, seconds(1), input, target, clock, {.max_in_flight = 4}).ok());
  EXPECT_FALSE(run_closed(1, seconds(0), input, target, clock, {}).ok());
  EXPECT_EQ(target.kept(), 0u);
}

TEST(Loadgen, TellsEachRequestInTheOrderOfSending) {
  SimulatedServer server({.service = milliseconds(50)});
  std::vector<std::int64_t> due_times;
  Outcome outcome = run_open(evenly(100, milliseconds(10)), server, server,
                             {.max_in_flight = 4,
                              .on_sent = [&](std::int64_t due, std::int64_t sent) {
                                due_times.push_back(due);
                                EXPECT_GE(sent, due);
                              }})
                        .value();
  ASSERT_EQ(due_times.size(), 100u);
  for (std::size_t k = 0; k < 100; ++k) EXPECT_EQ(due_times[k], outcome.records[k].due_ns);
  EXPECT_EQ(outcome.waited_for_room, 96u);
}

TEST(Loadgen, TheSendingThreadHasANameMeanwhile) {
  ManualClock clock;
  PromptTarget target(clock, RequestStatus::kOk);
  std::array<char, 16> before{}, during{}, after{};
  pthread_getname_np(pthread_self(), before.data(), before.size());
  auto look = [&](std::int64_t, std::int64_t) {
    pthread_getname_np(pthread_self(), during.data(), during.size());
  };
  (void)run_open(evenly(1, milliseconds(1)), target, clock, {.on_sent = look}).value();
  pthread_getname_np(pthread_self(), after.data(), after.size());
  EXPECT_EQ(std::string_view(during.data()), kLoadThread);
  EXPECT_STREQ(after.data(), before.data());
}

TEST(Loadgen, TheTimerSlackOfTheCallingThreadIsAsItWas) {
  ManualClock clock;
  PromptTarget target(clock, RequestStatus::kOk);
  int before = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
  (void)run_open(evenly(3, milliseconds(1)), target, clock, {}).value();
  EXPECT_EQ(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), before);
}

// A server that takes 1 ms: 3 at the start and one more at each of the 9999 answers before the end.
TEST(ClosedLoop, TheNextRequestIsSentWhenOneIsDoneSoThatNAreAlwaysOut) {
  SimulatedServer server({.service = milliseconds(1)}, seconds(5));
  std::uint32_t next = 0;
  Outcome outcome =
      run_closed(3, seconds(10), [&] { return next++; }, server, server, {.epoch = seconds(5)})
          .value();
  ASSERT_EQ(outcome.records.size(), 10'002u);
  EXPECT_EQ(outcome.begin_ns, 0);
  EXPECT_EQ(outcome.end_ns, 10'000 * kMs);
  for (std::int64_t k = 0; k < 10'002; ++k) {
    const RequestRecord& record = outcome.records[k];
    EXPECT_EQ(record.index, static_cast<std::uint64_t>(k));
    EXPECT_EQ(record.input, k);
    EXPECT_EQ(record.sent_ns, std::max<std::int64_t>(k - 2, 0) * kMs);
    EXPECT_EQ(record.due_ns, record.sent_ns);
    EXPECT_EQ(record.done_ns, (k + 1) * kMs);
    EXPECT_EQ(record.status, RequestStatus::kOk);
    EXPECT_EQ(server.in_flight_at_submit[k], std::min<std::size_t>(k + 1, 3));
  }
}

TEST(ClosedLoop, AnswersMayComeFromSeveralThreads) {
  SystemClock clock;
  ThreadedTarget target(4, clock);
  std::size_t handed_over = 0;
  Outcome outcome =
      run_closed(
          8, milliseconds(200), [] { return 1u; }, target, clock,
          {.on_answered =
               [&](std::span<const RequestRecord> records) { handed_over += records.size(); }})
          .value();
  EXPECT_GT(outcome.records.size(), 100u);
  EXPECT_EQ(count_of(outcome, RequestStatus::kOk), outcome.records.size());
  EXPECT_EQ(handed_over, outcome.records.size());
  EXPECT_LE(target.most_in_flight(), 8);
  for (std::size_t k = 0; k < outcome.records.size(); ++k) EXPECT_EQ(outcome.records[k].index, k);
}

TEST(ClosedLoop, AStopEndsIt) {
  SimulatedServer server({.service = milliseconds(1)});
  StoppingTarget target(9, server);
  Outcome outcome =
      run_closed(2, seconds(10), [] { return 0u; }, target, server, {.stop = &target.stop}).value();
  EXPECT_FALSE(outcome.complete);
  EXPECT_EQ(outcome.records.size(), 10u);
  EXPECT_EQ(count_of(outcome, RequestStatus::kOk), 10u);
  EXPECT_EQ(outcome.end_ns, outcome.records[9].sent_ns);
}

TEST(ClosedLoop, AStalledServerEndsWithTheDrain) {
  ManualClock clock;
  SilentTarget target;
  Outcome outcome =
      run_closed(4, seconds(1), [] { return 0u; }, target, clock, {.drain = seconds(2)}).value();
  EXPECT_EQ(outcome.records.size(), 4u);
  EXPECT_EQ(count_of(outcome, RequestStatus::kUnfinished), 4u);
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(clock.now(), seconds(3));
}

}  // namespace
}  // namespace lynxbench::loadgen
