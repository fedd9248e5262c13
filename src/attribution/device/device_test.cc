// Figures and budgets of devices: timelines of which the answer follows by hand, and random small ones
// against a model that looks at each nanosecond by itself.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "attribution/device/device_budget.h"
#include "attribution/device/device_class.h"
#include "attribution/device/device_figures.h"
#include "attribution/device/host_sweep.h"
#include "attribution/device/timeline_for_test.h"

namespace lynxbench::attribution {
namespace {

using Parts = std::map<DeviceTime, std::int64_t>;

std::vector<DeviceFigures> figures_of(const Timeline& t, const BudgetEvidence& evidence = {}) {
  const DeviceClasses classes = classify(t);
  std::vector<DeviceFigures> devices = device_figures(t, classes);
  fill_budgets(t, classes, evidence, devices);
  return devices;
}

Parts parts_of(const DeviceBudget& budget) {
  Parts parts;
  for (const DeviceTimePart& part : budget.parts) parts[part.time] += part.ns;
  return parts;
}

// ---- by hand -------------------------------------------------------------------------------------

TEST(DeviceFigures, CommunicationAndCopiesAreHiddenOrExposed) {
  TimelineBuilder build;
  build.kernel(100, 200);                                        // computes 100..200
  build.kernel(150, 260, kNoLink, "ncclDevKernel_AllReduce", 8);  // 50 hidden, 60 exposed
  build.copy(190, 300, {.bytes = 220, .kind = CopyKind::kHostToDevice}, kNoLink, 9);  // 40 exposed
  build.kernel(350, 400);
  const DeviceFigures f = figures_of(build.linked()).at(0);
  EXPECT_EQ(f.kernels, 3U);
  EXPECT_EQ(f.copies, 1U);
  EXPECT_EQ(f.streams, 3U);
  EXPECT_EQ(f.span_ns, 300);
  EXPECT_EQ(f.compute_ns, 150);
  EXPECT_EQ(f.communication_ns, 110);
  EXPECT_EQ(f.overlap_ns, 50);
  EXPECT_EQ(f.exposed_communication_ns, 60);
  EXPECT_EQ(f.copy_ns, 110);
  EXPECT_EQ(f.exposed_copy_ns, 40);
  EXPECT_EQ(f.busy_ns, 250);
  EXPECT_EQ(f.idle_ns, 50);
  EXPECT_EQ(f.sum_kernel_ns, 260);
  EXPECT_EQ(f.host_to_device.bytes, 220);
  EXPECT_EQ(f.host_to_device.bytes_per_s(), 2e9);
  EXPECT_EQ(f.span.hidden_communication_ns, 50);
  EXPECT_EQ(f.span.hidden_copies.other_ns, 70);
  EXPECT_EQ(f.span.hidden_copies.sum_ns(), 70);
  EXPECT_EQ(parts_of(f.span), (Parts{{DeviceTime::kComputeUnknown, 150},
                                     {DeviceTime::kCommunication, 60},
                                     {DeviceTime::kCopyOther, 40},
                                     {DeviceTime::kIdleUnknown, 50}}));
}

TEST(DeviceFigures, WorkOfTwoDevicesIsNeverPutTogether) {
  TimelineBuilder build;
  build.kernel(0, 10, kNoLink, "a", 7, 0);
  build.kernel(5, 15, kNoLink, "a", 7, 3);
  build.kernel(30, 40, kNoLink, "a", 7, 0);
  const auto devices = figures_of(build.linked());
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].device, 0);
  EXPECT_EQ(devices[0].idle_ns, 20);
  EXPECT_EQ(devices[1].device, 3);
  EXPECT_EQ(devices[1].busy_ns, 10);
  EXPECT_EQ(devices[1].idle_ns, 0);
  EXPECT_EQ(devices[1].overlaps_in_stream, 0U);
}

TEST(DeviceFigures, LaunchDelaysAreFromTheCallsEndByNearestRank) {
  TimelineBuilder build;
  std::int64_t delays[] = {5, -3, 10, 20};  // of work at 100, 200, 300, 400
  for (int i = 0; i < 4; ++i) {
    build.call(100 * i + 50, 100 * (i + 1) - delays[i], 10 + i);
    build.kernel(100 * (i + 1), 100 * (i + 1) + 10, 10 + i);
  }
  build.kernel(900, 907);
  const DeviceFigures f = figures_of(build.linked()).at(0);
  EXPECT_EQ(f.launched_kernels, 4U);
  EXPECT_EQ(f.launch_delay_p50_ns, 5);
  EXPECT_EQ(f.launch_delay_p99_ns, 20);
  EXPECT_EQ(f.negative_delays, 1U);
  EXPECT_EQ(f.unlinked, 1U);
  EXPECT_EQ(f.unlinked_sum_ns, 7);
  EXPECT_TRUE(f.warnings.empty());
}

