#include "attribution/graph/graph_builder.h"

#include <algorithm>
#include <numeric>
#include <queue>

namespace lynxbench::attribution {

DependencyGraph GraphBuilder::build() {
  index_calls();
  add_threads();
  add_lanes();
  lane_waits_ = finder_.device_waits();
  measure_typical();
  connect_device_work();
  connect_waits();
  connect_hand_overs();
  sort_edges();
  order_items();
  if (graph_.size() > 0) {
    graph_.first_ns_ = *std::min_element(graph_.begin_.begin(), graph_.begin_.end());
    graph_.last_ns_ = *std::max_element(graph_.end_.begin(), graph_.end_.end());
  }
  return std::move(graph_);
}

void GraphBuilder::connect_waits() {
  for (const PendingWait& wait : waits_) {
    const ItemId work = item_of_device_[wait.device];
    if (graph_.begin_[work] > graph_.begin_[wait.rest]) continue;
    edges_.push_back({wait.rest, {wait.lag_ns, work, EdgeKind::kWait, wait.by_fact}});
  }
  waits_ = {};
}

ItemId GraphBuilder::first_of_thread_from(std::uint32_t thread, std::int64_t time_ns) const {
  const Chain& chain = graph_.chains_[chain_of_thread_[thread]];
  const auto first = graph_.begin_.begin() + chain.first;
  return static_cast<ItemId>(std::lower_bound(first, first + chain.count, time_ns) -
                             graph_.begin_.begin());
}

void GraphBuilder::connect_hand_overs() {
  for (const PendingHandOver& handed : hand_overs_) {
    connect_begin(handed);
    const ItemId last = first_of_thread_from(handed.burst.thread, handed.burst.end_ns) - 1;
    const std::int64_t back = graph_.begin_[handed.after] - graph_.end_[last];
    edges_.push_back({handed.after, {back, last, EdgeKind::kHandOver, false}});
  }
}

// A burst that had begun before the wait was begun by what the waiting thread did then.
void GraphBuilder::connect_begin(const PendingHandOver& handed) {
  const std::int64_t begin = handed.burst.begin_ns;
  const ItemId first = first_of_thread_from(handed.burst.thread, begin);
  if (handed.before != kNoItem) {
    const std::int64_t there = begin - graph_.end_[handed.before];
    edges_.push_back({first, {there, handed.before, EdgeKind::kHandOver, false}});
    return;
  }
  const ItemId after = first_of_thread_from(handed.waiting, begin);
  if (after == graph_.chains_[chain_of_thread_[handed.waiting]].first) return;  // it began earlier
  edges_.push_back({first, {begin - graph_.begin_[after - 1], after - 1, EdgeKind::kStart, false}});
}

void GraphBuilder::sort_edges() {
  std::vector<std::uint32_t>& first = graph_.first_edge_;
  first.assign(graph_.size() + 1, 0);
  for (const PendingEdge& edge : edges_) ++first[edge.to + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  graph_.edges_.resize(edges_.size());
  std::vector<std::uint32_t> at(first.begin(), first.end() - 1);
  for (const PendingEdge& edge : edges_) graph_.edges_[at[edge.to]++] = edge.edge;
  edges_ = {};
}

// By begin, merged from the chains. Items that begin together come by what they wait for.
void GraphBuilder::order_items() {
  const auto later = [&](std::pair<ItemId, ItemId> a, std::pair<ItemId, ItemId> b) {
    const std::int64_t a_ns = graph_.begin_[a.first];
    const std::int64_t b_ns = graph_.begin_[b.first];
    return a_ns != b_ns ? a_ns > b_ns : a.first > b.first;
  };
  std::priority_queue<std::pair<ItemId, ItemId>, std::vector<std::pair<ItemId, ItemId>>,
                      decltype(later)>
      next(later);  // the chain's next item, and the one after its last
  for (const Chain& chain : graph_.chains_) {
    if (chain.count > 0) next.emplace(chain.first, chain.first + chain.count);
  }
  graph_.order_.reserve(graph_.size());
  while (!next.empty()) {
    const auto [item, end] = next.top();
    next.pop();
    graph_.order_.push_back(item);
    if (item + 1 < end) next.emplace(item + 1, end);
  }
  for (std::size_t first = 0; first < graph_.size();) {
    std::size_t end = first + 1;
    const std::int64_t begin = graph_.begin_[graph_.order_[first]];
    while (end < graph_.size() && graph_.begin_[graph_.order_[end]] == begin) ++end;
    if (end - first > 1) order_ties(first, end);
    first = end;
  }
}

// Depth first along what each item waits for, among those of order_[first, end) only.
void GraphBuilder::order_ties(std::size_t first, std::size_t end) {
  const std::vector<ItemId> tied(graph_.order_.begin() + static_cast<std::ptrdiff_t>(first),
                                 graph_.order_.begin() + static_cast<std::ptrdiff_t>(end));
  const std::int64_t begin = graph_.begin_[tied.front()];
  std::unordered_set<ItemId> seen;
  std::vector<std::pair<ItemId, bool>> stack;  // true: all that it waits for is placed
  std::size_t at = first;
  const auto visit = [&](ItemId item) {
    if (item != kNoItem && graph_.begin_[item] == begin && !seen.contains(item)) {
      stack.emplace_back(item, false);
    }
  };
  for (ItemId root : tied) {
    visit(root);
    while (!stack.empty()) {
      const auto [item, ready] = stack.back();
      stack.pop_back();
      if (ready) {
        graph_.order_[at++] = item;
      } else if (seen.insert(item).second) {
        stack.emplace_back(item, true);
        visit(graph_.before(item));
        for (const Edge& edge : graph_.edges_to(item)) visit(edge.from);
      }
    }
  }
}

}  // namespace lynxbench::attribution
