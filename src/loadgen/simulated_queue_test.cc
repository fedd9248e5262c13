#include "loadgen/simulated_queue.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace lynxbench::loadgen {
namespace {

constexpr std::int64_t kMs = 1'000'000;

Schedule due_at(const std::vector<std::int64_t>& times_ms) {
  Schedule schedule;
  for (std::int64_t time : times_ms) {
    schedule.requests.push_back(
        {.index = schedule.requests.size(), .due_ns = time * kMs, .input = 5});
  }
  return schedule;
}

Schedule poisson(double rate_per_s, std::size_t count, std::uint64_t seed) {
  Random random(seed, "arrivals");
  Schedule schedule;
  double now_s = 0;
  for (std::size_t k = 0; k < count; ++k) {
    now_s += random.exponential() / rate_per_s;
    schedule.requests.push_back(
        {.index = k, .due_ns = static_cast<std::int64_t>(now_s * 1e9), .input = 0});
  }
  return schedule;
}

double mean_stay_s(const std::vector<RequestRecord>& records) {
  double sum = 0;
  for (const RequestRecord& record : records) {
    sum += static_cast<double>(record.done_ns - record.due_ns) / 1e9;
  }
  return sum / static_cast<double>(records.size());
}

TEST(SimulatedQueue, OneServerTakesOneAtATimeInTheOrderOfArrival) {
  SimulatedQueue queue{.service_per_s = 100, .service = Service::kConstant};
  auto records = simulate(due_at({0, 1, 2, 50}), queue, 1);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].done_ns, 10 * kMs);
  EXPECT_EQ(records[1].done_ns, 20 * kMs);
  EXPECT_EQ(records[2].done_ns, 30 * kMs);
  EXPECT_EQ(records[3].done_ns, 60 * kMs) << "nobody was there any more";
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(records[k].index, k);
    EXPECT_EQ(records[k].sent_ns, records[k].due_ns);
    EXPECT_EQ(records[k].status, RequestStatus::kOk);
    EXPECT_EQ(records[k].input, 5u);
  }
}

TEST(SimulatedQueue, SeveralServersShareOneQueue) {
  SimulatedQueue queue{.service_per_s = 100, .service = Service::kConstant, .servers = 2};
  auto records = simulate(due_at({0, 1, 2}), queue, 1);
  EXPECT_EQ(records[0].done_ns, 10 * kMs);
  EXPECT_EQ(records[1].done_ns, 11 * kMs);
  EXPECT_EQ(records[2].done_ns, 20 * kMs) << "the first to be free takes it";
}

TEST(SimulatedQueue, TheSameSeedGivesTheSameServiceTimes) {
  SimulatedQueue queue;
  Schedule schedule = poisson(50, 100, 3);
  auto first = simulate(schedule, queue, 7), again = simulate(schedule, queue, 7);
  auto other = simulate(schedule, queue, 8);
  bool same = true, differs = false;
  for (std::size_t k = 0; k < 100; ++k) {
    same = same && first[k].done_ns == again[k].done_ns;
    differs = differs || first[k].done_ns != other[k].done_ns;
  }
  EXPECT_TRUE(same);
  EXPECT_TRUE(differs);
}

TEST(SimulatedQueue, ABatchServerTakesWhatIsThereUpToItsBatch) {
  SimulatedQueue queue{.service_per_s = 100, .service = Service::kConstant, .batch = 3};
  auto records = simulate(due_at({0, 1, 2, 3, 4, 30}), queue, 1);
  EXPECT_EQ(records[0].done_ns, 10 * kMs) << "alone: nobody else was there";
  for (std::size_t k : {1, 2, 3}) EXPECT_EQ(records[k].done_ns, 20 * kMs) << k;
  EXPECT_EQ(records[4].done_ns, 30 * kMs);
  EXPECT_EQ(records[5].done_ns, 40 * kMs);
}

