// Graphs whose edges, path and replay follow by arithmetic.
#include "attribution/graph/graph.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "attribution/graph/critical_path.h"
#include "attribution/graph/replay.h"
#include "attribution/graph/timeline_for_test.h"
#include "attribution/graph/what_if.h"

namespace lynxbench::attribution {
namespace {

constexpr double kNoTime = std::numeric_limits<double>::infinity();

std::int64_t on_path(const CriticalPath& path, PathClass what) {
  return path.by_class[static_cast<std::size_t>(what)];
}

void expect_exact(const DependencyGraph& graph) {
  const Replayed replayed = replay(graph, {});
  for (ItemId item = 0; item < graph.size(); ++item) {
    ASSERT_EQ(replayed.begin_ns[item], graph.begin_ns(item) - graph.begin_ns()) << "item " << item;
    ASSERT_EQ(replayed.end_ns[item], graph.end_ns(item) - graph.begin_ns()) << "item " << item;
  }
  EXPECT_EQ(replayed.total_ns, graph.end_ns() - graph.begin_ns());
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(path.total_ns, replayed.total_ns);
  std::int64_t at = graph.begin_ns();
  for (const PathStep& step : path.steps) {
    ASSERT_EQ(step.begin_ns, at);
    ASSERT_LT(step.begin_ns, step.end_ns);
    at = step.end_ns;
  }
  EXPECT_EQ(at, graph.end_ns());
}

const Edge* edge_of(const DependencyGraph& graph, ItemId to, EdgeKind kind) {
  for (const Edge& edge : graph.edges_to(to)) {
    if (edge.kind == kind) return &edge;
  }
  return nullptr;
}

TEST(Graph, OwnTimeOfAThreadGoesToTheInnermostRow) {
  TimelineForTest trace;
  trace.python(0, 100, "step");
  trace.op(10, 60, "aten::linear");
  trace.op(20, 50, "aten::mm");
  trace.op(120, 130, "aten::add");
  const DependencyGraph graph = trace.graph();
  ASSERT_EQ(graph.size(), 7U);
  const std::vector<std::string> names = {"step", "aten::linear", "aten::mm", "aten::linear",
                                          "step", "",             "aten::add"};
  const std::vector<std::int64_t> ends = {10, 20, 50, 60, 100, 120, 130};
  for (ItemId item = 0; item < graph.size(); ++item) {
    EXPECT_EQ(trace.timeline.names[graph.name(item)], names[item]);
    EXPECT_EQ(graph.end_ns(item), ends[item]);
  }
  EXPECT_EQ(graph.kind(5), ItemKind::kUntraced);
  expect_exact(graph);
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kPython), 50);
  EXPECT_EQ(on_path(path, PathClass::kOperator), 60);
  EXPECT_EQ(on_path(path, PathClass::kUntraced), 20);
  EXPECT_EQ(path.bound_by, Bound::kHost);
}

TEST(Graph, ARowThatOutlivesTheOneAroundItGoesOnAlone) {
  TimelineForTest trace;
  trace.op(0, 10, "outer");
  trace.op(5, 15, "late");
  trace.op(20, 30, "next");
  const DependencyGraph graph = trace.graph();
  ASSERT_EQ(graph.size(), 4U);
  EXPECT_EQ(graph.end_ns(1), 15);
  expect_exact(graph);
}

