// What waited for what in a trace: the pieces of host and device time of a Timeline as items, and
// the edges along which each had to wait. Replay, the critical path and what-if read it.
//
//   const DeviceClasses classes = classify(timeline);
//   const DependencyGraph graph = DependencyGraph::of(timeline, classes.of);
//   graph.begin_ns(7), graph.end_ns(7), graph.kind(7);    // an item
//   graph.edges_to(7);                                    // launches, waits; see Edge
//
// Items stand in chains: one for each thread (its own time, piece by piece, in program order) and
// one for each lane (its device work in stream order). An item begins as soon as the item before it
// in its chain and the source of every edge to it allow:
//
//   begin = max(end of the item before + chain_lag, anchor of each edge's source + its lag)
//
// Lags are chosen so that measured durations give measured times, to the nanosecond: one bound is
// exactly the measured begin (the cause), the others are what that kind of wait usually takes in
// this trace (typical launch latency, typical gap between kernels), and never more than measured.
// An item without any bound begins at its measured time.
//
// Of several possible causes of a kernel's start, that one is taken which explains it with the
// least delay beyond the typical.
//
// What is not known stays visible: `uncertain`. Times are nanoseconds of the Timeline, which must
// outlive the graph. About 45 bytes an item, one or two items an event. Threads: reading only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "attribution/device/device_class.h"
#include "model/trace.h"

namespace lynxbench::attribution {

using ItemId = std::uint32_t;
inline constexpr ItemId kNoItem = ~ItemId{0};

enum class ItemKind : std::uint8_t {
  // Own time of the innermost row of the host table, without what it encloses.
  kOperator,
  kPython,
  kAnnotated,    // inside a range that the program named, and in nothing finer
  kDataLoader,   // inside a data loader's row, whatever the innermost row is
  kRuntimeCall,
  kWaitCall,     // of a call that waits for the device, where the trace does not show for what
  kSystemCall,
  kOtherHost,
  kUntraced,     // between two rows of a thread: nothing was recorded
  // Rows of the device table.
  kCompute,
  kCommunication,
  kCopy,
};
inline constexpr std::size_t kItemKindCount = 12;
[[nodiscard]] constexpr bool is_device(ItemKind kind) { return kind >= ItemKind::kCompute; }

enum class EdgeKind : std::uint8_t {
  kLaunch,    // call -> the device work that it launched; counts from the call's BEGIN
  kWait,      // device work -> the rest of a call that waited for it; from the work's end, as below
  kEvent,     // device work -> device work of another lane that waited for its event
  kHandOver,  // item of a thread -> item of a thread that it woke, or that waited for its end
  kStart,     // item of a thread -> work that another thread began meanwhile; from the item's BEGIN
};

[[nodiscard]] constexpr bool counts_from_begin(EdgeKind kind) {
  return kind == EdgeKind::kLaunch || kind == EdgeKind::kStart;
}

// lag_ns may be negative where the trace's clocks disagree, or work of one lane overlaps.
struct Edge {
  std::int64_t lag_ns = 0;
  ItemId from = 0;
  EdgeKind kind = EdgeKind::kLaunch;
  bool by_fact = true;  // false: inferred from the times
};

// A run of items in order: of a thread or of a lane.
struct Chain {
  ItemId first = 0;
  std::uint32_t count = 0;
  std::uint32_t row = 0;  // of Timeline::threads or Timeline::lanes
  bool of_lane = false;
};

// What usual waits take in this trace: lower quartiles.
struct TypicalDelays {
  std::int64_t device_gap_ns = 0;  // between two pieces of queued work of a lane
  std::int64_t launch_ns = 0;      // call's begin -> kernel's begin on an idle lane
};

// What the builder could not connect; it keeps its measured times, but for last_waits.
struct GraphGaps {
  std::uint64_t unlinked = 0;          // device work whose launch is not in the trace
  std::uint64_t launched_later = 0;    // device work that begins before its launch: clocks disagree
  std::uint64_t waits_unresolved = 0;  // calls that wait, with nothing found to wait for
  std::uint64_t waits_inferred = 0;    // waits whose target was found by the times alone
  std::uint64_t events_inferred = 0;   // waits for another lane, found by the times alone
  std::uint64_t last_waits = 0;        // threads that wait to the end for nothing shown: cut there
};

class DependencyGraph {
 public:
  // `classes`: a value for each row of timeline.device. The timeline is linked (trace/link.h).
  [[nodiscard]] static DependencyGraph of(const Timeline& timeline,
                                          std::span<const DeviceClass> classes);

