// The queues against queueing theory, in simulated time: the expected waits follow from formulas.
#include "stub/discipline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace lynxbench::stub {
namespace {

constexpr double kSecond = 1e9;

struct Simulated {
  double mean_wait_s = 0;
  double rejected = 0;  // ratio
  double per_s = 0;     // served
  double mean_batch = 0;
};

struct Traffic {
  double per_s = 80;
  Distribution service;
  std::int64_t requests = 200'000;
};

// Poisson arrivals.
Simulated simulate(const QueueSpec& spec, const Traffic& traffic) {
  auto queue = make_discipline(spec);
  Random gaps(7, "arrivals"), services(7, "services");
  std::vector<std::int64_t> arrivals;
  std::vector<Started> started;
  std::int64_t now = 0, rejected = 0;
  for (std::int64_t i = 0; i < traffic.requests; ++i) {
    now += static_cast<std::int64_t>(gaps.exponential() / traffic.per_s * kSecond);
    arrivals.push_back(now);
    queue->advance(now, started);
    bool taken = queue->arrive(static_cast<std::uint64_t>(i), now, static_cast<std::int64_t>(traffic.service.draw(services)));
    rejected += taken ? 0 : 1;
  }
  queue->advance(INT64_MAX, started);
  Simulated result;
  double wait = 0, batch = 0;
  std::int64_t end = 0;
  for (const Started& one : started) {
    wait += static_cast<double>(one.begin_ns - arrivals[one.id]);
    batch += one.batch_size;
    end = std::max(end, one.end_ns);
  }
  auto served = static_cast<double>(started.size());
  EXPECT_EQ(started.size() + static_cast<std::size_t>(rejected), arrivals.size());
  result.mean_wait_s = wait / served / kSecond;
  result.mean_batch = batch / served;
  result.rejected = static_cast<double>(rejected) / static_cast<double>(traffic.requests);
  result.per_s = served / (static_cast<double>(end) / kSecond);
  return result;
}

QueueSpec servers(std::int64_t count) {
  QueueSpec spec;
  spec.kind = QueueSpec::Kind::kServers;
  spec.servers = count;
  return spec;
}

Distribution exponential(double mean_ns) { return {Distribution::Kind::kExponential, mean_ns, 0}; }
Distribution fixed(double ns) { return {Distribution::Kind::kFixed, ns, 0}; }

// Erlang's C: the probability that a request waits.
double erlang_c(int servers, double load) {
  double sum = 0, term = 1;
  for (int k = 0; k < servers; ++k) {
    sum += term;
    term *= load / (k + 1);
  }
  double waits = term * servers / (servers - load);
  return waits / (sum + waits);
}

TEST(Discipline, MM1WaitsRhoOverMuMinusLambda) {
  Simulated got = simulate(servers(1), {80, exponential(10e6)});
  EXPECT_NEAR(got.mean_wait_s, 0.8 / (100 - 80), 0.04 * 0.04);
}

TEST(Discipline, MD1WaitsHalfOfThat) {
  Simulated got = simulate(servers(1), {80, fixed(10e6)});
  EXPECT_NEAR(got.mean_wait_s, 0.8 / (2 * 100 * (1 - 0.8)), 0.02 * 0.04);
}

TEST(Discipline, MMcWaitsAsErlangSaid) {
  Simulated got = simulate(servers(4), {320, exponential(10e6), 2'000'000});
  EXPECT_NEAR(got.mean_wait_s, erlang_c(4, 3.2) / (400 - 320), 0.04 * 0.0075);
}

TEST(Discipline, MM1WithRoomForKRejectsAsTheFormulaSays) {
  // One in service and four waiting: K = 5; P(K) = (1 - rho) rho^K / (1 - rho^(K+1)).
  QueueSpec spec = servers(1);
  spec.limit = 4;
  double rho = 0.9, expected = (1 - rho) * std::pow(rho, 5) / (1 - std::pow(rho, 6));
  EXPECT_NEAR(simulate(spec, {90, exponential(10e6)}).rejected, expected, 0.005);
}

TEST(Discipline, WithoutRoomToWaitErlangB) {
  QueueSpec spec = servers(2);
  spec.limit = 0;
  double load = 1.5, expected = load * load / 2 / (1 + load + load * load / 2);
  EXPECT_NEAR(simulate(spec, {150, exponential(10e6)}).rejected, expected, 0.005);
}

TEST(Discipline, InfiniteServersLetNobodyWait) {
  EXPECT_EQ(simulate(QueueSpec{}, {1000, exponential(50e6), 10'000}).mean_wait_s, 0);
}

QueueSpec batches(std::int64_t most, double fixed_ns, double per_item_ns, std::int64_t timeout_ns) {
  QueueSpec spec;
  spec.kind = QueueSpec::Kind::kBatch;
  spec.batch = most;
  spec.batch_fixed_ns = fixed_ns;
  spec.batch_per_item_ns = per_item_ns;
  spec.batch_timeout_ns = timeout_ns;
  return spec;
}

TEST(Discipline, OverloadedBatchesAreFullAndServeTheirCapacity) {
  QueueSpec spec = batches(8, 10e6, 1e6, 5'000'000);
  Simulated got = simulate(spec, {1000, fixed(0), 20'000});
  EXPECT_NEAR(got.per_s, 8 / 0.018, 1);  // 444/s
  EXPECT_NEAR(got.mean_batch, 8, 0.01);
}

TEST(Discipline, ALonelyRequestWaitsForTheBatchTimeout) {
  auto queue = make_discipline(batches(8, 10e6, 1e6, 5'000'000));
  std::vector<Started> started;
  ASSERT_TRUE(queue->arrive(1, 1000, 0));
  EXPECT_EQ(queue->next(), 5'001'000);
  queue->advance(5'000'999, started);
  EXPECT_TRUE(started.empty());
  queue->advance(9'000'000, started);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].begin_ns, 5'001'000);
  EXPECT_EQ(started[0].end_ns, 16'001'000);  // 10 ms + 1 ms
  EXPECT_EQ(started[0].batch_size, 1u);
}

TEST(Discipline, ABatchThatIsFullBeginsAtOnce) {
  auto queue = make_discipline(batches(2, 10e6, 1e6, 5'000'000));
  std::vector<Started> started;
  ASSERT_TRUE(queue->arrive(1, 1000, 0));
  ASSERT_TRUE(queue->arrive(2, 2000, 0));
  queue->advance(2000, started);
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(started[1].begin_ns, 2000);
  EXPECT_EQ(started[1].end_ns, 12'002'000);
  EXPECT_EQ(started[0].batch, started[1].batch);
}

TEST(Discipline, WhoComesWhileABatchRunsJoinsTheNext) {
  auto queue = make_discipline(batches(4, 10e6, 0, 0));
  std::vector<Started> started;
  ASSERT_TRUE(queue->arrive(1, 0, 0));
  queue->advance(0, started);
  for (std::uint64_t id = 2; id <= 4; ++id) ASSERT_TRUE(queue->arrive(id, static_cast<std::int64_t>(id) * 1'000'000, 0));
  queue->advance(20'000'000, started);
  ASSERT_EQ(started.size(), 4u);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(started[i].begin_ns, 10'000'000);
    EXPECT_EQ(started[i].batch_size, 3u);
  }
}

TEST(Discipline, ALateLookDoesNotMoveABegin) {
  auto queue = make_discipline(servers(1));
  std::vector<Started> started;
  ASSERT_TRUE(queue->arrive(1, 100, 50));
  ASSERT_TRUE(queue->arrive(2, 110, 50));
  queue->advance(1'000'000, started);
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(started[0].begin_ns, 100);
  EXPECT_EQ(started[1].begin_ns, 150);
  EXPECT_EQ(started[1].end_ns, 200);
}

TEST(Discipline, WhoLeavesGivesHisPlaceBack) {
  auto queue = make_discipline(servers(1));
  std::vector<Started> started;
  ASSERT_TRUE(queue->arrive(1, 0, 1000));
  ASSERT_TRUE(queue->arrive(2, 10, 1000));
  ASSERT_TRUE(queue->arrive(3, 20, 1000));
  queue->advance(20, started);
  EXPECT_EQ(queue->waiting(), 2u);
  queue->leave(2, 30);   // waited
  queue->leave(1, 400);  // was served
  queue->advance(5000, started);
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(started[1].id, 3u);
  EXPECT_EQ(started[1].begin_ns, 400);
}

}  // namespace
}  // namespace lynxbench::stub