// Three kernels, each 20 us after its call and gone before the next: the host decides.
TimelineForTest launch_bound() {
  TimelineForTest trace;
  for (int i = 0; i < 3; ++i) {
    const std::int64_t at = i * 100'000;
    trace.op(at, at + 90'000, "aten::add");
    trace.call(at + 30'000, at + 40'000, "cudaLaunchKernel", static_cast<LinkKey>(i));
    trace.kernel(at + 50'000, at + 60'000, "add_kernel", 7, static_cast<LinkKey>(i));
  }
  trace.call(300'000, 310'000, "cudaDeviceSynchronize", 99);
  return trace;
}

TEST(Graph, ALaunchBoundChainGoesThroughTheHost) {
  TimelineForTest trace = launch_bound();
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  EXPECT_EQ(graph.typical().launch_ns, 20'000);
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kCompute), 0);
  EXPECT_EQ(on_path(path, PathClass::kOperator), 3 * 80'000);
  EXPECT_EQ(on_path(path, PathClass::kRuntimeCall), 3 * 10'000 + 10'000);
  EXPECT_EQ(on_path(path, PathClass::kUntraced), 30'000);
  EXPECT_EQ(path.bound_by, Bound::kHost);
  // Kernels of no duration change nothing: the wait found them done.
  const WhatIf gain = what_if(graph, {.what = WorkClass::kCompute, .factor = kNoTime});
  EXPECT_EQ(gain.expected_ns, 310'000);
  EXPECT_EQ(gain.exposed_ns, 30'000);
}

TEST(Graph, AFasterHostIsHeldUpByTheKernelsThatItWaitsFor) {
  TimelineForTest trace = launch_bound();
  const DependencyGraph graph = trace.graph();
  const WhatIf host = what_if(graph, {.what = WorkClass::kOperators, .factor = kNoTime});
  EXPECT_EQ(host.changed_ns, 240'000);
  EXPECT_EQ(host.exposed_ns, 210'000);  // 30 us of it beside kernels
  // Without operators the calls begin at 0, 20 and 40 us (10 of call, 10 untraced); the last kernel
  // ends 30 us after its call's begin, at 70, when the wait, begun at 60 and 10 long, ends.
  EXPECT_EQ(replay(graph, {.duration = [&](ItemId item) {
                      return graph.kind(item) == ItemKind::kOperator ? 0 : graph.duration_ns(item);
                    }}).total_ns,
            70'000);
  EXPECT_EQ(host.expected_ns, 310'000 - 210'000);  // but no more than was exposed
}

// Two kernels queued behind a long one: they begin when it ends, whatever their launches took.
TimelineForTest device_bound() {
  TimelineForTest trace;
  trace.call(0, 10, "cudaLaunchKernel", 1);
  trace.call(20, 30, "cudaLaunchKernel", 2);
  trace.call(40, 50, "cudaLaunchKernel", 3);
  trace.kernel(15, 515, "gemm", 7, 1);
  trace.kernel(517, 600, "add", 7, 2);
  trace.kernel(602, 700, "add", 7, 3);
  trace.call(60, 710, "cudaStreamSynchronize", 4);
  return trace;
}

TEST(Graph, AKernelBehindAnotherHasNoLaunchLatencyToHide) {
  TimelineForTest trace = device_bound();
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  EXPECT_EQ(graph.typical().launch_ns, 15);
  EXPECT_EQ(graph.typical().device_gap_ns, 2);
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kCompute), 500 + 83 + 98);
  EXPECT_EQ(on_path(path, PathClass::kDeviceGap), 4);
  EXPECT_EQ(on_path(path, PathClass::kLaunchLatency), 5);
  EXPECT_EQ(on_path(path, PathClass::kRuntimeCall), 10 + 10);  // the first launch, the return
  EXPECT_EQ(path.bound_by, Bound::kCompute);
  // Slack is computed: with a gemm of no duration the second kernel waits for its own launch (20 +
  // 15) and the third for the second.
  const WhatIf gain =
      what_if(graph, {.what = WorkClass::kNamed, .name = "gemm", .factor = kNoTime});
  EXPECT_EQ(gain.expected_ns, 35 + 83 + 2 + 98 + 10);
  EXPECT_EQ(gain.exposed_ns, 500);
}

TEST(Graph, AWaitIsHeldToTheLastWorkOfItsStream) {
  TimelineForTest trace = device_bound();
  const DependencyGraph graph = trace.graph();
  const ItemId call = item_of(graph, "cudaStreamSynchronize");
  const ItemId rest = call + 1;
  EXPECT_EQ(graph.begin_ns(call), 60);
  EXPECT_EQ(graph.end_ns(call), 60);  // no call of this name found nothing to wait for
  EXPECT_EQ(graph.begin_ns(rest), 700);
  const Edge* wait = edge_of(graph, rest, EdgeKind::kWait);
  ASSERT_NE(wait, nullptr);
  EXPECT_EQ(graph.begin_ns(wait->from), 602);
  EXPECT_FALSE(wait->by_fact);
  EXPECT_EQ(graph.gaps().waits_inferred, 1U);
}

// The host stands still in a wait each step, the device while the host prepares: a bubble.
TEST(Graph, ASyncBubbleIsOnThePathInBothItsParts) {
  TimelineForTest trace;
  for (int i = 0; i < 2; ++i) {
    const std::int64_t at = i * 1000;
    const auto link = static_cast<LinkKey>(10 * i);
    trace.op(at, at + 200, "prepare");
    trace.call(at + 180, at + 190, "cudaLaunchKernel", link + 1);
    trace.kernel(at + 200, at + 900, "gemm", 7, link + 1);
    trace.call(at + 200, at + 920, "cudaDeviceSynchronize", link + 2);
    trace.op(at + 920, at + 1000, "item");
  }
  trace.call(2000, 2005, "cudaDeviceSynchronize", 77);  // how short it can be
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kCompute), 1400);
  EXPECT_EQ(on_path(path, PathClass::kOperator), 2 * 180 + 2 * 80);
  EXPECT_EQ(on_path(path, PathClass::kLaunchLatency), 20);
  EXPECT_EQ(on_path(path, PathClass::kRuntimeCall), 20 + 40 + 5);
  EXPECT_EQ(on_path(path, PathClass::kDeviceWait), 0);
  // Kernels twice as fast: 350 less each step, all of it exposed.
  const WhatIf gain = what_if(graph, {.what = WorkClass::kCompute, .factor = 2});
  EXPECT_EQ(gain.expected_ns, 2005 - 2 * 350);
}

// Lane 9 waits for an event of lane 7.
TEST(Graph, WorkOfOneStreamWaitsForAnEventOfAnother) {
  TimelineForTest trace;
  trace.call(0, 5, "cudaLaunchKernel", 1);
  trace.call(10, 12, "cudaEventRecord", 2);
  trace.call(15, 17, "cudaStreamWaitEvent", 3);
  trace.call(20, 25, "cudaLaunchKernel", 4);
  trace.kernel(10, 300, "producer", 7, 1);
  trace.kernel(304, 400, "consumer", 9, 4);
  const std::uint32_t waiting = trace.timeline.lane_of(0, 9);
  trace.timeline.waits.push_back({.lane = waiting, .link = 3, .recorded_by = 2,
                                  .recorded_on = trace.timeline.lane_of(0, 7)});
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const Edge* event = edge_of(graph, item_of(graph, "consumer"), EdgeKind::kEvent);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->from, item_of(graph, "producer"));
  EXPECT_EQ(event->lag_ns, 4);
  EXPECT_TRUE(event->by_fact);
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kCompute), 290 + 96);
  EXPECT_EQ(on_path(path, PathClass::kDeviceGap), 4);
  // The consumer's own launch would have let it begin at 20 + the typical launch latency, 10.
  const WhatIf gain =
      what_if(graph, {.what = WorkClass::kNamed, .name = "producer", .factor = kNoTime});
  EXPECT_EQ(gain.expected_ns, 400 - 274);
}