TEST(DeviceFigures, WithoutLaunchedKernelsThereIsNoLaunchDelay) {
  TimelineBuilder build;
  build.kernel(100, 200);
  const DeviceFigures f = figures_of(build.linked()).at(0);
  EXPECT_EQ(f.launch_delay_p50_ns, std::nullopt);
  EXPECT_EQ(f.launch_delay_p99_ns, std::nullopt);
}

TEST(DeviceFigures, ClocksThatDisagreeGiveNoLaunchDelayAndBlameNobody) {
  TimelineBuilder build;
  constexpr std::int64_t kLate = 10'000'000'000;
  for (int i = 0; i < 3; ++i) build.call(kLate + 100 * i, kLate + 100 * i + 20, i);
  for (int i = 0; i < 3; ++i) build.kernel(100 * i, 100 * i + 50, i);
  const DeviceFigures f = figures_of(build.linked()).at(0);
  EXPECT_TRUE(clocks_disagree(f));
  EXPECT_EQ(f.launch_delay_p50_ns, std::nullopt);
  ASSERT_EQ(f.warnings.size(), 1U);
  EXPECT_NE(f.warnings[0].find("clocks"), std::string::npos);
  EXPECT_EQ(parts_of(f.span), (Parts{{DeviceTime::kComputeUnknown, 150},
                                     {DeviceTime::kIdleUnknown, 100}}));
}

TEST(DeviceFigures, OverlapInAStreamIsUnionNotSumAndWarned) {
  TimelineBuilder build;
  build.kernel(100, 200);
  build.kernel(150, 250);
  build.kernel(200, 220, kNoLink, "other stream", 8);
  const DeviceFigures f = figures_of(build.linked()).at(0);
  EXPECT_EQ(f.busy_ns, 150);
  EXPECT_EQ(f.sum_kernel_ns, 220);
  EXPECT_EQ(f.overlaps_in_stream, 1U);
  EXPECT_EQ(f.warnings.size(), 1U);
}

// Kernel 100..200, then a gap until 300, launched on thread 1 at 260.
TimelineBuilder one_gap() {
  TimelineBuilder build;
  build.t.thread_of(1, 1);  // its rows come first
  return build;
}

TEST(DeviceBudget, AGapIsTheHostsUntilItsLaunchBeginsAndThenTheLaunchs) {
  TimelineBuilder build = one_gap();
  build.host(HostWork::kPython, "main.py", 90, 400);
  build.call(91, 95, 1);
  build.host(HostWork::kOperator, "aten::mm", 210, 290);
  build.call(260, 280, 2);
  build.kernel(100, 200, 1);
  build.kernel(300, 310, 2);
  const DeviceFigures f = figures_of(build.linked()).at(0);
  EXPECT_EQ(parts_of(f.span), (Parts{{DeviceTime::kComputeUnknown, 110},
                                     {DeviceTime::kIdlePython, 10},     // 200..210
                                     {DeviceTime::kIdleOperator, 50},   // 210..260
                                     {DeviceTime::kIdleLaunch, 40}}));  // 260..300
  EXPECT_EQ(f.idle.host_late_ns, 60);
  EXPECT_EQ(f.idle.launch_ns, 40);
  ASSERT_EQ(f.culprits.size(), 2U);
  EXPECT_EQ(f.culprits[0].name, "aten::mm");
  EXPECT_EQ(f.culprits[0].ns, 50);
  EXPECT_EQ(f.culprits[0].gaps, 1U);
  // 90..100 before the first work: the launch at 91; 310..400 behind the last: Python.
  EXPECT_EQ(f.wall.whole_ns, 310);
  EXPECT_EQ(f.wall.begin_ns, 90);
  EXPECT_EQ(parts_of(f.wall), (Parts{{DeviceTime::kComputeUnknown, 110},
                                     {DeviceTime::kIdlePython, 10 + 1 + 90},
                                     {DeviceTime::kIdleOperator, 50},
                                     {DeviceTime::kIdleLaunch, 40 + 9}}));
}

