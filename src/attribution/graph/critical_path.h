// The chain of waits that decided when a trace ended: from its last end back to its first begin,
// and what the time on it went to. Its parts add up to the path's length exactly.
//
//   const CriticalPath path = critical_path(graph);
//   path.total_ns == graph.end_ns() - graph.begin_ns();
//   path.by_class[static_cast<std::size_t>(PathClass::kCompute)];   // nanoseconds
//   path.bound_by;                                                   // Bound::kHost
//
// Making something faster that is not on it changes nothing; making something on it faster helps at
// most by its time here. Threads: reading only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "attribution/graph/graph.h"

namespace lynxbench::attribution {

enum class PathClass : std::uint8_t {
  kOperator,
  kPython,
  kAnnotated,     // in a range that the program named, and in nothing finer
  kDataLoader,
  kRuntimeCall,
  kSystemCall,
  kOtherHost,
  kUntraced,      // between rows of a thread
  kLaunchLatency, // end of a launch's call -> begin of the kernel that it launched
  kCompute,
  kCommunication,
  kCopy,
  kDeviceGap,     // between two pieces of device work of which one waited for the other
  kDeviceWait,    // in a call that waits for the device, where the trace does not show for what
  kUnexplained,   // before an item that waits for nothing known
};
inline constexpr std::size_t kPathClassCount = 15;
[[nodiscard]] std::string_view text(PathClass what);

// A stretch of the path; together without gaps from the graph's begin to its end.
struct PathStep {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  ItemId item = kNoItem;  // whose time it is, or whose begin was waited for
  PathClass what = PathClass::kUnexplained;
};

// What the trace was bound by: the group with the most time on the path.
enum class Bound : std::uint8_t {
  kNothing,         // no items
  kHost,            // operators, Python, calls and the time between them
  kDataLoading,
  kCompute,
  kCommunication,
  kCopy,
  kLaunchOverhead,  // latency from launches to kernels
  kKernelGaps,      // device work to the device work that waited for it
  kWait,            // waits for the device without a known reason
  kUnexplained,
};
inline constexpr std::size_t kBoundCount = 10;
[[nodiscard]] std::string_view text(Bound bound);
[[nodiscard]] Bound bound_of(PathClass what);

// Time on the path under one name.
struct PathName {
  NameId name = 0;  // of the timeline; 0: kUntraced, kUnexplained
  PathClass what = PathClass::kUnexplained;
  std::uint64_t steps = 0;
  std::int64_t total_ns = 0;
};

using ClassTimes = std::array<std::int64_t, kPathClassCount>;  // nanoseconds, by PathClass
using BoundTimes = std::array<std::int64_t, kBoundCount>;      // by Bound

struct CriticalPath {
  std::int64_t total_ns = 0;
  ClassTimes by_class{};  // sum: total_ns
  BoundTimes by_bound{};  // sum: total_ns
  Bound bound_by = Bound::kNothing;
  std::vector<PathName> by_name;  // the most time first; sum: total_ns
  std::vector<PathStep> steps;    // the earliest first; none is empty
};

[[nodiscard]] CriticalPath critical_path(const DependencyGraph& graph);

// ---- pieces of it, for paths over several graphs (rank_path.h)

[[nodiscard]] PathClass class_of(ItemKind kind);

[[nodiscard]] BoundTimes by_bound(const ClassTimes& by_class);
// The one with the most time; the first of several, kNothing without any time.
[[nodiscard]] Bound most_of(const BoundTimes& by_bound);

// What let an item begin; `from` is kNoItem when nothing known did.
struct Cause {
  ItemId from = kNoItem;
  PathClass gap = PathClass::kUnexplained;  // of the time from that to the item's begin
};
// Of several that let it begin at once, the one that was last to happen.
[[nodiscard]] Cause cause_of(const DependencyGraph& graph, ItemId item);

// That ended last; kNoItem without items.
[[nodiscard]] ItemId last_item(const DependencyGraph& graph);

}  // namespace lynxbench::attribution
