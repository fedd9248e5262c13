#include "attribution/graph/rank_path.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/result.h"

namespace lynxbench::attribution {
namespace {

constexpr std::size_t kHopsShown = 50;
constexpr std::size_t kNamesShown = 25;

// An instance of a collective on a rank.
struct Instance {
  std::size_t kind = 0;   // of the shared ones
  std::size_t index = 0;  // of the kind
};

using SharedList = std::vector<SharedCollective>;

}  // namespace

RankCauses RankCauses::of(const DependencyGraph& graph) {
  RankCauses causes;
  if (graph.size() == 0) return causes;
  std::unordered_map<NameId, std::uint32_t> known;
  causes.items_.reserve(graph.size());
  causes.item_of_device_.assign(graph.timeline().device.size(), kNoItem);
  for (ItemId item = 0; item < graph.size(); ++item) {
    const Cause cause = cause_of(graph, item);
    const auto [name, is_new] =
        known.try_emplace(graph.name(item), static_cast<std::uint32_t>(causes.names_.size()));
    if (is_new) causes.names_.emplace_back(graph.timeline().names[name->first]);
    causes.items_.push_back({graph.begin_ns(item), graph.end_ns(item), cause.from, name->second,
                             class_of(graph.kind(item)), cause.gap});
    if (is_device(graph.kind(item))) causes.item_of_device_[graph.row(item)] = item;
  }
  causes.last_ = last_item(graph);
  causes.begin_ns_ = graph.begin_ns();
  return causes;
}

// How far each rank's clock is ahead of that of the lowest rank, by the ends of the collectives that they
// share.
class RankClocks {
 public:
  RankClocks(const SharedList& shared, std::span<const RankCollectives> ranks,
             std::span<const RankCauses> causes)
      : shared_(shared), causes_(causes), ahead_ns_(causes.size()) {
    for (std::size_t rank = 0; rank < causes.size(); ++rank) {
      if (ranks[rank].rank && !causes[rank].empty()) order_.push_back(rank);
    }
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return *ranks[a].rank < *ranks[b].rank;
    });
    if (!order_.empty()) align_from(order_.front());
  }

  // Nothing for ranks that share nothing, even through others, with the lowest rank that has a graph.
  [[nodiscard]] std::optional<std::int64_t> ahead_ns(std::size_t rank) const {
    return ahead_ns_[rank];
  }
  [[nodiscard]] std::int64_t residual_ns() const { return residual_ns_; }

 private:
  // What the first rank reaches gets its offset; an island of others gets none.
  void align_from(std::size_t first) {
    ahead_ns_[first] = 0;
    std::vector<std::size_t> open{first};
    while (!open.empty()) {
      const std::size_t from = open.back();
      open.pop_back();
      for (std::size_t to : order_) {
        if (ahead_ns_[to]) continue;
        std::vector<std::int64_t> differences = end_differences(from, to);
        if (differences.empty()) continue;
        const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
        std::nth_element(differences.begin(), middle, differences.end());
        const std::int64_t median = *middle;
        for (std::int64_t one : differences) {
          residual_ns_ = std::max(residual_ns_, std::abs(one - median));
        }
        ahead_ns_[to] = *ahead_ns_[from] + median;
        open.push_back(to);
      }
    }
  }

  [[nodiscard]] std::vector<std::int64_t> end_differences(std::size_t from, std::size_t to) const {
    std::vector<std::int64_t> differences;
    const auto end = [&](std::size_t rank, std::uint32_t row) {
      return causes_[rank].items_[causes_[rank].item_of_device_[row]].end_ns;
    };
    for (const SharedCollective& kind : shared_) {
      const auto a = kind.rows.find(from);
      const auto b = kind.rows.find(to);
      if (a == kind.rows.end() || b == kind.rows.end()) continue;
      for (std::size_t i = 0; i < kind.arrivals.size(); ++i) {
        differences.push_back(end(to, b->second[i]) - end(from, a->second[i]));
      }
    }
    return differences;
  }

  const SharedList& shared_;
  std::span<const RankCauses> causes_;
  std::vector<std::size_t> order_;  // rows by the ranks' numbers, so that the files' order changes nothing
  std::vector<std::optional<std::int64_t>> ahead_ns_;
  std::int64_t residual_ns_ = 0;
};

// Goes back from the last end over all ranks.
class RankWalk {
 public:
  RankWalk(const SharedList& shared, std::span<const RankCollectives> ranks,
           std::span<const RankCauses> causes)
      : shared_(shared), ranks_(ranks), causes_(causes), instances_(causes.size()) {
    for (std::size_t kind = 0; kind < shared.size(); ++kind) {
      for (const auto& [rank, rows] : shared[kind].rows) {
        if (causes[rank].empty()) continue;
        for (std::size_t i = 0; i < shared[kind].arrivals.size(); ++i) {
          instances_[rank][causes[rank].item_of_device_[rows[i]]] = {kind, i};
        }
      }
    }
  }

  RankPath from(std::size_t rank) {
    rank_ = rank;
    item_ = causes_[rank].last_;
    until_ns_ = causes_[rank].end_ns();
    std::size_t steps_left = 1;  // input that contradicts itself must not turn in a circle
    for (const RankCauses& one : causes_) steps_left += one.items_.size();
    while (item_ != kNoItem && steps_left-- > 0) step_back();
    add(causes_[rank_].begin_ns_, nullptr, PathClass::kUnexplained);
    return finished();
  }