// The class of the gap between two kernels, 200..300, of which the second was launched at 300 and the
// launching thread was in what `fill` adds.
template <typename Fill>
Parts gap_with(const Fill& fill, const BudgetEvidence& evidence = {}) {
  TimelineBuilder build = one_gap();
  fill(build);
  build.call(300, 301, 2, 99);
  build.kernel(100, 200);
  build.kernel(300, 310, 2);
  Parts parts = parts_of(figures_of(build.linked(), evidence).at(0).span);
  parts.erase(DeviceTime::kComputeUnknown);
  return parts;
}

TEST(DeviceBudget, EachThingTheLaunchingThreadCanBeInHasItsClass) {
  const auto in = [](HostWork work, std::string_view name) {
    return gap_with([&](TimelineBuilder& build) {
      build.t.thread_of(1, 99);
      build.host(work, name, 150, 300, 99);
    });
  };
  const auto all = [](DeviceTime time) { return Parts{{time, 100}}; };
  EXPECT_EQ(in(HostWork::kOperator, "aten::mm"), all(DeviceTime::kIdleOperator));
  EXPECT_EQ(in(HostWork::kPython, "f"), all(DeviceTime::kIdlePython));
  EXPECT_EQ(in(HostWork::kPython, "torch/utils/data/dataloader.py(628): __next__"),
            all(DeviceTime::kIdleDataLoader));
  EXPECT_EQ(in(HostWork::kAnnotation, "enumerate(DataLoader)"), all(DeviceTime::kIdleDataLoader));
  EXPECT_EQ(in(HostWork::kCall, "cudaMalloc"), all(DeviceTime::kIdleCall));
  EXPECT_EQ(in(HostWork::kCall, "cudaStreamSynchronize"), all(DeviceTime::kIdleSynchronisation));
  EXPECT_EQ(in(HostWork::kSystemCall, "poll"), all(DeviceTime::kIdleSystemCall));
  EXPECT_EQ(in(HostWork::kAnnotation, "step"), all(DeviceTime::kIdleProgram));
  EXPECT_EQ(in(HostWork::kOther, "x"), all(DeviceTime::kIdleProgram));
  EXPECT_EQ(gap_with([](TimelineBuilder&) {}), all(DeviceTime::kIdleHostUnseen));
}

TEST(DeviceBudget, QueuedRequestsExplainOnlyWhatNothingOnTheHostDoes) {
  const RequestQueue queue{{{180, 260, 3}, {280, 400, 1}}, {"server.json: a rule"}};
  const auto in = [&](HostWork work, std::string_view name) {
    return gap_with(
        [&](TimelineBuilder& build) {
          build.t.thread_of(1, 99);
          build.host(work, name, 150, 300, 99);
        },
        {.queue = &queue});
  };
  const auto all = [](DeviceTime time) { return Parts{{time, 100}}; };
  const auto queued_or = [](DeviceTime time) {
    return Parts{{DeviceTime::kIdleRequestsQueued, 80}, {time, 20}};
  };
  EXPECT_EQ(in(HostWork::kOperator, "aten::mm"), all(DeviceTime::kIdleOperator));
  EXPECT_EQ(in(HostWork::kPython, "f"), all(DeviceTime::kIdlePython));
  EXPECT_EQ(in(HostWork::kPython, "DataLoader"), all(DeviceTime::kIdleDataLoader));
  EXPECT_EQ(in(HostWork::kCall, "cudaMalloc"), all(DeviceTime::kIdleCall));
  EXPECT_EQ(in(HostWork::kCall, "cudaStreamSynchronize"), all(DeviceTime::kIdleSynchronisation));
  EXPECT_EQ(in(HostWork::kAnnotation, "step"), all(DeviceTime::kIdleProgram));
  EXPECT_EQ(in(HostWork::kSystemCall, "write"), all(DeviceTime::kIdleSystemCall));
  EXPECT_EQ(in(HostWork::kSystemCall, "nanosleep"), all(DeviceTime::kIdleSystemCall));
  EXPECT_EQ(in(HostWork::kSystemCall, "pthread_cond_wait"), queued_or(DeviceTime::kIdleSystemCall));
  EXPECT_EQ(in(HostWork::kPython, "<built-in method acquire of _thread.lock object at 0x7f>"),
            queued_or(DeviceTime::kIdlePython));
  EXPECT_EQ(in(HostWork::kPython, "<built-in method sleep>"), all(DeviceTime::kIdlePython));
  EXPECT_EQ(gap_with([](TimelineBuilder&) {}, {.queue = &queue}),
            queued_or(DeviceTime::kIdleHostUnseen));
}

