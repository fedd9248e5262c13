#include "target/embedded/server.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <set>
#include <string>

#include "target/test_answers.h"

namespace lynxbench::target {
namespace {

using namespace std::chrono_literals;

// Holds every run until the test has given a pass for it, so that the test decides who waits.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++entered_count_;
    entered_.notify_all();
    EXPECT_TRUE(opened_.wait_for(lock, 10s, [this] { return passes_ > 0; }));
    --passes_;
  }
  void allow(int passes) {
    const std::lock_guard lock(mutex_);
    passes_ += passes;
    opened_.notify_all();
  }
  void wait_until_entered(int times) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(entered_.wait_for(lock, 10s, [&] { return entered_count_ >= times; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  std::condition_variable entered_;
  int passes_ = 0;
  int entered_count_ = 0;
};

constexpr std::uint32_t kPoison = 99;  // an input that the model cannot run

// Answers each request with as many bytes as its input's number.
class TestEngine final : public Engine {
 public:
  explicit TestEngine(Gate* gate = nullptr) : gate_(gate) {}
  void preprocess(std::span<const std::uint32_t> inputs) override {
    inputs_.assign(inputs.begin(), inputs.end());
  }
  Status run(const std::optional<fs::path>& profile_prefix) override {
    if (gate_ != nullptr) gate_->pass();
    for (const std::uint32_t input : inputs_) {
      if (input == kPoison) return error(ErrorCode::kInvalidInput, "poison");
    }
    if (profile_prefix) std::ofstream(profile_prefix->string() + "_2026.json") << "[]";
    return ok_status();
  }
  std::vector<std::string> postprocess() override {
    std::vector<std::string> bodies;
    for (const std::uint32_t input : inputs_) bodies.emplace_back(input, 'x');
    return bodies;
  }

 private:
  Gate* gate_;
  std::vector<std::uint32_t> inputs_;
};

std::vector<std::unique_ptr<Engine>> engines(std::size_t count, Gate* gate = nullptr) {
  std::vector<std::unique_ptr<Engine>> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(std::make_unique<TestEngine>(gate));
  return made;
}

ServingSpec serving(std::int64_t max_batch, Nanos timeout = 0ns, std::int64_t capacity = 1000) {
  return {
      .instances = 1, .max_batch = max_batch, .batch_timeout = timeout, .queue_capacity = capacity};
}

TEST(Server, ARequestThatFindsTheQueueFullIsRejectedWithinSubmit) {
  SystemClock clock;
  Gate gate;
  TestAnswers answers;
  Server server(serving(1, 0ns, 2), {}, engines(1, &gate), clock);
  server.submit(0, 1, answers);
  gate.wait_until_entered(1);  // 0 has left the queue
  server.submit(1, 1, answers);
  server.submit(2, 1, answers);
  EXPECT_EQ(answers.so_far().size(), 0U);
  server.submit(3, 1, answers);
  ASSERT_EQ(answers.so_far().size(), 1U);
  EXPECT_EQ(answers.so_far()[0].index, 3U);
  EXPECT_EQ(answers.so_far()[0].status, RequestStatus::kRejected);
  EXPECT_FALSE(answers.so_far()[0].stages.has_value());
  gate.allow(3);
  const std::vector<Answer> all = answers.wait_for(4);
  expect_each_once(all, 4);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(all[i].status, RequestStatus::kOk);
}

TEST(Server, WhatQueuedWhileTheInstanceWasBusyIsTakenOldestFirstUpToMaxBatch) {
  SystemClock clock;
  Gate gate;
  TestAnswers answers;
  Server server(serving(4), {}, engines(1, &gate), clock);
  server.submit(0, 1, answers);
  gate.wait_until_entered(1);
  for (std::uint64_t index = 1; index <= 6; ++index) server.submit(index, 1, answers);
  gate.allow(3);
  const std::vector<Answer> all = answers.wait_for(7);
  const std::uint64_t batch_of[] = {0, 1, 1, 1, 1, 2, 2};
  const std::uint32_t size_of[] = {1, 4, 4, 4, 4, 2, 2};
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(all[i].index, i);
    EXPECT_EQ(all[i].stages->batch, batch_of[i]);
    EXPECT_EQ(all[i].stages->batch_size, size_of[i]);
    expect_stages_in_order(all[i]);
  }
  // They queued until the first batch had left the instance, and no company was waited for.
  EXPECT_GE(all[1].stages->opened_ns, all[0].stages->post_end_ns);
}

TEST(Server, TheBodyOfEachAnswerIsThatOfItsOwnRequest) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(3, 60s), {}, engines(1), clock);
  for (std::uint64_t index = 0; index < 3; ++index) {
    server.submit(index, static_cast<std::uint32_t>(10 + index), answers);
  }
  for (const Answer& answer : answers.wait_for(3))
    EXPECT_EQ(answer.response_bytes, 10 + answer.index);
}