  [[nodiscard]] const Timeline& timeline() const { return *timeline_; }
  [[nodiscard]] std::size_t size() const { return begin_.size(); }
  [[nodiscard]] bool has_device() const { return device_begin_ != begin_.size(); }
  // The first item's begin and the last one's end; 0 without items.
  [[nodiscard]] std::int64_t begin_ns() const { return first_ns_; }
  [[nodiscard]] std::int64_t end_ns() const { return last_ns_; }

  [[nodiscard]] std::int64_t begin_ns(ItemId item) const { return begin_[item]; }
  [[nodiscard]] std::int64_t end_ns(ItemId item) const { return end_[item]; }
  [[nodiscard]] std::int64_t duration_ns(ItemId item) const { return end_[item] - begin_[item]; }
  [[nodiscard]] ItemKind kind(ItemId item) const { return kind_[item]; }
  // Row of the device table (is_device(kind)) or of the host table; kNoRow: kUntraced.
  [[nodiscard]] std::uint32_t row(ItemId item) const { return row_[item]; }
  // For people; "" for kUntraced.
  [[nodiscard]] NameId name(ItemId item) const;

  // The item before it in its chain, or kNoItem.
  [[nodiscard]] ItemId before(ItemId item) const;
  // From the end of before(item) to the earliest begin that the chain allows.
  [[nodiscard]] std::int64_t chain_lag_ns(ItemId item) const {
    return item < device_begin_ ? 0 : lane_lag_[item - device_begin_];
  }
  [[nodiscard]] std::span<const Edge> edges_to(ItemId item) const {
    return std::span(edges_).subspan(first_edge_[item], first_edge_[item + 1] - first_edge_[item]);
  }
  // The time of `edge`'s source from which its lag counts, at measured times.
  [[nodiscard]] std::int64_t anchor_ns(const Edge& edge) const {
    return counts_from_begin(edge.kind) ? begin_[edge.from] : end_[edge.from];
  }
  // Begins at its measured time: nothing is known that it waits for.
  [[nodiscard]] bool is_source(ItemId item) const {
    return before(item) == kNoItem && edges_to(item).empty();
  }
  // Whether what the item waited for is a guess: unlinked device work.
  [[nodiscard]] bool uncertain(ItemId item) const {
    return is_device(kind_[item]) && timeline_->device.call[row_[item]] == kNoRow;
  }

  [[nodiscard]] std::span<const Chain> chains() const { return chains_; }
  [[nodiscard]] const Chain& chain_of(ItemId item) const;
  // Every item after all that it waits for.
  [[nodiscard]] std::span<const ItemId> order() const { return order_; }
  [[nodiscard]] const TypicalDelays& typical() const { return typical_; }
  [[nodiscard]] const GraphGaps& gaps() const { return gaps_; }

 private:
  friend class GraphBuilder;
  const Timeline* timeline_ = nullptr;
  std::vector<std::int64_t> begin_;
  std::vector<std::int64_t> end_;
  std::vector<std::uint32_t> row_;
  std::vector<ItemKind> kind_;
  std::vector<std::uint8_t> heads_chain_;   // 1: the first of its chain
  std::vector<std::int64_t> lane_lag_;      // of items from device_begin_ on
  std::vector<std::uint32_t> first_edge_;   // of each item, and one more
  std::vector<Edge> edges_;
  std::vector<ItemId> order_;
  std::vector<Chain> chains_;
  ItemId device_begin_ = 0;  // device items stand after all host items
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;
  TypicalDelays typical_;
  GraphGaps gaps_;
};

[[nodiscard]] std::string_view text(ItemKind kind);  // "host operator", "kernel (compute)"

}  // namespace lynxbench::attribution