TEST(Graph, WorkThatSeemsToBeginAfterTheWaitForItLeavesTheWorkBeforeIt) {
  TimelineForTest trace;
  trace.call(0, 5'000, "cudaLaunchKernel", 1);
  trace.call(6'000, 9'000, "cudaMemcpyAsync", 2);
  trace.kernel(10'000, 98'000, "gemm", 7, 1);
  trace.copy(104'000, 105'000, "Memcpy DtoH (Device -> Pinned)", 7, 2);
  trace.call(10'000, 100'000, "cudaStreamSynchronize", 3);
  trace.timeline.waits.push_back({.lane = trace.timeline.lane_of(0, 7), .link = 3});
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  EXPECT_EQ(graph.gaps().waits_unresolved, 0U);
  const Edge* wait = edge_of(graph, item_of(graph, "cudaStreamSynchronize") + 1, EdgeKind::kWait);
  ASSERT_NE(wait, nullptr);
  EXPECT_EQ(wait->from, item_of(graph, "gemm"));
}

TEST(Graph, TheLaneOfAnEventIsFoundByTheTimesWhereTheFileDoesNotSay) {
  TimelineForTest trace;
  trace.call(0, 5, "cudaLaunchKernel", 1);
  trace.call(10, 12, "cudaEventRecord", 2);
  trace.call(15, 17, "cudaStreamWaitEvent", 3);
  trace.call(20, 25, "cudaLaunchKernel", 4);
  trace.kernel(10, 300, "producer", 7, 1);
  trace.kernel(304, 400, "consumer", 9, 4);
  trace.timeline.waits.push_back(
      {.lane = trace.timeline.lane_of(0, 9), .link = 3, .recorded_by = 2});
  const DependencyGraph graph = trace.graph();
  const Edge* event = edge_of(graph, item_of(graph, "consumer"), EdgeKind::kEvent);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->from, item_of(graph, "producer"));
  EXPECT_FALSE(event->by_fact);
}

