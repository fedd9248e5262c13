// Runs a dependency graph again with changed durations: every item begins as soon as what it waits
// for allows.
//
//   const Replayed now = replay(graph, {});
//   now.total_ns == graph.end_ns() - graph.begin_ns();   // nothing changed: as measured
//   const Replayed then = replay(graph, {.duration = [&](ItemId item) {
//     return graph.kind(item) == ItemKind::kCopy ? 0 : graph.duration_ns(item); }});
//   then.total_ns;                                                // without the copies
//
// Shorter durations and lags never give a later time (a maximum of sums is monotonic). Nothing is
// modelled that the trace does not show: kernels of two lanes that would now run together do not
// slow each other. Threads: functions are called from the caller's.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "attribution/graph/graph.h"

namespace lynxbench::attribution {

// What changes; a function that is empty changes nothing. Results are nanoseconds.
struct Changes {
  std::function<std::int64_t(ItemId)> duration;  // of an item; not negative
  // From the end of the item before it in its chain.
  std::function<std::int64_t(ItemId)> chain_lag;
  std::function<std::int64_t(ItemId to, const Edge&)> edge_lag;
  // Of an item that waits for nothing known: its begin after the graph's begin.
  std::function<std::int64_t(ItemId)> source_begin;
};

struct Replayed {
  std::vector<std::int64_t> begin_ns;  // of each item, after the graph's begin
  std::vector<std::int64_t> end_ns;
  std::int64_t total_ns = 0;           // the last end
};

[[nodiscard]] Replayed replay(const DependencyGraph& graph, const Changes& changes);

}  // namespace lynxbench::attribution