TEST(Server, ALonelyRequestWaitsForCompanyUntilTheTimeout) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(4, 300ms), {}, engines(1), clock);
  server.submit(0, 1, answers);
  const ServerStages stages = *answers.wait_for(1)[0].stages;
  EXPECT_GE(stages.closed_ns - stages.accepted_ns, 300'000'000);
  // The wait is batching wait: the instance was free, so the request hardly queued.
  EXPECT_LT(stages.opened_ns - stages.accepted_ns, 150'000'000);
  EXPECT_EQ(stages.batch_size, 1U);
}

TEST(Server, AFullBatchGoesWithoutWaitingForTheTimeout) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(2, 1h), {}, engines(1), clock);
  server.submit(0, 1, answers);
  server.submit(1, 1, answers);
  for (const Answer& answer : answers.wait_for(2)) EXPECT_EQ(answer.stages->batch_size, 2U);
}

TEST(Server, OneOfSeveralIdleInstancesGathersSoThatBatchesFill) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(4, 1h), {}, engines(3), clock);
  for (std::uint64_t index = 0; index < 8; ++index) server.submit(index, 1, answers);
  for (const Answer& answer : answers.wait_for(8)) EXPECT_EQ(answer.stages->batch_size, 4U);
}

TEST(Server, AllInstancesServeAtOnce) {
  SystemClock clock;
  Gate gate;
  TestAnswers answers;
  Server server(serving(1), {}, engines(3, &gate), clock);
  for (std::uint64_t index = 0; index < 3; ++index) server.submit(index, 1, answers);
  gate.wait_until_entered(3);  // each holds one
  gate.allow(3);
  std::set<std::uint32_t> instances;
  for (const Answer& answer : answers.wait_for(3)) instances.insert(answer.stages->instance);
  EXPECT_EQ(instances, (std::set<std::uint32_t>{0, 1, 2}));
}

TEST(Server, WhatIsLeftBehindAFullBatchWakesTheNextInstance) {
  SystemClock clock;
  // Several rounds: whether an instance gathers already when the rest arrives is a matter of luck.
  for (int round = 0; round < 20; ++round) {
    Gate gate;
    TestAnswers answers;
    Server server(serving(2, 1h), {}, engines(4, &gate), clock);
    server.submit(0, 1, answers);
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    for (std::uint64_t index = 1; index < 8; ++index) server.submit(index, 1, answers);
    gate.wait_until_entered(4);
    gate.allow(4);
    expect_each_once(answers.wait_for(8), 8);
    ASSERT_FALSE(HasFailure());
  }
}

TEST(Server, AQueueSmallerThanABatchDoesNotWaitForMoreThanItHolds) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(8, 1h, 2), {}, engines(1), clock);
  server.submit(0, 1, answers);
  server.submit(1, 1, answers);
  for (const Answer& answer : answers.wait_for(2)) EXPECT_EQ(answer.stages->batch_size, 2U);
}

TEST(Server, TheDeclaredSleepLandsInPreprocessing) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(1), {.preprocess_sleep = 5ms}, engines(1), clock);
  server.submit(0, 1, answers);
  const Answer answer = answers.wait_for(1)[0];
  EXPECT_GE(answer.stages->pre_end_ns - answer.stages->pre_begin_ns, 5'000'000);
  expect_stages_in_order(answer);
}

TEST(Server, DuringTheDeclaredStallRequestsQueue) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(1), {.stall_after = 0ms, .stall_for = 40ms}, engines(2), clock);
  const Nanos begin = clock.now();
  server.begin_phase();
  for (std::uint64_t index = 0; index < 4; ++index) server.submit(index, 1, answers);
  for (const Answer& answer : answers.wait_for(4)) {
    EXPECT_GE(answer.stages->opened_ns, (begin + 40ms).count());
    expect_stages_in_order(answer);
  }
}

TEST(Server, AStallThatBeginsWhileABatchGathersIsQueueTimeToo) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(4, 20ms), {.stall_after = 10ms, .stall_for = 50ms}, engines(1), clock);
  const Nanos begin = clock.now();
  server.begin_phase();
  server.submit(0, 1, answers);
  EXPECT_GE(answers.wait_for(1)[0].stages->opened_ns, (begin + 60ms).count());
}

TEST(Server, WithoutAPhaseThereIsNoStall) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(1), {.stall_for = 1h}, engines(1), clock);
  server.submit(0, 1, answers);
  EXPECT_EQ(answers.wait_for(1)[0].status, RequestStatus::kOk);
}

TEST(Server, ANewPhaseEndsTheStallOfTheLastOne) {
  ManualClock clock;
  TestAnswers answers;
  Server server(serving(1), {.stall_after = 1h, .stall_for = 10h}, engines(1), clock);
  server.begin_phase();
  clock.advance(2h);  // an hour into the stall
  server.submit(0, 1, answers);
  server.begin_phase();
  EXPECT_EQ(answers.wait_for(1)[0].status, RequestStatus::kOk);
}