TEST(Graph, ALongDelayIsExplainedByWorkOfAnotherLaneThatEndedJustThen) {
  TimelineForTest trace;
  trace.call(0, 5'000, "cudaMemcpyAsync", 1);
  trace.call(10'000, 15'000, "cudaLaunchKernel", 2);
  trace.call(20'000, 25'000, "cudaLaunchKernel", 3);
  trace.copy(10'000, 900'000, "Memcpy HtoD (Pinned -> Device)", 9, 1);
  trace.kernel(20'000, 50'000, "before", 7, 2);
  trace.kernel(902'000, 950'000, "consumer", 7, 3);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const Edge* event = edge_of(graph, item_of(graph, "consumer"), EdgeKind::kEvent);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->from, item_of(graph, "Memcpy HtoD (Pinned -> Device)"));
  EXPECT_FALSE(event->by_fact);
  EXPECT_EQ(graph.gaps().events_inferred, 1U);
  EXPECT_EQ(on_path(critical_path(graph), PathClass::kCopy), 890'000);
  EXPECT_EQ(graph.typical().device_gap_ns, 10'000);  // no more than a strange delay
}

// A copy on a stream of its own, wholly beside a kernel: it costs nothing, so hiding it gains
// nothing.
TEST(Graph, AnOverlappedCopyHasNoExposedTime) {
  TimelineForTest trace;
  trace.call(0, 10, "cudaLaunchKernel", 1);
  trace.call(20, 30, "cudaMemcpyAsync", 2);
  trace.kernel(15, 500, "gemm", 7, 1);
  trace.copy(40, 300, "Memcpy HtoD (Pinned -> Device)", 9, 2);
  trace.call(40, 510, "cudaDeviceSynchronize", 3);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const WhatIf hidden = what_if(graph, {.kind = ScenarioKind::kCopiesOverlapped});
  EXPECT_EQ(hidden.changed_ns, 260);
  EXPECT_EQ(hidden.exposed_ns, 0);
  EXPECT_EQ(hidden.expected_ns, 510);
  EXPECT_EQ(hidden.lower_ns, 510);
}

TEST(Graph, ACopyBetweenKernelsIsGainedUpToItsExposedTime) {
  TimelineForTest trace;
  trace.call(0, 10, "cudaMemcpyAsync", 1);
  trace.call(20, 30, "cudaLaunchKernel", 2);
  trace.copy(15, 215, "Memcpy HtoD (Pinned -> Device)", 7, 1);
  trace.kernel(217, 500, "gemm", 7, 2);
  const DependencyGraph graph = trace.graph();
  const WhatIf hidden = what_if(graph, {.kind = ScenarioKind::kCopiesOverlapped});
  EXPECT_EQ(hidden.exposed_ns, 200);
  // The kernel then begins 15 after its call's begin, the typical launch latency: at 35.
  EXPECT_EQ(hidden.expected_ns, 35 + 283);
}

// One call, four kernels with its link: all wait for it, and each for the one before.
TEST(Graph, KernelsOfAGraphLaunchFollowEachOther) {
  TimelineForTest trace;
  trace.op(0, 100, "replay");
  trace.call(100, 150, "cudaGraphLaunch", 5);
  std::int64_t at = 140;
  for (int i = 0; i < 4; ++i, at += 103) trace.kernel(at, at + 100, "node", 7, 5);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const ItemId call = item_of(graph, "cudaGraphLaunch");
  for (ItemId item = item_of(graph, "node"); item < graph.size(); ++item) {
    const Edge* launch = edge_of(graph, item, EdgeKind::kLaunch);
    ASSERT_NE(launch, nullptr);
    EXPECT_EQ(launch->from, call);
    EXPECT_LE(launch->lag_ns, 40);
  }
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kCompute), 400);
  EXPECT_EQ(on_path(path, PathClass::kDeviceGap), 9);
  EXPECT_EQ(on_path(path, PathClass::kRuntimeCall), 40);  // until the first kernel began
  EXPECT_EQ(on_path(path, PathClass::kOperator), 100);
}

