// What holds for every timeline, on random ones: an unchanged replay is exact, nothing made faster
// ends later, gains stay within what was measured.
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

#include "attribution/graph/critical_path.h"
#include "attribution/graph/graph.h"
#include "attribution/graph/replay.h"
#include "attribution/graph/selection.h"
#include "attribution/graph/timeline_for_test.h"
#include "attribution/graph/what_if.h"

namespace lynxbench::attribution {
namespace {

// A timeline in which threads, calls, waits and kernels are anyhow: rows that overlap without
// nesting, times that coincide, clocks that disagree, links that are missing.
class Anyhow {
 public:
  explicit Anyhow(std::uint64_t seed) : random_(seed) {
    scale_ = up_to(1) == 0 ? 3 : 40'000;  // nanoseconds: many ties, or few
    for (std::int64_t thread = 1; thread <= 1 + up_to(2); ++thread) add_thread(thread);
    for (int i = 0; i < up_to(6); ++i) add_fact();
  }
  TimelineForTest trace;

 private:
  std::int64_t up_to(std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random_);
  }
  LinkKey some_link() { return static_cast<LinkKey>(up_to(40)); }

  void add_thread(std::int64_t thread) {
    static constexpr const char* kCalls[] = {
        "cudaLaunchKernel",      "cudaGraphLaunch",     "cudaMemcpy",      "cudaMemcpyAsync",
        "cudaStreamSynchronize", "cudaEventSynchronize", "cudaEventRecord", "cudaStreamWaitEvent",
        "cudaDeviceSynchronize", "cudaFree"};
    static constexpr HostWork kWork[] = {HostWork::kOperator, HostWork::kPython,
                                         HostWork::kAnnotation, HostWork::kSystemCall,
                                         HostWork::kOverhead, HostWork::kOther};
    std::int64_t now = up_to(5 * scale_);
    for (std::int64_t i = up_to(30); i >= 0; --i) {
      const std::int64_t end = now + up_to(4 * scale_);
      if (up_to(1) == 0) {
        const LinkKey link = some_link();
        trace.call(now, end, kCalls[up_to(9)], link, thread);
        for (std::int64_t k = up_to(2); k > 0; --k) add_work(now, link);
      } else {
        trace.host(now, end, up_to(5) == 0 ? "enumerate(DataLoader)#x" : "row", kWork[up_to(5)],
                   thread);
      }
      now = up_to(2) == 0 ? end + up_to(scale_) : now + up_to(2 * scale_);
    }
  }
  void add_work(std::int64_t now, LinkKey link) {
    const std::int64_t begin = now + up_to(6 * scale_) - (up_to(9) == 0 ? scale_ : 0);
    const LinkKey key = up_to(6) == 0 ? kNoLink : link;
    const std::int64_t end = begin + up_to(5 * scale_);
    if (up_to(4) == 0) return trace.copy(begin, end, "Memcpy DtoH", up_to(2), key);
    trace.kernel(begin, end, up_to(3) == 0 ? "ncclKernel" : "gemm", up_to(2), key);
  }
  void add_fact() {
    const auto lane = [&] {
      return up_to(3) == 0 ? kNoRow : trace.timeline.lane_of(0, up_to(2));
    };
    trace.timeline.waits.push_back({.lane = lane(), .link = some_link(),
                                    .recorded_by = some_link(), .recorded_on = lane()});
  }

  std::mt19937_64 random_;
  std::int64_t scale_ = 1;
};

constexpr int kRounds = 3'000;

TEST(GraphProperty, AnUnchangedReplayGivesTheMeasuredTimesToTheNanosecond) {
  for (int seed = 0; seed < kRounds; ++seed) {
    Anyhow anyhow(static_cast<std::uint64_t>(seed));
    const DependencyGraph graph = anyhow.trace.graph();
    const Replayed replayed = replay(graph, {});
    for (ItemId item = 0; item < graph.size(); ++item) {
      ASSERT_EQ(replayed.begin_ns[item], graph.begin_ns(item) - graph.begin_ns())
          << "seed " << seed << " item " << item << " of " << graph.size() << ", "
          << text(graph.kind(item));
    }
    ASSERT_EQ(replayed.total_ns, graph.end_ns() - graph.begin_ns());
  }
}

TEST(GraphProperty, ThePathCoversTheWholeTimeOnce) {
  for (int seed = 0; seed < kRounds; ++seed) {
    Anyhow anyhow(static_cast<std::uint64_t>(seed));
    const DependencyGraph graph = anyhow.trace.graph();
    const CriticalPath path = critical_path(graph);
    std::int64_t at = graph.begin_ns();
    for (const PathStep& step : path.steps) {
      ASSERT_EQ(step.begin_ns, at) << "seed " << seed;
      at = step.end_ns;
    }
    ASSERT_EQ(at, graph.end_ns());
    ASSERT_EQ(path.total_ns, graph.end_ns() - graph.begin_ns());
  }
}

// The host's and the device's own time is on items once: a thread's items never overlap.
TEST(GraphProperty, ItemsOfAThreadFollowEachOther) {
  for (int seed = 0; seed < kRounds; ++seed) {
    Anyhow anyhow(static_cast<std::uint64_t>(seed));
    const DependencyGraph graph = anyhow.trace.graph();
    std::vector<bool> placed(graph.size(), false);
    for (ItemId item : graph.order()) {
      const ItemId before = graph.before(item);
      ASSERT_TRUE(before == kNoItem || placed[before]);
      if (before != kNoItem && !is_device(graph.kind(item))) {
        ASSERT_LE(graph.end_ns(before), graph.begin_ns(item));
      }
      for (const Edge& edge : graph.edges_to(item)) {
        ASSERT_TRUE(placed[edge.from]) << "seed " << seed << " item " << item;
        ASSERT_LE(graph.anchor_ns(edge) + edge.lag_ns, graph.begin_ns(item)) << "seed " << seed;
      }
      placed[item] = true;
    }
  }
}

TEST(GraphProperty, ShorterDurationsNeverGiveALaterTime) {
  for (int seed = 0; seed < kRounds; ++seed) {
    Anyhow anyhow(static_cast<std::uint64_t>(seed));
    const DependencyGraph graph = anyhow.trace.graph();
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    std::vector<std::int64_t> shorter(graph.size());
    for (ItemId item = 0; item < graph.size(); ++item) {
      shorter[item] = graph.duration_ns(item) == 0
                          ? 0
                          : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(
                                                                     graph.duration_ns(item) + 1));
    }
    const Replayed replayed =
        replay(graph, {.duration = [&](ItemId item) { return shorter[item]; }});
    for (ItemId item = 0; item < graph.size(); ++item) {
      ASSERT_LE(replayed.end_ns[item], graph.end_ns(item) - graph.begin_ns()) << "seed " << seed;
    }
  }
}