TEST(DeviceBudget, WhatWasLaunchedOrCannotBeKnownIsNoQueuesWhoeverWaited) {
  const RequestQueue queue{{{0, 1000, 3}}, {}};
  TimelineBuilder build;
  build.call(10, 20, 1);
  build.call(30, 40, 2);
  build.call(270, 280, 3);
  build.kernel(100, 200, 1);
  build.kernel(250, 260, 2);  // launched before the gap
  build.kernel(300, 310, 3);  // launched at 270
  build.kernel(400, 410);     // nobody knows
  const DeviceFigures f = figures_of(build.linked(), {.queue = &queue}).at(0);
  EXPECT_EQ(parts_of(f.span), (Parts{{DeviceTime::kComputeUnknown, 130},
                                     {DeviceTime::kIdleQueued, 50},
                                     {DeviceTime::kIdleRequestsQueued, 10},
                                     {DeviceTime::kIdleLaunch, 30},
                                     {DeviceTime::kIdleUnknown, 90}}));
  ASSERT_TRUE(f.request_queue);
  EXPECT_EQ(f.request_queue->waiting_ns, 310);
  EXPECT_EQ(f.request_queue->idle_ns, 180);
  EXPECT_EQ(f.request_queue->queued_ns, 10);
}

TEST(DeviceBudget, HowManyWaitedIsOfTheTimeThatTheyExplain) {
  const RequestQueue queue{{{100, 220, 9}, {220, 240, 4}, {240, 300, 1}}, {"server.json: a rule"}};
  TimelineBuilder build = one_gap();
  build.t.thread_of(1, 99);
  build.host(HostWork::kOperator, "aten::mm", 150, 220, 99);
  build.call(300, 301, 2, 99);
  build.kernel(100, 200);
  build.kernel(300, 310, 2);
  const DeviceFigures f = figures_of(build.linked(), {.queue = &queue}).at(0);
  ASSERT_TRUE(f.request_queue);
  EXPECT_EQ(f.request_queue->queued_ns, 80);
  EXPECT_EQ(f.request_queue->mean, 1.75);  // (20 x 4 + 60 x 1) / 80
  EXPECT_EQ(f.request_queue->most, 4U);
  EXPECT_EQ(f.request_queue->sources, queue.sources);
}

TEST(DeviceBudget, WhereTheLaunchingThreadShowsNothingTheOthersOfItsProcessAreAsked) {
  EXPECT_EQ(gap_with([](TimelineBuilder& build) {
              build.host(HostWork::kSystemCall, "poll", 100, 220, 1);
              build.host(HostWork::kOperator, "aten::mm", 240, 260, 1);
              build.host(HostWork::kOperator, "of another process", 100, 300, 5, kNoLink, 2);
            }),
            (Parts{{DeviceTime::kIdleOperator, 20}, {DeviceTime::kIdleHostUnseen, 80}}));
}

TEST(DeviceBudget, ACulpritIsCountedOnceForEachGapHoweverItsPartsLie) {
  TimelineBuilder build = one_gap();
  build.host(HostWork::kOperator, "aten::busy", 100, 600, 1);
  build.t.thread_of(1, 99);
  build.host(HostWork::kOperator, "aten::short", 220, 230, 99);
  build.host(HostWork::kOperator, "aten::short", 240, 250, 99);
  build.call(300, 301, 2, 99);
  build.call(500, 501, 3, 99);
  build.kernel(100, 200);
  build.kernel(300, 400, 2);
  build.kernel(500, 510, 3);
  const DeviceFigures f = figures_of(build.linked()).at(0);
  ASSERT_EQ(f.culprits.size(), 2U);
  EXPECT_EQ(f.culprits[0].name, "aten::busy");
  EXPECT_EQ(f.culprits[0].ns, 180);  // 200..300 without what the launching thread did, 400..500
  EXPECT_EQ(f.culprits[0].gaps, 2U);
  EXPECT_EQ(f.culprits[1].gaps, 1U);
}

TEST(DeviceBudget, WhatWasLaunchedBeforeTheGapWaitedOnTheDevice) {
  TimelineBuilder build;
  build.call(10, 20, 1);
  build.call(30, 40, 2);
  build.kernel(100, 200, 1);
  build.kernel(250, 260, 2);
  build.kernel(265, 270, 2);  // of the same launch: a graph
  const Parts parts = parts_of(figures_of(build.linked()).at(0).span);
  EXPECT_EQ(parts, (Parts{{DeviceTime::kComputeUnknown, 115},
                          {DeviceTime::kIdleQueued, 50},
                          {DeviceTime::kIdleGraph, 5}}));
}