TEST(Graph, UnlinkedWorkKeepsItsMeasuredDelay) {
  TimelineForTest trace;
  trace.call(0, 10, "cudaLaunchKernel", 1);
  trace.kernel(20, 100, "gemm", 7, 1);
  trace.kernel(160, 200, "lost", 7, 555);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const ItemId lost = item_of(graph, "lost");
  EXPECT_TRUE(graph.uncertain(lost));
  EXPECT_EQ(graph.chain_lag_ns(lost), 60);
  EXPECT_EQ(graph.gaps().unlinked, 1U);
  const WhatIf gain = what_if(graph, {.what = WorkClass::kNamed, .name = "gemm", .factor = 2});
  EXPECT_EQ(gain.expected_ns, 160);
  EXPECT_EQ(gain.upper_ns, 160);
  EXPECT_EQ(gain.lower_ns, 130);  // if the delay, 60, were the device's and shrank as well
}

TEST(Graph, WorkThatBeginsBeforeItsLaunchIsKeptAsMeasured) {
  TimelineForTest trace;
  trace.call(50, 60, "cudaLaunchKernel", 1);
  trace.kernel(40, 100, "gemm", 7, 1);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  EXPECT_EQ(graph.gaps().launched_later, 1U);
}

TEST(Graph, AWaitWithoutAnythingToWaitForIsADeviceWait) {
  TimelineForTest trace;
  trace.call(0, 500, "cudaDeviceSynchronize", 1);
  trace.call(500, 510, "cudaLaunchKernel", 2);
  trace.kernel(520, 530, "gemm", 7, 2);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  EXPECT_EQ(graph.gaps().waits_unresolved, 1U);
  EXPECT_EQ(on_path(critical_path(graph), PathClass::kDeviceWait), 500);
}

