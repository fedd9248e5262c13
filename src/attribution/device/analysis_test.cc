// What is said beyond the budget: steps, launch queues, ranks, clocks, requests, owners, differences.
#include <gtest/gtest.h>

#include <string>

#include "attribution/device/clock_reasons.h"
#include "attribution/device/collectives.h"
#include "attribution/device/context.h"
#include "attribution/device/device_budget.h"
#include "attribution/device/device_figures.h"
#include "attribution/device/device_owners.h"
#include "attribution/device/difference.h"
#include "attribution/device/iterations.h"
#include "attribution/device/launch_queue.h"
#include "attribution/device/timeline_for_test.h"

namespace lynxbench::attribution {
namespace {

std::int64_t part_of(const DeviceBudget& budget, DeviceTime time) {
  for (const DeviceTimePart& part : budget.parts) {
    if (part.time == time) return part.ns;
  }
  return 0;
}

std::vector<DeviceFigures> figures_of(const Timeline& timeline,
                                      const IntervalSet* requests = nullptr) {
  const DeviceClasses classes = classify(timeline);
  std::vector<DeviceFigures> devices = device_figures(timeline, classes);
  fill_budgets(timeline, classes, {.requests = requests}, devices);
  return devices;
}

TEST(Iterations, StepsAreRangesThatDifferInTheirNumbersOnly) {
  TimelineBuilder build;
  for (int i = 0; i < 3; ++i) {
    build.host(HostWork::kAnnotation, "ProfilerStep#" + std::to_string(i), i * 100, i * 100 + 90);
    build.call(i * 100 + 10, i * 100 + 20, static_cast<LinkKey>(i));
  }
  for (int i = 0; i < 3; ++i) {
    build.kernel(i * 100 + 30, i * 100 + 40 + i, static_cast<LinkKey>(i));
  }
  const auto found = iterations(build.linked());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->pattern, "ProfilerStep#");
  EXPECT_EQ(found->count, 3U);
  EXPECT_EQ(found->host_p50_ns, 90);
  EXPECT_EQ(found->shown[2].device_ns, 12);
  EXPECT_EQ(found->shown[2].kernels, 1U);
}

TEST(Iterations, RangesThatOverlapOrMeanNoStepAreNone) {
  TimelineBuilder build;
  build.host(HostWork::kAnnotation, "step 1", 0, 100);
  build.host(HostWork::kAnnotation, "step 2", 50, 150);
  build.host(HostWork::kAnnotation, "step 3", 200, 250);
  for (int i = 0; i < 3; ++i) {
    build.host(HostWork::kAnnotation, "optimizer " + std::to_string(i), 300 + i * 10, 305 + i * 10);
  }
  EXPECT_FALSE(iterations(build.linked()).has_value());
}

TEST(LaunchQueue, CountsLaunchesFromTheCallsBeginToTheKernels) {
  TimelineBuilder build;
  build.call(0, 5, 1);
  build.call(10, 15, 2);
  build.call(20, 25, 3);
  build.kernel(30, 40, 1);
  build.kernel(40, 60, 2);
  build.kernel(60, 70, 3);
  std::vector<DeviceFigures> devices = figures_of(build.linked());
  fill_launch_queues(build.t, devices);
  ASSERT_TRUE(devices[0].launch_queue.has_value());
  const LaunchQueue& queue = *devices[0].launch_queue;
  EXPECT_EQ(queue.most, 3U);
  // Over [30, 70): 2 until 40, 1 until 60, 0 to the end.
  EXPECT_DOUBLE_EQ(queue.mean, (10 * 2 + 20 * 1) / 40.0);
  EXPECT_EQ(queue.empty_ns, 10);
}

TEST(Ranks, TheShortestOfACollectiveArrivedLastAndTheOthersWaitedForIt) {
  std::vector<RankCollectives> ranks(2);
  ranks[0] = {.rank = 0, .kinds = {{"allreduce", "g", {100, 300}}}};
  ranks[1] = {.rank = 1, .kinds = {{"allreduce", "g", {40, 350, 7}}}};
  const std::vector<TraceFileFigures> files(2);
  const auto compared = compare_ranks(ranks, files);
  ASSERT_TRUE(compared.has_value());
  EXPECT_EQ(compared->ranks[0].wait_ns, 60);
  EXPECT_EQ(compared->ranks[1].wait_ns, 50);
  EXPECT_EQ(compared->ranks[0].transfer_ns, 340);
  EXPECT_EQ(compared->straggler, 1);
  ASSERT_EQ(compared->collectives.size(), 1U);
  EXPECT_EQ(compared->collectives[0].count, 2U);
  EXPECT_EQ(compared->collectives[0].unmatched, 1U);
}

TEST(Ranks, WaitingForAnotherRankIsAClassOfItsOwn) {
  std::vector<RankCollectives> ranks(2);
  ranks[0] = {.rank = 0, .kinds = {{"ncclAllReduce", "", {100}}}};
  ranks[1] = {.rank = 1, .kinds = {{"ncclAllReduce", "", {30}}}};
  TimelineBuilder build;
  build.t.rank = 0;
  build.kernel(0, 20);
  build.kernel(10, 110, kNoLink, "ncclAllReduce", 8);
  const Timeline& timeline = build.linked();
  const DeviceClasses classes = classify(timeline);
  const std::vector<std::int64_t> waits = waits_of_rows(timeline, classes, rank_waits(ranks));
  ASSERT_EQ(waits, (std::vector<std::int64_t>{0, 70}));
  std::vector<DeviceFigures> devices = device_figures(timeline, classes);
  fill_budgets(timeline, classes, {.rank_waits_ns = waits}, devices);
  // [10, 80) waits, of which [10, 20) is hidden; [80, 110) transfers.
  EXPECT_EQ(part_of(devices[0].span, DeviceTime::kRankWait), 60);
  EXPECT_EQ(part_of(devices[0].span, DeviceTime::kCommunication), 30);
  EXPECT_EQ(devices[0].exposed_communication_ns, 90);
}

TEST(Ranks, TwoFilesOfOneRankAreNotCompared) {
  std::vector<RankCollectives> ranks(2);
  ranks[0].rank = ranks[1].rank = 3;
  const std::vector<TraceFileFigures> files(2);
  EXPECT_FALSE(compare_ranks(ranks, files).has_value());
  ranks[1].rank.reset();
  EXPECT_FALSE(compare_ranks(ranks, files).has_value());
}

// Two kernels; the second's launch is late by [20, 90).
TimelineBuilder late_launch() {
  TimelineBuilder build;
  build.host(HostWork::kOperator, "aten::slow", 15, 95);
  build.call(90, 95, 2);
  build.kernel(10, 20, kNoLink);
  build.kernel(100, 110, 2);
  return build;
}

TEST(Requests, IdleTimeWithoutARequestIsTheDemands) {
  TimelineBuilder build = late_launch();
  const IntervalSet requests{{0, 40}, {80, 200}};
  const std::vector<DeviceFigures> devices = figures_of(build.linked(), &requests);
  EXPECT_EQ(part_of(devices[0].span, DeviceTime::kIdleNoRequest), 40);
  EXPECT_EQ(part_of(devices[0].span, DeviceTime::kIdleOperator), 30);
  EXPECT_EQ(part_of(devices[0].span, DeviceTime::kIdleLaunch), 10);
}

TEST(Requests, ThatWaitedWereThereAndAreSetBesideATraceOnTheWallClockOnly) {
  Timeline server;
  server.file = "otlp.json";
  server.clock = {TraceClock::Kind::kWall, 1000, "wall"};
  server.requests.push_back({.begin_ns = 100, .end_ns = 150, .queued = QueueWait{90, 130}});
  TraceContext context;
  EXPECT_FALSE(add_to(context, server).has_value());
  TimelineBuilder build;
  build.kernel(0, 1);
  Timeline& trace = build.linked();
  trace.clock.source = "a monotonic clock";
  EXPECT_FALSE(request_queue(context, trace).has_value());
  ASSERT_TRUE(requests_apart(context, trace).has_value());
  EXPECT_NE(requests_apart(context, trace)->find("a monotonic clock"), std::string::npos);
  EXPECT_FALSE(requests_apart({}, trace).has_value());
  trace.clock = {TraceClock::Kind::kWall, 1050, "wall"};
  EXPECT_FALSE(requests_apart(context, trace).has_value());
  const auto queue = request_queue(context, trace);
  ASSERT_TRUE(queue.has_value());
  ASSERT_EQ(queue->steps.size(), 1U);
  EXPECT_EQ(queue->steps[0].begin_ns, 40);
  EXPECT_EQ(queue->steps[0].end_ns, 80);
  EXPECT_EQ(request_presence(context, trace)->front().begin_ns, 40);
}

TEST(Requests, AreSetBesideATraceOnTheWallClockOnly) {
  Timeline requests;
  requests.file = "otlp.json";
  requests.requests.push_back({.begin_ns = 100, .end_ns = 150});
  TraceContext context;
  EXPECT_TRUE(add_to(context, requests).has_value());
  EXPECT_TRUE(context.empty());
  requests.clock = {TraceClock::Kind::kWall, 1000, "wall"};
  EXPECT_FALSE(add_to(context, requests).has_value());
  Timeline trace;
  EXPECT_FALSE(request_presence(context, trace).has_value());
  trace.clock = {TraceClock::Kind::kWall, 1050, "wall"};
  const auto presence = request_presence(context, trace);
  ASSERT_TRUE(presence.has_value());
  EXPECT_EQ(presence->front().begin_ns, 50);
  EXPECT_EQ(presence->front().end_ns, 100);
}

TEST(Throttle, BusyTimeAtHalfTheHighestClockIsHalfLost) {
  TimelineBuilder build;
  build.kernel(0, 100);
  build.kernel(100, 200);
  TraceSeries clock;
  clock.name = "clocks.current.sm";
  clock.device = 0;
  for (const auto& [at, mhz] : {std::pair{0, 1000.0}, {100, 500.0}, {200, 500.0}}) {
    clock.at_ns.push_back(at);
    clock.value.push_back(mhz);
  }
  build.t.series.push_back(std::move(clock));
  std::vector<DeviceFigures> devices = figures_of(build.linked());
  fill_throttle(build.t, {}, devices);
  ASSERT_TRUE(devices[0].throttle.has_value());
  EXPECT_EQ(devices[0].throttle->covered_ns, 200);
  EXPECT_EQ(devices[0].throttle->lost_ns, 50);
  EXPECT_DOUBLE_EQ(devices[0].throttle->reference_hz, 1e9);
}

TEST(Throttle, ReasonsAreTheDriversBitsAndIdleIsNone) {
  TimelineBuilder build;
  build.kernel(0, 100);
  TraceSeries mask;
  mask.name = "clocks_event_reasons.active";
  mask.device = 0;
  TraceSeries flag;
  flag.name = "clocks_throttle_reasons.sw_thermal_slowdown";
  flag.device = 0;
  for (const auto& [at, bits, thermal] :
       {std::tuple{0, 5.0, 0.0}, {40, 1.0, 1.0}, {100, 0.0, 0.0}}) {
    mask.at_ns.push_back(at);
    mask.value.push_back(bits);
    flag.at_ns.push_back(at);
    flag.value.push_back(thermal);
  }
  build.t.series.push_back(std::move(mask));
  build.t.series.push_back(std::move(flag));
  std::vector<DeviceFigures> devices = figures_of(build.linked());
  fill_throttle(build.t, {}, devices);
  ASSERT_TRUE(devices[0].throttle.has_value());
  const std::vector<std::pair<std::string, std::int64_t>> expected{
      {"power cap (software)", 40}, {"thermal slowdown (software)", 60}};
  EXPECT_EQ(devices[0].throttle->reasons, expected);
  EXPECT_EQ(reason_notes(build.t).size(), 2U);
}

TEST(Throttle, AFileWithNothingButReasonsIsContext) {
  Timeline telemetry;
  telemetry.clock = {TraceClock::Kind::kWall, 0, "wall"};
  TraceSeries mask;
  mask.name = "clocks_event_reasons.active";
  mask.at_ns.push_back(0);
  mask.value.push_back(4);
  telemetry.series.push_back(std::move(mask));
  TraceContext context;
  EXPECT_TRUE(context.empty());
  EXPECT_FALSE(add_to(context, telemetry).has_value());
  EXPECT_FALSE(context.empty());
}

TEST(Owners, TheContractsRulesComeFirstAndItsOwnersAreNamed) {
  DeviceBudget budget;
  budget.parts = {{DeviceTime::kIdleOperator, 5}, {DeviceTime::kCommunication, 7}};
  Contract contract;
  contract.ownership[TimeClass::kFrameworkOverhead] = {Layer::kServing};
  contract.layers[Layer::kServing].owner = "ML platform";
  const auto owners = device_owners(budget, &contract);
  ASSERT_EQ(owners.size(), 2U);
  EXPECT_TRUE(owners[0].by_contract);
  EXPECT_EQ(owners[0].layers, std::vector<Layer>{Layer::kServing});
  EXPECT_EQ(owners[0].owners, std::vector<std::string>{"ML platform"});
  EXPECT_FALSE(owners[1].by_contract);
  EXPECT_FALSE(owners[1].layers.empty());
  EXPECT_EQ(owners[1].owners, std::vector<std::string>{"unknown"});
}

TraceFileFigures file_of(const char* device, std::int64_t compute_ns, std::int64_t idle_ns) {
  TraceFileFigures file;
  DeviceFigures& one = file.devices.emplace_back();
  one.name = device;
  one.span.whole_ns = compute_ns + idle_ns;
  one.span.parts = {{DeviceTime::kComputeUnknown, compute_ns}, {DeviceTime::kIdlePython, idle_ns}};
  return file;
}

TEST(Difference, ChangesOfClassesAddUpToTheWholes) {
  const TraceDifference change = difference(file_of("A", 100, 50), file_of("A", 90, 10));
  EXPECT_TRUE(change.hardware.empty());
  EXPECT_EQ(change.classes.front().time, DeviceTime::kIdlePython);
  std::int64_t sum = 0;
  for (const ClassDifference& one : change.classes) sum += one.after_ns - one.before_ns;
  EXPECT_EQ(sum, change.after_ns - change.before_ns);
}

TEST(Difference, OtherHardwareIsCalledOut) {
  const TraceDifference change = difference(file_of("A100", 100, 50), file_of("V100", 200, 50));
  ASSERT_EQ(change.hardware.size(), 1U);
  EXPECT_NE(change.hardware[0].find("V100"), std::string::npos);
}

TEST(Difference, IterationsOfOneKindMakeTimesComparable) {
  TraceFileFigures before = file_of("A", 1000, 0);
  TraceFileFigures after = file_of("A", 900, 0);
  before.iterations = IterationFigures{.pattern = "step ", .count = 10};
  after.iterations = IterationFigures{.pattern = "step ", .count = 5};
  const TraceDifference change = difference(before, after);
  EXPECT_EQ(change.before_ns, 100);
  EXPECT_EQ(change.after_ns, 180);
}

}  // namespace
}  // namespace lynxbench::attribution