void expect_within_bounds(const WhatIf& gain, int seed) {
  ASSERT_LE(gain.lower_ns, gain.expected_ns) << "seed " << seed << " " << gain.scenario;
  ASSERT_LE(gain.expected_ns, gain.upper_ns) << "seed " << seed << " " << gain.scenario;
  ASSERT_LE(gain.upper_ns, gain.measured_ns) << "seed " << seed << " " << gain.scenario;
  const std::int64_t without_ns = gain.measured_ns - gain.exposed_ns;
  ASSERT_GE(gain.expected_ns, without_ns) << "seed " << seed;
  // Only where caches may become warm the lower bound goes further, and says so.
  if (gain.assumes.find("caches") != std::string::npos) return;
  ASSERT_GE(gain.lower_ns, without_ns) << "seed " << seed;
}

TEST(GraphProperty, GainsStayWithinWhatWasMeasured) {
  const WorkClass classes[] = {WorkClass::kCompute, WorkClass::kCommunication, WorkClass::kCopy,
                               WorkClass::kOperators, WorkClass::kPython, WorkClass::kDataLoader,
                               WorkClass::kRuntimeCalls, WorkClass::kHost, WorkClass::kNamed};
  for (int seed = 0; seed < kRounds / 3; ++seed) {
    Anyhow anyhow(static_cast<std::uint64_t>(seed));
    const DependencyGraph graph = anyhow.trace.graph();
    for (WorkClass what : classes) {
      const WhatIf twice = what_if(graph, {.what = what, .name = "row", .factor = 2});
      const WhatIf gone = what_if(
          graph, {.what = what, .name = "row", .factor = std::numeric_limits<double>::infinity()});
      expect_within_bounds(twice, seed);
      expect_within_bounds(gone, seed);
      ASSERT_LE(twice.exposed_ns, twice.changed_ns);
      ASSERT_LE(gone.expected_ns, twice.expected_ns) << "seed " << seed << " " << gone.scenario;
      ASSERT_LE(gone.lower_ns, twice.lower_ns) << "seed " << seed << " " << gone.scenario;
    }
    for (ScenarioKind kind : {ScenarioKind::kLaunchesRemoved, ScenarioKind::kCopiesOverlapped,
                              ScenarioKind::kCommunicationHidden}) {
      expect_within_bounds(what_if(graph, {.kind = kind}), seed);
    }
    expect_within_bounds(
        what_if(graph, {.kind = ScenarioKind::kFused, .name = "row", .with = "gemm"}), seed);
    const WhatIf batch = what_if(graph, {.kind = ScenarioKind::kBatch, .factor = 2, .batch = 4});
    ASSERT_LE(batch.lower_ns, batch.expected_ns);
    ASSERT_LE(batch.expected_ns, batch.upper_ns);
  }
}

// Clocks that disagree, and work of one lane that overlaps.
bool has_negative_lag(const DependencyGraph& graph) {
  for (ItemId item = 0; item < graph.size(); ++item) {
    if (graph.before(item) != kNoItem && graph.chain_lag_ns(item) < 0) return true;
    for (const Edge& edge : graph.edges_to(item)) {
      if (edge.lag_ns < 0) return true;
    }
  }
  return false;
}

// A gain along every path is at most the class's time on the path that decided.
TEST(GraphProperty, AGainIsAtMostTheTimeOnTheCriticalPath) {
  int looked_at = 0;
  for (int seed = 0; seed < kRounds; ++seed) {
    Anyhow anyhow(static_cast<std::uint64_t>(seed));
    const DependencyGraph graph = anyhow.trace.graph();
    if (has_negative_lag(graph)) continue;
    ++looked_at;
    const CriticalPath path = critical_path(graph);
    const WhatIf gone = what_if(graph, {.what = WorkClass::kCompute,
                                        .factor = std::numeric_limits<double>::infinity()});
    ASSERT_LE(gone.measured_ns - gone.expected_ns,
              path.by_class[static_cast<std::size_t>(PathClass::kCompute)])
        << "seed " << seed;
  }
  EXPECT_GT(looked_at, 100);
}

}  // namespace
}  // namespace lynxbench::attribution