// Main hands the backward pass to a second thread and stands still.
TEST(Graph, AThreadThatWorksExactlyWhileAnotherStandsStillWasWokenByIt) {
  TimelineForTest trace;
  trace.python(0, 100'000, "backward");
  trace.op(1'000, 10'000, "prepare");
  trace.op(12'000, 40'000, "AddBackward", 2);
  trace.op(45'000, 98'000, "MulBackward", 2);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kOperator), 9'000 + 28'000 + 53'000);
  EXPECT_EQ(on_path(path, PathClass::kPython), 1'000 + 2'000 + 2'000);
  EXPECT_EQ(on_path(path, PathClass::kUntraced), 5'000);
  const WhatIf gain =
      what_if(graph, {.what = WorkClass::kNamed, .name = "MulBackward", .factor = kNoTime});
  EXPECT_EQ(gain.expected_ns, 47'000);
}

// A second thread that is always at work hides nothing, and neither does a range of an old
// profiler's that is called an operator.
TEST(Graph, AHandOverIsFoundBesideAThreadThatIsBusyThroughout) {
  TimelineForTest trace;
  trace.op(0, 100'000, "ProfilerStep#5");
  trace.op(12'000, 98'000, "MulBackward", 2);
  trace.python(1'000, 150'000, "telemetry", 3);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const Edge* woke = edge_of(graph, item_of(graph, "MulBackward"), EdgeKind::kHandOver);
  ASSERT_NE(woke, nullptr);
  EXPECT_EQ(graph.end_ns(woke->from), 12'000);
}

// The thread was started before main came to join it.
TEST(Graph, AThreadThatIsJoinedHoldsUpTheJoin) {
  TimelineForTest trace;
  trace.python(0, 100'000, "step");
  trace.python(10'000, 30'000, "start");
  trace.python(40'000, 95'000, "<built-in method acquire of _thread.lock object at 0x1>");
  trace.host(20'000, 90'000, "work", HostWork::kAnnotation, 2);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const Edge* start = edge_of(graph, item_of(graph, "work"), EdgeKind::kStart);
  ASSERT_NE(start, nullptr);
  EXPECT_EQ(start->from, item_of(graph, "start"));
  EXPECT_EQ(start->lag_ns, 10'000);
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kAnnotated), 70'000);
  EXPECT_EQ(on_path(path, PathClass::kPython), 30'000);
  // The join, begun at 40 in its own right, ends 5 after the work, at 20 + 35 + 5, and 5 are left.
  const WhatIf gain = what_if(graph, {.what = WorkClass::kNamed, .name = "work", .factor = 2});
  EXPECT_EQ(gain.expected_ns, 65'000);
}

TEST(Graph, AThreadThatSleepsToTheEndHoldsUpNothing) {
  TimelineForTest trace;
  trace.op(0, 100'000, "my_op", 1);
  trace.op(120'000, 400'000, "last_op", 1);
  trace.python(1'000, 500'000, "threading.py(359): wait", 2);
  const DependencyGraph graph = trace.graph();
  EXPECT_EQ(graph.gaps().last_waits, 1U);
  EXPECT_EQ(graph.end_ns() - graph.begin_ns(), 400'000);
  const Replayed faster = replay(graph, {.duration = [&](ItemId item) {
    return graph.kind(item) == ItemKind::kOperator ? graph.duration_ns(item) / 2
                                                   : graph.duration_ns(item);
  }});
  EXPECT_EQ(faster.total_ns, 210'000);
}

TEST(Graph, AThreadThatWorksAfterItsSleepIsKeptWhole) {
  TimelineForTest trace;
  trace.op(0, 100'000, "my_op", 1);
  trace.python(1'000, 300'000, "time.sleep", 2);
  trace.python(300'000, 310'000, "work", 2);
  const DependencyGraph graph = trace.graph();
  EXPECT_EQ(graph.gaps().last_waits, 0U);
  EXPECT_EQ(graph.end_ns() - graph.begin_ns(), 310'000);
}

TEST(Graph, AnOperatorBesideAnotherThreadDoesNotWaitForIt) {
  TimelineForTest trace;
  trace.python(0, 100'000, "step");
  trace.op(10'000, 90'000, "aten::conv2d");
  trace.op(12'000, 88'000, "aten::mm", 2);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  const WhatIf gain = what_if(graph, {.what = WorkClass::kNamed, .name = "aten::mm", .factor = 2});
  EXPECT_EQ(gain.expected_ns, 100'000);
}

TEST(Graph, RowsOfADataLoaderAreItsOwnClass) {
  TimelineForTest trace;
  trace.python(0, 1'000, "train");
  trace.host(100, 700, "enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__",
             HostWork::kAnnotation);
  trace.python(150, 600, "decode");
  trace.op(200, 300, "aten::stack");
  const DependencyGraph graph = trace.graph();
  const CriticalPath path = critical_path(graph);
  EXPECT_EQ(on_path(path, PathClass::kDataLoader), 600);
  EXPECT_EQ(path.bound_by, Bound::kDataLoading);
  const WhatIf gain = what_if(graph, {.what = WorkClass::kDataLoader, .factor = 2});
  EXPECT_EQ(gain.expected_ns, 1'000 - 300);
}

TEST(Graph, ALaunchThatFindsTheQueueFullWaitsForIt) {
  TimelineForTest trace;
  constexpr int kKernels = 600;
  for (int i = 0; i < kKernels; ++i) {
    trace.call(i * 10, i * 10 + 5, "cudaLaunchKernel", static_cast<LinkKey>(i));
    trace.kernel(100 + i * 10'000, 10'000 + i * 10'000, "gemm", 7, static_cast<LinkKey>(i));
  }
  trace.call(6'000, 251'000, "cudaLaunchKernel", 9'000);
  trace.kernel(6'000'100, 6'010'000, "gemm", 7, 9'000);
  const DependencyGraph graph = trace.graph();
  expect_exact(graph);
  EXPECT_EQ(graph.gaps().waits_inferred, 1U);
}

TEST(Graph, AnEmptyTimelineHasNoPath) {
  TimelineForTest trace;
  const DependencyGraph graph = trace.graph();
  EXPECT_EQ(graph.size(), 0U);
  expect_exact(graph);
  EXPECT_EQ(critical_path(graph).bound_by, Bound::kNothing);
  EXPECT_EQ(what_if(graph, {.factor = 2}).expected_ns, 0);
}

// ---- scenarios

TEST(WhatIf, AGraphLaunchLeavesKernelsOneBehindTheOther) {
  TimelineForTest trace = launch_bound();
  const DependencyGraph graph = trace.graph();
  const WhatIf graphs = what_if(graph, {.kind = ScenarioKind::kLaunchesRemoved});
  EXPECT_EQ(graphs.scenario, "3 launches as 1 graphs");
  // By replay the first kernel would begin at 50 and the third end at 82, and the host, which has
  // 40 for the first launch, 50 after the last, 10 untraced and the wait of 10, at 110 us.
  EXPECT_EQ(graphs.expected_ns, 110'000);
  EXPECT_EQ(graphs.lower_ns, 110'000);
  // Without the two calls alone 20 us.
  EXPECT_EQ(graphs.upper_ns, 290'000);
}

TEST(WhatIf, ABatchScalesDeviceWorkAndKeepsTheHost) {
  TimelineForTest trace = device_bound();
  const DependencyGraph graph = trace.graph();
  const WhatIf batch =
      what_if(graph, {.kind = ScenarioKind::kBatch, .factor = 2, .batch = 4});
  // 15 of call and latency, kernels of 1000, 166, 196, gaps of 2, the return of 10.
  EXPECT_EQ(batch.expected_ns, 15 + 1000 + 2 + 166 + 2 + 196 + 10);
  EXPECT_EQ(batch.lower_ns, 710);
  EXPECT_EQ(batch.upper_ns, 15 + 4 * 681 + 4 + 10);
  EXPECT_DOUBLE_EQ(*batch.expected_ns_per_sample_group,
                   static_cast<double>(batch.expected_ns) / 4);
}

TEST(WhatIf, AnotherDeviceScalesEachKernelByWhatLimitsIt) {
  TimelineForTest trace = device_bound();
  const DependencyGraph graph = trace.graph();
  const std::vector<KernelBound> bounds = {KernelBound::kCompute, KernelBound::kMemory,
                                         KernelBound::kUnknown};
  const WhatIf other = what_if(graph, {.kind = ScenarioKind::kOtherDevice,
                                       .flops_ratio = 2,
                                       .bandwidth_ratio = 1,
                                       .bounds = bounds});
  EXPECT_EQ(other.upper_ns, 710 - 250);
  EXPECT_EQ(other.lower_ns, 710 - 250 - 49);
  EXPECT_EQ(other.expected_ns, 710 - 250 - 24);  // 98 by 0.75, rounded up
}

TEST(WhatIf, CommunicationHidesOnlyBehindCompute) {
  TimelineForTest trace;
  trace.call(0, 10, "cudaLaunchKernel", 1);
  trace.call(20, 30, "cudaLaunchKernel", 2);
  trace.kernel(15, 115, "gemm", 7, 1);
  trace.kernel(117, 517, "ncclDevKernel_AllReduce", 7, 2);
  const DependencyGraph graph = trace.graph();
  const WhatIf hidden = what_if(graph, {.kind = ScenarioKind::kCommunicationHidden});
  EXPECT_EQ(hidden.exposed_ns, 400);
  EXPECT_EQ(hidden.expected_ns, 517 - 100);  // there are 100 of compute to hide it behind
}

// 40 us of code, a piece, 1200 of code in operators of 100.
DependencyGraph after_a_piece(TimelineForTest& trace, std::int64_t piece_ns) {
  trace.op(0, 40'000, "aten::mm");
  trace.python(40'000, 40'000 + piece_ns, "sleep");
  for (int i = 0; i < 12; ++i) {
    trace.op(40'000 + piece_ns + i * 100'000, 140'000 + piece_ns + i * 100'000, "aten::relu");
  }
  return trace.graph();
}

TEST(WhatIf, CodeAfterAPieceThatGoesMayFindWarmCachesForAMillisecond) {
  TimelineForTest trace;
  const DependencyGraph graph = after_a_piece(trace, 200'000);
  const WhatIf gone = what_if(graph, {.what = WorkClass::kPython, .factor = kNoTime});
  EXPECT_EQ(gone.expected_ns, 1'240'000);
  EXPECT_EQ(gone.upper_ns, 1'240'000);
  EXPECT_EQ(gone.lower_ns, 240'000 + 10 * 33'334);  // each rounded up
  EXPECT_NE(gone.assumes.find("caches"), std::string::npos);
  const WhatIf faster = what_if(graph, {.what = WorkClass::kPython, .factor = 2});
  EXPECT_EQ(faster.lower_ns, faster.expected_ns);  // it is still there
}

TEST(WhatIf, CodeAfterAShortPieceKeepsItsTime) {
  TimelineForTest trace;
  const DependencyGraph graph = after_a_piece(trace, 50'000);
  const WhatIf gone = what_if(graph, {.what = WorkClass::kPython, .factor = kNoTime});
  EXPECT_EQ(gone.lower_ns, gone.expected_ns);
}

TEST(WhatIf, FusedWorkTakesTwoThirdsOfBothOrAsLongAsTheLonger) {
  TimelineForTest trace;
  trace.op(0, 300, "aten::mul");
  trace.op(300, 600, "aten::add");
  trace.op(600, 700, "aten::mm");
  const DependencyGraph graph = trace.graph();
  const auto fused = [&](std::string with) {
    return what_if(graph, {.kind = ScenarioKind::kFused, .name = "aten::mul", .with = std::move(with)});
  };
  const WhatIf even = fused("aten::add");
  EXPECT_EQ(even.expected_ns, 700 - 200);
  EXPECT_EQ(even.lower_ns, 700 - 300);
  EXPECT_EQ(even.upper_ns, 700);
  EXPECT_EQ(fused("aten::mm").expected_ns, 700 - 100);  // the longer takes 300
  const WhatIf missing = fused("aten::sub");
  EXPECT_EQ(missing.lower_ns, 700);
  EXPECT_NE(missing.assumes.find("not both"), std::string::npos);
}

TEST(WhatIf, FusedWorkIsCalledOnce) {
  TimelineForTest trace;
  trace.python(0, 400, "call of mul");
  trace.op(50, 350, "aten::mul");
  trace.op(60, 70, "aten::empty");
  trace.python(400, 800, "both in one");
  trace.op(400, 500, "aten::mul");
  trace.op(500, 700, "aten::add");
  const DependencyGraph graph = trace.graph();
  const WhatIf gain = what_if(
      graph, {.kind = ScenarioKind::kFused, .name = "aten::mul", .with = "aten::add"});
  // Of 400 and 200 two thirds, not the first's call of 100, the second's own 100.
  EXPECT_EQ(gain.expected_ns, 400 + 100 + 2);  // pieces are rounded up
}

TEST(WhatIf, WorkThatIsNotThereGainsNothingAndSaysSo) {
  TimelineForTest trace = device_bound();
  const DependencyGraph graph = trace.graph();
  const WhatIf gain = what_if(graph, {.what = WorkClass::kPython, .factor = 2});
  EXPECT_EQ(gain.expected_ns, gain.measured_ns);
  EXPECT_NE(gain.assumes.find("no such work"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::attribution