TEST(DeviceBudget, ALaunchAtTheVeryMomentAGapBeginsIsBeforeIt) {
  TimelineBuilder build;
  build.call(200, 210, 2);
  build.kernel(100, 200);
  build.kernel(250, 260, 2);
  EXPECT_EQ(parts_of(figures_of(build.linked()).at(0).span)[DeviceTime::kIdleQueued], 50);
}

TEST(DeviceBudget, EachMomentOfWorkBelongsToTheFirstClassThatApplies) {
  TimelineBuilder build;
  build.kernel(0, 10, kNoLink, "memory", 1);
  build.kernel(5, 15, kNoLink, "compute", 2);
  build.kernel(12, 25, kNoLink, "unknown", 3);
  build.kernel(20, 35, kNoLink, "nccl", 4);
  build.copy(30, 45, {.source = MemoryKind::kPageable}, kNoLink, 5);
  build.copy(40, 55, {.destination = MemoryKind::kPinned}, kNoLink, 6);
  build.copy(50, 65, {.source = MemoryKind::kDevice}, kNoLink, 7);
  const KernelBound bounds[] = {KernelBound::kMemory,  KernelBound::kCompute,
                                KernelBound::kUnknown, KernelBound::kUnknown,
                                KernelBound::kUnknown, KernelBound::kUnknown,
                                KernelBound::kUnknown};
  EXPECT_EQ(parts_of(figures_of(build.linked(), {.bounds = bounds}).at(0).span),
            (Parts{{DeviceTime::kComputeBound, 10},
                   {DeviceTime::kMemoryBound, 5},
                   {DeviceTime::kComputeUnknown, 10},
                   {DeviceTime::kCommunication, 10},
                   {DeviceTime::kCopyPageable, 10},
                   {DeviceTime::kCopyPinned, 10},
                   {DeviceTime::kCopyOther, 10}}));
}

TEST(DeviceClass, WhatNamesACollectiveIsCommunicationWhateverItIsCalled) {
  TimelineBuilder build;
  build.kernel(0, 1, kNoLink, "ncclDevKernel_AllReduce_Sum_f16_RING");
  build.kernel(1, 2, kNoLink, "void deep_ep::internode::dispatch<8>");
  build.kernel(2, 3, kNoLink, "multimem_all_reduce_kernel");
  build.kernel(3, 4, kNoLink, "hipblas_gemm");
  build.t.collectives.push_back({});
  build.t.kernels.push_back({.collective = 0});
  build.work(DeviceWork::kKernel, 4, 5, kNoLink, "my_kernel", 7, 0, 0);
  build.work(DeviceWork::kSet, 5, 6, kNoLink, "ncclMemset", 7, 0, kNoRow);
  const DeviceClasses classes = classify(build.linked());
  EXPECT_EQ(classes.of, (std::vector{DeviceClass::kCommunication, DeviceClass::kCommunication,
                                     DeviceClass::kCommunication, DeviceClass::kCompute,
                                     DeviceClass::kCommunication, DeviceClass::kCopy}));
  EXPECT_EQ(classes.rules[classes.rule_of[0]], "name has \"nccl\"");
  EXPECT_EQ(classes.rules[classes.rule_of[4]], "argument \"Collective name\"");
  EXPECT_EQ(classes.rules[classes.rule_of[3]], "");
}

// ---- against a model that looks at each nanosecond -----------------------------------------------

struct Model {
  const Timeline& t;
  DeviceClasses classes;
  std::int64_t device;
  std::vector<std::size_t> rows;  // of the device, in order
  const IntervalSet* requests;  // when one was there; null: not known
  const RequestQueue* queue;    // when some waited; null: not known
  std::int64_t begin = 0;
  std::int64_t end = 0;

