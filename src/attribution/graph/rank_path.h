// The critical path over the ranks of a job: from the last end back, and at each collective to the rank
// that came to it last.
//
//   std::vector<RankCauses> causes;           // one for each file, in its order; small, so the Timeline
//   causes.push_back(RankCauses::of(graph));  // and its graph can be let go
//   if (const auto path = rank_path(ranks, causes)) path->by_rank;
//
// A collective moves its data once all have come. So of a rank that came early only the transfer is on
// the path (the shortest duration over the ranks: collectives.h), and before it stands what the last
// rank did until it came. No clock in common is needed on the way: at each hop both ranks' clocks are
// set equal at the collective's end. Which rank ended last is told by aligning the ranks by the ends of
// the collectives that they share (median of the differences; how far single ones are off it is given).
//
// Lengths add up: classes, ranks and steps each sum to total_ns. About 30 bytes an item of a graph.
// Threads: no state.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attribution/device/collectives.h"
#include "attribution/graph/critical_path.h"
#include "attribution/graph/graph.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// What let each item of a rank's graph begin, without the graph.
class RankCauses {
 public:
  [[nodiscard]] static RankCauses of(const DependencyGraph& graph);

  [[nodiscard]] bool empty() const { return items_.empty(); }
  // Of the item that ended last; there is one.
  [[nodiscard]] std::int64_t end_ns() const { return items_[last_].end_ns; }

 private:
  friend class RankWalk;
  friend class RankClocks;
  struct Item {
    std::int64_t begin_ns;
    std::int64_t end_ns;
    ItemId cause;
    std::uint32_t name;  // row of names_
    PathClass own;
    PathClass gap;
  };
  std::vector<Item> items_;
  std::vector<std::string> names_;
  std::vector<ItemId> item_of_device_;  // kNoItem: in no graph
  ItemId last_ = kNoItem;
  std::int64_t begin_ns_ = 0;
};

// Of files that say which rank they are; the others take no part. Nothing unless two or more ranks share
// a collective and have a graph. `ranks` and `causes` are of the same files, in the same order.
[[nodiscard]] std::optional<RankPath> rank_path(std::span<const RankCollectives> ranks,
                                                std::span<const RankCauses> causes);

}  // namespace lynxbench::attribution
