// What attribution makes of a whole run: sums over phases, the cost of profiling, owners.
#include <gtest/gtest.h>

#include <numeric>

#include "attribution/attribution.h"

namespace lynxbench::attribution {
namespace {

RequestRecord answered(std::uint64_t batch, std::uint32_t batch_size, std::int64_t call_ns,
                       std::optional<std::uint32_t> profile = std::nullopt) {
  RequestRecord record;
  record.status = RequestStatus::kOk;
  record.done_ns = 1'000 + call_ns;
  ServerStages stages;
  stages.run_begin_ns = 500;
  stages.run_end_ns = 500 + call_ns;
  stages.post_end_ns = stages.run_end_ns;
  stages.batch = batch;
  stages.batch_size = batch_size;
  stages.profile = profile;
  record.stages = stages;
  return record;
}

Phase phase(PhaseKind kind, const std::string& point, std::vector<RequestRecord> requests,
            std::uint32_t session = 1) {
  Phase result;
  result.kind = kind;
  result.point = point;
  result.session = session;
  result.requests = std::move(requests);
  return result;
}

RunRecord run_of(std::vector<Phase> phases) {
  RunRecord run;
  run.phases = std::move(phases);
  return run;
}

std::int64_t class_ns(const TimeBreakdown& sum, TimeClass time_class) {
  return sum.by_class_ns[static_cast<std::size_t>(time_class)];
}

std::int64_t class_sum(const TimeBreakdown& sum) {
  return std::accumulate(sum.by_class_ns.begin(), sum.by_class_ns.end(), std::int64_t{0});
}

TEST(Summarize, MeasuredPhasesOfAPointAreOneSumAndWarmUpAndSearchAreNone) {
  const RunRecord run =
      run_of({phase(PhaseKind::kWarmUp, "", {answered(0, 1, 7)}),
              phase(PhaseKind::kSearch, "", {answered(0, 1, 7)}),
              phase(PhaseKind::kMeasure, "half", {answered(0, 1, 10), answered(1, 1, 20)}),
              phase(PhaseKind::kMeasure, "full", {answered(0, 1, 40)}),
              phase(PhaseKind::kMeasure, "half", {answered(0, 1, 30)}, 2)});
  const std::vector<TimeBreakdown> sums = summarize(run, {});
  ASSERT_EQ(sums.size(), 2U);
  EXPECT_EQ(sums[0].point, "half");
  EXPECT_EQ(sums[0].requests_kind, "all");
  EXPECT_EQ(sums[0].requests, 3U);
  EXPECT_EQ(sums[0].total_ns, 3'060);
  EXPECT_EQ(class_ns(sums[0], TimeClass::kModelExecution), 60);
  EXPECT_EQ(class_sum(sums[0]), 3'060);
  EXPECT_EQ(sums[1].point, "full");
}

TEST(Summarize, FailuresAndRecordsWithoutStagesAreLeftOutAndCounted) {
  RequestRecord rejected = answered(0, 1, 10);
  rejected.status = RequestStatus::kRejected;
  RequestRecord bare = answered(0, 1, 10);
  bare.stages.reset();
  const std::vector<TimeBreakdown> sums = summarize(
      run_of({phase(PhaseKind::kMeasure, "half", {rejected, bare, answered(1, 1, 10)})}), {});
  EXPECT_EQ(sums[0].requests, 1U);
  EXPECT_EQ(sums[0].left_out, 2U);
  EXPECT_EQ(sums[0].total_ns, 1'010);
}

TEST(Summarize, EveryRequestOfAProfiledBatchHasTheWholeBatchsSplit) {
  const std::map<std::uint32_t, OperatorSplit> splits{{3, {90, 50, 20, 10}}};
  const RunRecord run =
      run_of({phase(PhaseKind::kProfile, "half",
                    {answered(0, 2, 100, 3), answered(0, 2, 100, 3), answered(1, 1, 60)})});
  const std::vector<TimeBreakdown> sums = summarize(run, splits);
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums[0].requests_kind, "profiled");
  EXPECT_EQ(sums[0].requests, 2U);
  EXPECT_EQ(sums[0].left_out, 0U);  // the plain batch is of the other kind
  EXPECT_EQ(class_ns(sums[0], TimeClass::kComputeBound), 100);
  EXPECT_EQ(class_ns(sums[0], TimeClass::kFrameworkOverhead), 20);
  EXPECT_EQ(class_ns(sums[0], TimeClass::kInstrument), 20);
  EXPECT_EQ(class_ns(sums[0], TimeClass::kModelExecution), 0);
  EXPECT_EQ(class_sum(sums[0]), sums[0].total_ns);
}

TEST(Summarize, AProfiledRequestWhoseProfileCannotBeUsedIsLeftOut) {
  const std::map<std::uint32_t, OperatorSplit> splits{{4, {std::nullopt, 50, 20, 10}}};
  const RunRecord run = run_of(
      {phase(PhaseKind::kProfile, "half", {answered(0, 1, 100, 3), answered(1, 1, 100, 4)})});
  const std::vector<TimeBreakdown> sums = summarize(run, splits);
  EXPECT_EQ(sums[0].requests, 0U);
  EXPECT_EQ(sums[0].left_out, 2U);
  EXPECT_EQ(sums[0].total_ns, 0);
}

// `count` batches of `size` requests each, in calls of 100, 110, 120 ...
void add_batches(Phase& phase, std::uint64_t& batch, int count, std::uint32_t size, bool profiled,
                 std::int64_t first_ns) {
  for (int i = 0; i < count; ++i, ++batch) {
    for (std::uint32_t request = 0; request < size; ++request) {
      phase.requests.push_back(answered(batch, size, first_ns + 10 * i,
                                        profiled ? std::optional<std::uint32_t>(1) : std::nullopt));
    }
  }
}

TEST(ProfilingCost, IsTheRatioOfMediansAtTheCommonestBatchSize) {
  Phase profile = phase(PhaseKind::kProfile, "half", {});
  std::uint64_t batch = 0;
  add_batches(profile, batch, 5, 1, true, 1'200);  // median 1220
  add_batches(profile, batch, 20, 1, false, 905);  // median 1000
  add_batches(profile, batch, 4, 4, true, 9'000);  // fewer on the lesser side
  add_batches(profile, batch, 40, 4, false, 3'000);
  const std::vector<ProfilingCost> costs = profiling_cost(run_of({profile}));
  ASSERT_EQ(costs.size(), 1U);
  EXPECT_EQ(costs[0].point, "half");
  EXPECT_EQ(costs[0].profiled, 5U);
  EXPECT_EQ(costs[0].plain, 20U);
  EXPECT_EQ(costs[0].profiled_ns, 1'220);
  EXPECT_EQ(costs[0].plain_ns, 1'000);
  EXPECT_DOUBLE_EQ(*costs[0].ratio, 0.22);
  EXPECT_EQ(costs[0].withheld, "");
}

TEST(ProfilingCost, ABatchCountsOnceHoweverManyRequestsItServed) {
  Phase profile = phase(PhaseKind::kProfile, "half", {});
  std::uint64_t batch = 0;
  add_batches(profile, batch, 4, 4, true, 1'000);
  add_batches(profile, batch, 40, 4, false, 1'000);
  const std::vector<ProfilingCost> costs = profiling_cost(run_of({profile}));
  EXPECT_EQ(costs[0].profiled, 4U);
  EXPECT_EQ(costs[0].plain, 40U);
}

TEST(ProfilingCost, IsWithheldBelowFiveBatchesOnEitherSide) {
  Phase profile = phase(PhaseKind::kProfile, "half", {});
  std::uint64_t batch = 0;
  add_batches(profile, batch, 4, 1, true, 1'000);
  add_batches(profile, batch, 40, 1, false, 1'000);
  const std::vector<ProfilingCost> costs = profiling_cost(run_of({profile}));
  EXPECT_FALSE(costs[0].ratio || costs[0].profiled_ns || costs[0].plain_ns);
  EXPECT_NE(costs[0].withheld, "");
  const std::vector<ProfilingCost> empty =
      profiling_cost(run_of({phase(PhaseKind::kProfile, "half", {})}));
  EXPECT_EQ(empty[0].withheld, "no batch was answered well");
}

TEST(ProfilingCost, BatchesOfTwoSessionsAreNotTakenForOneAndMeasuredPhasesDontCount) {
  Phase first = phase(PhaseKind::kProfile, "half", {}, 1);
  Phase second = phase(PhaseKind::kProfile, "half", {}, 2);
  Phase measured = phase(PhaseKind::kMeasure, "half", {}, 1);
  for (Phase* one : {&first, &second, &measured}) {
    std::uint64_t batch = 0;
    add_batches(*one, batch, 3, 1, true, 1'000);
    add_batches(*one, batch, 3, 1, false, 1'000);
  }
  const std::vector<ProfilingCost> costs = profiling_cost(run_of({first, second, measured}));
  ASSERT_EQ(costs.size(), 1U);
  EXPECT_EQ(costs[0].profiled, 6U);
  EXPECT_EQ(costs[0].plain, 6U);
  EXPECT_EQ(costs[0].ratio, 0);
}

TEST(Owners, AreTheContractsCandidatesAndTheirTeams) {
  Contract contract;
  contract.layers[Layer::kServing].owner = "ML platform";
  contract.layers[Layer::kRuntime].owner = "ML platform";
  contract.ownership[TimeClass::kQueue] = {Layer::kServing, Layer::kDemand, Layer::kRuntime};
  const std::vector<ClassOwners> result = owners(contract);
  ASSERT_EQ(result.size(), kTimeClassCount);
  const ClassOwners& queue = result[static_cast<std::size_t>(TimeClass::kQueue)];
  EXPECT_EQ(queue.time_class, TimeClass::kQueue);
  EXPECT_EQ(queue.layers,
            (std::vector<Layer>{Layer::kServing, Layer::kDemand, Layer::kRuntime}));
  EXPECT_EQ(queue.owners, (std::vector<std::string>{"ML platform", "unknown"}));
  EXPECT_TRUE(result[0].layers.empty() && result[0].owners.empty());
}

}  // namespace
}  // namespace lynxbench::attribution