  Model(const Timeline& timeline, std::int64_t id, const BudgetEvidence& evidence = {})
      : t(timeline), classes(classify(timeline)), device(id), requests(evidence.requests),
        queue(evidence.queue) {
    for (std::size_t row = 0; row < t.device.size(); ++row) {
      if (t.lanes[t.device.lane[row]].device == id) rows.push_back(row);
    }
    begin = t.device.begin_ns[rows.front()];
    for (std::size_t row : rows) end = std::max(end, t.device.end_ns[row]);
  }
  bool runs(std::size_t row, std::int64_t at) const {
    return t.device.begin_ns[row] <= at && at < t.device.end_ns[row];
  }
  DeviceTime working_class(std::size_t row) const {
    if (classes.of[row] == DeviceClass::kCompute) return DeviceTime::kComputeUnknown;
    if (classes.of[row] == DeviceClass::kCommunication) return DeviceTime::kCommunication;
    const CopyFacts& facts = t.copies[t.device.facts[row]];
    return facts.source == MemoryKind::kPageable ? DeviceTime::kCopyPageable
           : facts.source == MemoryKind::kPinned ? DeviceTime::kCopyPinned
                                                 : DeviceTime::kCopyOther;
  }
  bool queued_at(std::int64_t at) const {
    return queue != nullptr &&
           std::any_of(queue->steps.begin(), queue->steps.end(), [at](const QueueStep& one) {
             return one.begin_ns <= at && at < one.end_ns;
           });
  }
  // What a row of the host at `at` on `thread` says; nothing when there is none.
  std::optional<DeviceTime> host_class(std::uint32_t thread, std::int64_t at, bool launching) const {
    std::optional<std::uint32_t> innermost;
    bool loader = false;
    for (std::uint32_t row = 0; row < t.host.size(); ++row) {
      if (t.host.thread[row] != thread) continue;
      if (t.host.begin_ns[row] > at || at >= t.host.end_ns[row]) continue;
      innermost = row;
      loader = loader || t.names[t.host.name[row]] == "DataLoader";
    }
    if (!innermost) return std::nullopt;
    const HostWork work = t.host.work[*innermost];
    if (!launching && work == HostWork::kSystemCall) return std::nullopt;
    if (loader) return DeviceTime::kIdleDataLoader;
    const bool polls = t.names[t.host.name[*innermost]] == "poll" &&
                       (work == HostWork::kSystemCall || work == HostWork::kPython);
    if (polls && queued_at(at)) {
      if (!launching) return std::nullopt;
      return DeviceTime::kIdleRequestsQueued;
    }
    switch (work) {
      case HostWork::kOperator: return DeviceTime::kIdleOperator;
      case HostWork::kPython: return DeviceTime::kIdlePython;
      case HostWork::kSystemCall: return DeviceTime::kIdleSystemCall;
      case HostWork::kCall:
        return t.names[t.host.name[*innermost]] == "cudaStreamSynchronize"
                   ? DeviceTime::kIdleSynchronisation
                   : DeviceTime::kIdleCall;
      default: return DeviceTime::kIdleProgram;
    }
  }
  DeviceTime late_class(std::uint32_t thread, std::int64_t at) const {
    const auto covers = [at](const Moment& one) { return one.begin_ns <= at && at < one.end_ns; };
    if (requests != nullptr && std::none_of(requests->begin(), requests->end(), covers)) {
      return DeviceTime::kIdleNoRequest;
    }
    if (const auto own = host_class(thread, at, true)) return *own;
    std::vector<std::uint32_t> others;
    std::map<std::uint32_t, std::size_t> counts;
    for (std::uint32_t row = 0; row < t.host.size(); ++row) ++counts[t.host.thread[row]];
    for (const auto& [other, count] : counts) {
      if (other != thread && t.threads[other].process == t.threads[thread].process) {
        others.push_back(other);
      }
    }
    std::stable_sort(others.begin(), others.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
    for (std::uint32_t other : others) {
      if (const auto found = host_class(other, at, false)) return *found;
    }
    return queued_at(at) ? DeviceTime::kIdleRequestsQueued : DeviceTime::kIdleHostUnseen;
  }
  // The row whose end is the latest before `at`; of equal ones the last in order.
  std::optional<std::size_t> before(std::int64_t at) const {
    std::optional<std::size_t> found;
    for (std::size_t row : rows) {
      if (t.device.begin_ns[row] >= at) continue;
      if (!found || t.device.end_ns[row] >= t.device.end_ns[*found]) found = row;
    }
    return found;
  }
  std::optional<std::uint32_t> launch_row(std::size_t row) const {
    const std::uint32_t call = t.device.call[row];
    if (call == kNoRow) return std::nullopt;
    return t.calls.host_row[call];
  }
  DeviceTime class_at(std::int64_t at, std::int64_t window_begin) const {
    std::optional<DeviceTime> working;
    for (std::size_t row : rows) {
      if (runs(row, at) && (!working || working_class(row) < *working)) working = working_class(row);
    }
    if (working) return *working;
    const auto last = before(at + 1);
    const std::int64_t gap_begin = last ? t.device.end_ns[*last] : window_begin;
    std::optional<std::size_t> next;
    for (std::size_t row : rows) {
      if (!next && t.device.begin_ns[row] > at) next = row;
    }
    if (!next) {
      const auto launch = launch_row(*last);
      return launch ? late_class(t.host.thread[*launch], at) : DeviceTime::kIdleUnknown;
    }
    const auto launch = launch_row(*next);
    if (!launch) return DeviceTime::kIdleUnknown;
    if (t.host.begin_ns[*launch] <= gap_begin) {
      const bool same = last && t.device.call[*last] == t.device.call[*next];
      return same ? DeviceTime::kIdleGraph : DeviceTime::kIdleQueued;
    }
    return at < t.host.begin_ns[*launch] ? late_class(t.host.thread[*launch], at)
                                         : DeviceTime::kIdleLaunch;
  }
};

std::int64_t sum_of(const Parts& parts) {
  std::int64_t sum = 0;
  for (const auto& [time, ns] : parts) sum += ns;
  return sum;
}

void expect_queue(const Model& model, const DeviceFigures& f) {
  ASSERT_EQ(f.request_queue.has_value(), model.queue != nullptr);
  if (model.queue == nullptr) return;
  const auto idle = [&](std::int64_t at) {
    return std::none_of(model.rows.begin(), model.rows.end(),
                        [&](std::size_t row) { return model.runs(row, at); });
  };
  std::int64_t waiting = 0;
  std::int64_t idle_waiting = 0;
  for (std::int64_t at = model.begin; at < model.end; ++at) {
    waiting += model.queued_at(at);
    idle_waiting += model.queued_at(at) && idle(at);
  }
  EXPECT_EQ(f.request_queue->waiting_ns, waiting);
  EXPECT_EQ(f.request_queue->idle_ns, idle_waiting);
  Parts span = parts_of(f.span);
  EXPECT_EQ(f.request_queue->queued_ns, span[DeviceTime::kIdleRequestsQueued]);
}

void expect_budgets(const Timeline& t, const DeviceFigures& f, const BudgetEvidence& evidence) {
  const Model model(t, f.device, evidence);
  const Window window = window_of(t);
  expect_queue(model, f);
  Parts span;
  Parts wall;
  std::set<DeviceTime> seen;
  for (std::int64_t at = window.begin_ns; at < window.end_ns; ++at) {
    const DeviceTime time = model.class_at(at, window.begin_ns);
    ++wall[time];
    if (model.begin <= at && at < model.end) ++span[time];
  }
  EXPECT_EQ(parts_of(f.span), span);
  EXPECT_EQ(parts_of(f.wall), wall);
  EXPECT_EQ(sum_of(parts_of(f.span)), f.span_ns);
  EXPECT_EQ(sum_of(parts_of(f.wall)), window.end_ns - window.begin_ns);
  EXPECT_EQ(f.span.whole_ns, f.span_ns);
  std::int64_t culprits = 0;
  for (const Culprit& one : f.culprits) culprits += one.ns;
  std::int64_t blamed = 0;
  for (const auto& [time, ns] : span) {
    if (time >= DeviceTime::kIdleOperator && time <= DeviceTime::kIdleProgram) blamed += ns;
  }
  EXPECT_EQ(culprits + f.culprits_left_out_ns, blamed);
}

void expect_figures(const Timeline& t, const DeviceFigures& f) {
  const Model model(t, f.device);
  std::int64_t compute = 0;
  std::int64_t communication = 0;
  std::int64_t both = 0;
  std::int64_t copy = 0;
  std::int64_t exposed_copy = 0;
  HiddenCopies hidden;
  std::int64_t busy = 0;
  for (std::int64_t at = model.begin; at < model.end; ++at) {
    bool is[3] = {};
    for (std::size_t row : model.rows) {
      if (model.runs(row, at)) is[static_cast<int>(model.classes.of[row])] = true;
    }
    compute += is[0];
    communication += is[1];
    both += is[0] && is[1];
    copy += is[2];
    exposed_copy += is[2] && !is[0] && !is[1];
    if (is[2] && (is[0] || is[1])) {
      auto first = DeviceTime::kCopyOther;
      for (std::size_t row : model.rows) {
        const bool copies = model.classes.of[row] == DeviceClass::kCopy && model.runs(row, at);
        if (copies) first = std::min(first, model.working_class(row));
      }
      ++(first == DeviceTime::kCopyPageable ? hidden.pageable_ns
         : first == DeviceTime::kCopyPinned ? hidden.pinned_ns
                                            : hidden.other_ns);
    }
    busy += is[0] || is[1] || is[2];
  }
  EXPECT_EQ(f.compute_ns, compute);
  EXPECT_EQ(f.communication_ns, communication);
  EXPECT_EQ(f.overlap_ns, both);
  EXPECT_EQ(f.exposed_communication_ns, communication - both);
  EXPECT_EQ(f.copy_ns, copy);
  EXPECT_EQ(f.exposed_copy_ns, exposed_copy);
  EXPECT_EQ(f.span.hidden_copies.pageable_ns, hidden.pageable_ns);
  EXPECT_EQ(f.span.hidden_copies.pinned_ns, hidden.pinned_ns);
  EXPECT_EQ(f.span.hidden_copies.other_ns, hidden.other_ns);
  EXPECT_EQ(f.wall.hidden_copies.sum_ns(), f.copy_ns - exposed_copy);
  EXPECT_EQ(f.busy_ns, busy);
  EXPECT_EQ(f.idle_ns, f.span_ns - busy);
  EXPECT_EQ(f.idle.host_late_ns + f.idle.launch_ns + f.idle.device_wait_ns + f.idle.unknown_ns,
            f.idle_ns);
  EXPECT_EQ(f.kernels + f.copies + f.sets, model.rows.size());
}

TEST(DeviceBudget, OfRandomTimelinesIsWhatEachNanosecondSays) {
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const Timeline t = random_timeline(seed);
    Random random(seed, "requests");
    IntervalSet there;
    for (std::int64_t at = 0; at < 120; at += 7) {
      if (random.below(2) == 0) add(there, at, at + 1 + static_cast<std::int64_t>(random.below(9)));
    }
    RequestQueue queue;
    for (std::int64_t at = 0; at < 120; at += 11) {
      if (random.below(2) == 0) continue;
      const auto length = static_cast<std::int64_t>(1 + random.below(11));
      queue.steps.push_back({at, at + length, 1 + random.below(3)});
      add(there, at, at + length);
    }
    BudgetEvidence evidence;
    if (seed % 2 != 0) evidence.requests = &there;
    if (seed % 4 >= 2) evidence.queue = &queue;
    for (const DeviceFigures& f : figures_of(t, evidence)) {
      expect_figures(t, f);
      expect_budgets(t, f, evidence);
      if (HasFailure()) FAIL() << "seed " << seed << " device " << f.device;
    }
  }
}