 private:
  using NameKey = std::tuple<std::int64_t, std::string_view, PathClass>;  // of the rank by its number

  void add(std::int64_t begin_ns, const RankCauses::Item* item, PathClass what) {
    if (begin_ns >= until_ns_) return;
    const std::int64_t ns = until_ns_ - begin_ns;
    until_ns_ = begin_ns;
    path_.total_ns += ns;
    by_class_[static_cast<std::size_t>(what)] += ns;
    by_rank_[*ranks_[rank_].rank] += ns;
    const std::string_view name =
        item == nullptr ? std::string_view() : std::string_view(causes_[rank_].names_[item->name]);
    auto& [steps, sum] = by_name_[{*ranks_[rank_].rank, name, what}];
    ++steps;
    sum += ns;
  }

  void step_back() {
    const auto found = instances_[rank_].find(item_);
    if (found != instances_[rank_].end()) hop(found->second);
    const RankCauses::Item& item = causes_[rank_].items_[item_];
    add(item.begin_ns, &item, item.own);
    const std::int64_t before_ns = item.cause == kNoItem
                                       ? causes_[rank_].begin_ns_
                                       : causes_[rank_].items_[item.cause].end_ns;
    add(before_ns, &item, item.gap);
    item_ = item.cause;
  }

  // To the rank that came last, where that is another one whose graph is there: the transfer is this
  // rank's, and the path goes on where the last one came.
  void hop(const Instance& instance) {
    const SharedCollective& kind = shared_[instance.kind];
    const Arrival& arrival = kind.arrivals[instance.index];
    if (arrival.last == rank_ || causes_[arrival.last].empty()) return;
    const RankCauses::Item& item = causes_[rank_].items_[item_];
    add(item.end_ns - arrival.transfer_ns, &item, PathClass::kCommunication);
    hops_.push_back({*ranks_[rank_].rank, *ranks_[arrival.last].rank,
                     kind.group.empty() ? kind.name : kind.name + " (" + kind.group + ")",
                     item.end_ns - item.begin_ns - arrival.transfer_ns});
    const std::uint32_t row = kind.rows.at(arrival.last)[instance.index];
    rank_ = arrival.last;
    item_ = causes_[rank_].item_of_device_[row];
    until_ns_ = causes_[rank_].items_[item_].begin_ns;
  }

  RankPath finished() {
    for (std::size_t i = 0; i < kPathClassCount; ++i) {
      if (by_class_[i] != 0) path_.classes.emplace_back(text(static_cast<PathClass>(i)), by_class_[i]);
    }
    path_.by_rank.assign(by_rank_.begin(), by_rank_.end());
    path_.bound_by = text(most_of(by_bound(by_class_)));
    path_.hops = hops_.size();
    std::reverse(hops_.begin(), hops_.end());
    if (hops_.size() > kHopsShown) hops_.resize(kHopsShown);
    path_.first_hops = std::move(hops_);
    for (const auto& [key, sum] : by_name_) {
      const auto& [rank, name, what] = key;
      path_.names.push_back({rank, std::string(name), std::string(text(what)), sum.first,
                             sum.second});
    }
    std::stable_sort(path_.names.begin(), path_.names.end(),
                     [](const RankPathName& a, const RankPathName& b) { return a.ns > b.ns; });
    if (path_.names.size() > kNamesShown) path_.names.resize(kNamesShown);
    return std::move(path_);
  }

  const SharedList& shared_;
  std::span<const RankCollectives> ranks_;
  std::span<const RankCauses> causes_;
  std::vector<std::unordered_map<ItemId, Instance>> instances_;  // by rank row
  std::size_t rank_ = 0;
  ItemId item_ = kNoItem;
  std::int64_t until_ns_ = 0;  // on rank_'s clock: where the path found so far begins
  ClassTimes by_class_{};
  std::map<std::int64_t, std::int64_t> by_rank_;
  std::map<NameKey, std::pair<std::uint64_t, std::int64_t>> by_name_;
  std::vector<RankHop> hops_;  // the last first
  RankPath path_;
};

std::optional<RankPath> rank_path(std::span<const RankCollectives> ranks,
                                  std::span<const RankCauses> causes) {
  CHECK(ranks.size() == causes.size());
  const SharedList shared = shared_collectives(ranks);
  const RankClocks clocks(shared, ranks, causes);
  std::optional<std::size_t> last;
  std::int64_t last_end_ns = std::numeric_limits<std::int64_t>::min();
  std::uint64_t taking_part = 0;
  std::uint64_t left_out = 0;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    if (!ranks[rank].rank) continue;
    if (causes[rank].empty() || !clocks.ahead_ns(rank)) {
      ++left_out;
      continue;
    }
    ++taking_part;
    const std::int64_t end = causes[rank].end_ns() - *clocks.ahead_ns(rank);
    if (end > last_end_ns) {
      last_end_ns = end;
      last = rank;
    }
  }
  if (taking_part < 2) return std::nullopt;
  RankPath path = RankWalk(shared, ranks, causes).from(*last);
  path.clock_residual_ns = clocks.residual_ns();
  path.ranks_left_out = left_out;
  return path;
}

}  // namespace lynxbench::attribution