TEST(Server, ARunThatFailsFailsItsBatchAndNothingElse) {
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(2, 1h), {}, engines(1), clock);
  server.submit(0, kPoison, answers);
  server.submit(1, 1, answers);
  for (const Answer& answer : answers.wait_for(2)) {
    EXPECT_EQ(answer.status, RequestStatus::kFailed);
    EXPECT_EQ(answer.response_bytes, 0U);
  }
  server.submit(2, 1, answers);
  server.submit(3, 1, answers);
  const std::vector<Answer> all = answers.wait_for(4);
  EXPECT_EQ(all[2].status, RequestStatus::kOk);
  EXPECT_EQ(all[3].stages->batch, 1U);
}

// Lets the running batch finish as soon as a waiting request has been failed.
class ReleasingAnswers final : public TestAnswers {
 public:
  explicit ReleasingAnswers(Gate& gate) : gate_(gate) {}
  void answered(const Answer& answer) override {
    TestAnswers::answered(answer);
    if (answer.status == RequestStatus::kFailed) gate_.allow(1);
  }

 private:
  Gate& gate_;
};

TEST(Server, DestructionFailsWhatWaitsAndFinishesWhatRuns) {
  SystemClock clock;
  Gate gate;
  ReleasingAnswers answers(gate);
  {
    Server server(serving(1), {}, engines(1, &gate), clock);
    server.submit(0, 1, answers);
    gate.wait_until_entered(1);
    server.submit(1, 1, answers);
    server.submit(2, 1, answers);
  }
  const std::vector<Answer> all = answers.so_far();
  expect_each_once(all, 3);
  for (const Answer& answer : all) {
    EXPECT_EQ(answer.status, answer.index == 0 ? RequestStatus::kOk : RequestStatus::kFailed);
  }
}

TEST(Server, DestructionEndsAWaitForCompany) {
  SystemClock clock;
  TestAnswers answers;
  {
    Server server(serving(4, 1h), {}, engines(2), clock);
    server.submit(0, 1, answers);
  }
  ASSERT_EQ(answers.so_far().size(), 1U);
  EXPECT_EQ(answers.so_far()[0].status, RequestStatus::kFailed);
}

TEST(Server, DestructionEndsAStall) {
  SystemClock clock;
  TestAnswers answers;
  {
    Server server(serving(1), {.stall_for = 1h}, engines(2), clock);
    server.begin_phase();
    server.submit(0, 1, answers);
  }
  ASSERT_EQ(answers.so_far().size(), 1U);
  EXPECT_EQ(answers.so_far()[0].status, RequestStatus::kFailed);
}

TEST(Server, UnderLoadEveryRequestIsAnsweredOnceAndBatchesAddUp) {
  constexpr std::uint64_t kRequests = 20'000;
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(8, 50us, 64), {}, engines(3), clock);
  for (std::uint64_t index = 0; index < kRequests; ++index) server.submit(index, 1, answers);
  const std::vector<Answer> all = answers.wait_for(kRequests);
  expect_each_once(all, kRequests);
  std::map<std::uint64_t, std::uint32_t> members;
  std::map<std::uint64_t, std::uint32_t> stated;
  for (const Answer& answer : all) {
    if (answer.status == RequestStatus::kRejected) continue;
    expect_stages_in_order(answer);
    ++members[answer.stages->batch];
    stated[answer.stages->batch] = answer.stages->batch_size;
    EXPECT_LE(answer.stages->batch_size, 8U);
  }
  EXPECT_EQ(members, stated);
  EXPECT_EQ(members.rbegin()->first + 1, members.size());  // counted without gaps
}

TEST(Server, OneBatchInEveryNIsProfiled) {
  const fs::path folder = fs::path(::testing::TempDir()) / "server_profiles";
  fs::remove_all(folder);
  SystemClock clock;
  TestAnswers answers;
  Server server(serving(1), {}, engines(1), clock);
  const auto send = [&](std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t index = from; index < to; ++index) server.submit(index, 1, answers);
    answers.wait_for(to);
  };
  send(0, 2);  // before: none
  ASSERT_TRUE(server.profile(3, folder).ok());
  send(2, 9);
  std::vector<std::uint64_t> batches;
  for (const WrittenProfile& profile : server.take_profiles()) {
    batches.push_back(profile.batch);
    EXPECT_TRUE(fs::is_regular_file(profile.file)) << profile.file;
    EXPECT_EQ(profile.file.extension(), ".json");
  }
  EXPECT_EQ(batches, (std::vector<std::uint64_t>{2, 5, 8}));
  EXPECT_TRUE(server.take_profiles().empty());
  ASSERT_TRUE(server.profile(0, folder).ok());
  send(9, 15);
  EXPECT_TRUE(server.take_profiles().empty());
}

TEST(Server, AFolderForProfilesThatCannotBeMadeIsSaidAtOnce) {
  SystemClock clock;
  Server server(serving(1), {}, engines(1), clock);
  const Status status = server.profile(1, "/proc/no/such/folder");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace lynxbench::target