TEST(DeviceBudget, ItsPiecesTouchAndAddUpToIt) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Timeline t = random_timeline(seed);
    const std::vector<DeviceFigures> devices = figures_of(t);
    const auto all = budget_pieces(t, classify(t), {}, devices);
    ASSERT_EQ(all.size(), devices.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::int64_t end_ns = window_of(t).begin_ns;
      Parts wall;
      for (const BudgetPiece& piece : all[i].pieces) {
        ASSERT_EQ(piece.begin_ns, end_ns) << "seed " << seed;
        ASSERT_LT(piece.begin_ns, piece.end_ns);
        end_ns = piece.end_ns;
        wall[piece.time] += piece.end_ns - piece.begin_ns;
        if (piece.thread == kNoRow) continue;
        EXPECT_TRUE(is_idle(piece.time));
      }
      EXPECT_EQ(end_ns, window_of(t).end_ns);
      EXPECT_EQ(wall, parts_of(devices[i].wall));
    }
  }
}

TEST(DeviceBudget, ClosesWithClocksThatAreFarFromZero) {
  TimelineBuilder build;
  constexpr std::int64_t kFar = std::int64_t{1} << 61;
  build.call(-kFar, -kFar + 10, 1);
  build.kernel(-kFar + 20, -kFar + 30, 1);
  build.kernel(kFar - 10, kFar);
  const DeviceFigures f = figures_of(build.linked()).at(0);
  EXPECT_EQ(sum_of(parts_of(f.wall)), 2 * kFar);
}

TEST(DeviceTime, EveryClassHasItsOwnName) {
  std::set<std::string_view> names;
  std::set<std::string_view> titles;
  for (std::size_t i = 0; i < kDeviceTimeCount; ++i) {
    names.insert(name_of(static_cast<DeviceTime>(i)));
    titles.insert(title_of(static_cast<DeviceTime>(i)));
  }
  EXPECT_EQ(names.size(), kDeviceTimeCount);
  EXPECT_EQ(titles.size(), kDeviceTimeCount);
}

}  // namespace
}  // namespace lynxbench::attribution