TEST(SimulatedQueue, ABoundedQueueRejectsAtOnceWhatFindsItFull) {
  SimulatedQueue queue{.service_per_s = 100, .service = Service::kConstant, .capacity = 1};
  auto records = simulate(due_at({0, 1, 2, 11}), queue, 1);
  EXPECT_EQ(records[0].status, RequestStatus::kOk);
  EXPECT_EQ(records[1].status, RequestStatus::kOk) << "one waits";
  EXPECT_EQ(records[2].status, RequestStatus::kRejected);
  EXPECT_EQ(records[2].done_ns, 2 * kMs);
  EXPECT_EQ(records[3].status, RequestStatus::kOk) << "the place is free again";
  EXPECT_EQ(records[3].done_ns, 30 * kMs);
}

TEST(SimulatedQueue, AClientThatRetriesMakesTheServerDoWorkThatNobodyWaitsFor) {
  SimulatedQueue queue{.service_per_s = 100, .service = Service::kConstant, .retries = {.most = 2, .patience_ns = 15 * kMs}};
  Simulated simulated = simulate_all(due_at({0, 1}), queue, 1);
  EXPECT_EQ(simulated.records[0].done_ns, 10 * kMs);
  // The second would be done at 20 ms; given up at 16 ms and asked again, that is done at 30 ms.
  EXPECT_EQ(simulated.records[1].status, RequestStatus::kOk);
  EXPECT_EQ(simulated.records[1].done_ns, 30 * kMs);
  EXPECT_EQ(simulated.attempts, 3u);
}

TEST(SimulatedQueue, WithoutAnswerInTimeToAnyAttemptTheRequestFailed) {
  SimulatedQueue queue{.service_per_s = 10, .service = Service::kConstant, .retries = {.most = 2, .patience_ns = 15 * kMs}};
  Simulated simulated = simulate_all(due_at({0}), queue, 1);
  EXPECT_EQ(simulated.records[0].status, RequestStatus::kFailed);
  EXPECT_EQ(simulated.attempts, 2u);
}

TEST(SimulatedQueue, RetriesAboveTheCapacityMakeCompletionsFall) {
  SimulatedQueue queue{.service_per_s = 100, .retries = {.most = 4, .patience_ns = 200 * kMs}};
  auto completed = [&](double rate) {
    Simulated simulated = simulate_all(poisson(rate, static_cast<std::size_t>(rate * 60), 3), queue, 1);
    return std::count_if(simulated.records.begin(), simulated.records.end(),
                         [](const RequestRecord& r) { return r.status == RequestStatus::kOk; });
  };
  EXPECT_GT(completed(60), 60 * 60 * 0.98);
  EXPECT_LT(completed(130), completed(60) / 2) << "more is offered, far less is completed";
}

TEST(SimulatedQueue, ItsSpeedMayDependOnWhatWaits) {
  SimulatedQueue queue{.service_per_s = 100, .service = Service::kConstant,
                       .speed = [](std::int64_t waiting) { return waiting > 1 ? 2.0 : 1.0; }};
  auto records = simulate(due_at({0, 1, 1}), queue, 1);
  EXPECT_EQ(records[0].done_ns, 10 * kMs);
  EXPECT_EQ(records[1].done_ns, 15 * kMs) << "two waited: twice as fast";
  EXPECT_EQ(records[2].done_ns, 25 * kMs);
}

TEST(SimulatedQueue, MeanStaysAreThoseOfPollaczekAndKhinchine) {
  Schedule schedule = poisson(50, 200'000, 3);  // half the load of 100 a second
  SimulatedQueue exponential{.service_per_s = 100, .service = Service::kExponential};
  SimulatedQueue constant{.service_per_s = 100, .service = Service::kConstant};
  EXPECT_NEAR(mean_stay_s(simulate(schedule, exponential, 1)), 0.020, 0.0008);  // 1 / (mu - lambda)
  EXPECT_NEAR(mean_stay_s(simulate(schedule, constant, 1)), 0.015, 0.0003);
}

}  // namespace
}  // namespace lynxbench::loadgen
