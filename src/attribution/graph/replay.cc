#include "attribution/graph/replay.h"

#include <algorithm>
#include <limits>

namespace lynxbench::attribution {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

class Run {
 public:
  Run(const DependencyGraph& graph, const Changes& changes) : graph_(graph), changes_(changes) {
    result_.begin_ns.resize(graph.size());
    result_.end_ns.resize(graph.size());
    // Measured times stand in where input that contradicts itself left no order.
    for (ItemId item = 0; item < graph.size(); ++item) {
      result_.begin_ns[item] = graph.begin_ns(item) - graph.begin_ns();
      result_.end_ns[item] = graph.end_ns(item) - graph.begin_ns();
    }
  }

  Replayed run() {
    for (ItemId item : graph_.order()) {
      const std::int64_t begin = begin_of(item);
      result_.begin_ns[item] = begin;
      result_.end_ns[item] = begin + duration_of(item);
      result_.total_ns = std::max(result_.total_ns, result_.end_ns[item]);
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::int64_t begin_of(ItemId item) const {
    std::int64_t begin = kNever;
    if (const ItemId before = graph_.before(item); before != kNoItem) {
      begin = result_.end_ns[before] +
              (changes_.chain_lag ? changes_.chain_lag(item) : graph_.chain_lag_ns(item));
    }
    for (const Edge& edge : graph_.edges_to(item)) {
      const std::int64_t anchor = counts_from_begin(edge.kind) ? result_.begin_ns[edge.from]
                                                               : result_.end_ns[edge.from];
      const std::int64_t lag = changes_.edge_lag ? changes_.edge_lag(item, edge) : edge.lag_ns;
      begin = std::max(begin, anchor + lag);
    }
    if (begin == kNever) {
      begin = changes_.source_begin ? changes_.source_begin(item)
                                    : graph_.begin_ns(item) - graph_.begin_ns();
    }
    return std::max<std::int64_t>(begin, 0);
  }
  [[nodiscard]] std::int64_t duration_of(ItemId item) const {
    return changes_.duration ? changes_.duration(item) : graph_.duration_ns(item);
  }

  const DependencyGraph& graph_;
  const Changes& changes_;
  Replayed result_;
};

}  // namespace

Replayed replay(const DependencyGraph& graph, const Changes& changes) {
  return Run(graph, changes).run();
}

}  // namespace lynxbench::attribution
