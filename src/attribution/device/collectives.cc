#include "attribution/device/collectives.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace lynxbench::attribution {
namespace {

using Key = std::pair<std::string, std::string>;  // name, group

Key key_of(const Timeline& timeline, std::size_t row) {
  const std::uint32_t facts = timeline.device.facts[row];
  if (facts != kNoRow) {
    const std::uint32_t collective = timeline.kernels[facts].collective;
    if (collective != kNoRow) {
      const CollectiveFacts& known = timeline.collectives[collective];
      return {std::string(timeline.names[known.name]), std::string(timeline.names[known.group])};
    }
  }
  return {std::string(timeline.names[timeline.device.name[row]]), ""};
}

// One kind of collective on the ranks that have it. The i-th of each is one instance.
class KindMembers {
 public:
  struct Member {
    std::size_t row;  // of the ranks
    const std::vector<std::int64_t>* durations_ns;
    std::span<const std::uint32_t> device_rows;
  };

  void add(std::size_t row, const RankCollectives::Kind& kind) {
    members_.push_back({row, &kind.durations_ns, kind.rows});
  }
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  // Instances that every member has; none of a kind that one rank has alone.
  [[nodiscard]] std::size_t count() const {
    if (members_.size() < 2) return 0;
    std::size_t fewest = members_.front().durations_ns->size();
    for (const Member& one : members_) fewest = std::min(fewest, one.durations_ns->size());
    return fewest;
  }
  // Of instance `i`: the last to arrive, which took shortest.
  [[nodiscard]] const Member& last(std::size_t i) const {
    return *std::min_element(members_.begin(), members_.end(),
                             [&](const Member& a, const Member& b) {
                               return (*a.durations_ns)[i] < (*b.durations_ns)[i];
                             });
  }
  [[nodiscard]] std::int64_t shortest_ns(std::size_t i) const { return (*last(i).durations_ns)[i]; }

 private:
  std::vector<Member> members_;
};

// By kind; rows are those of `rows`, in its order.
std::map<Key, KindMembers> kinds_of(std::span<const RankCollectives> ranks,
                                    const std::vector<std::size_t>& rows) {
  std::map<Key, KindMembers> kinds;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const RankCollectives::Kind& kind : ranks[rows[row]].kinds) {
      kinds[{kind.name, kind.group}].add(row, kind);
    }
  }
  return kinds;
}

// Adds each rank's waiting and transfer to `ranks`.
CollectiveFigure figure_of(const Key& key, const KindMembers& kind,
                           std::vector<RankFigure>& ranks) {
  CollectiveFigure figure;
  figure.name = key.first;
  figure.group = key.second;
  figure.count = kind.count();
  for (const KindMembers::Member& one : kind.members()) {
    figure.unmatched += one.durations_ns->size() - figure.count;
  }
  for (std::size_t i = 0; i < figure.count; ++i) {
    const std::int64_t shortest = kind.shortest_ns(i);
    figure.transfer_ns += shortest;
    for (const KindMembers::Member& one : kind.members()) {
      const std::int64_t wait = (*one.durations_ns)[i] - shortest;
      figure.wait_ns += wait;
      ranks[one.row].wait_ns += wait;
      ranks[one.row].transfer_ns += shortest;
    }
  }
  return figure;
}

RankFigure rank_figure(std::int64_t rank, std::size_t file, const TraceFileFigures& figures) {
  RankFigure figure;
  figure.rank = rank;
  figure.file = file;
  for (const DeviceFigures& device : figures.devices) {
    figure.span_ns += device.span_ns;
    figure.compute_ns += device.compute_ns;
    figure.exposed_communication_ns += device.exposed_communication_ns;
    figure.idle_ns += device.idle_ns;
  }
  return figure;
}

// Rows of `ranks` that say which rank they are; empty when two say the same.
std::vector<std::size_t> distinct_ranks(std::span<const RankCollectives> ranks) {
  std::vector<std::size_t> rows;
  std::set<std::int64_t> seen;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (!ranks[i].rank) continue;
    if (!seen.insert(*ranks[i].rank).second) return {};
    rows.push_back(i);
  }
  std::sort(rows.begin(), rows.end(),
            [&](std::size_t a, std::size_t b) { return *ranks[a].rank < *ranks[b].rank; });
  return rows;
}

}  // namespace

RankCollectives collectives_of(const Timeline& timeline, const DeviceClasses& classes) {
  std::map<Key, RankCollectives::Kind> kinds;
  for (std::uint32_t row = 0; row < timeline.device.size(); ++row) {
    if (classes.of[row] != DeviceClass::kCommunication) continue;
    RankCollectives::Kind& kind = kinds[key_of(timeline, row)];
    kind.durations_ns.push_back(timeline.device.end_ns[row] - timeline.device.begin_ns[row]);
    kind.rows.push_back(row);
  }
  RankCollectives result;
  result.rank = timeline.rank;
  for (auto& [key, kind] : kinds) {
    kind.name = key.first;
    kind.group = key.second;
    result.kinds.push_back(std::move(kind));
  }
  return result;
}

std::optional<RankComparison> compare_ranks(std::span<const RankCollectives> ranks,
                                            std::span<const TraceFileFigures> files) {
  const std::vector<std::size_t> rows = distinct_ranks(ranks);
  if (rows.size() < 2) return std::nullopt;
  RankComparison result;
  for (std::size_t file : rows) {
    result.ranks.push_back(rank_figure(*ranks[file].rank, file, files[file]));
  }
  for (const auto& [key, kind] : kinds_of(ranks, rows)) {
    result.collectives.push_back(figure_of(key, kind, result.ranks));
  }
  std::sort(result.collectives.begin(), result.collectives.end(),
            [](const CollectiveFigure& a, const CollectiveFigure& b) {
              return std::make_tuple(b.wait_ns + b.transfer_ns, a.name, a.group) <
                     std::make_tuple(a.wait_ns + a.transfer_ns, b.name, b.group);
            });
  const auto least = std::min_element(
      result.ranks.begin(), result.ranks.end(),
      [](const RankFigure& a, const RankFigure& b) { return a.wait_ns < b.wait_ns; });
  if (least->transfer_ns != 0) result.straggler = least->rank;
  return result;
}

std::vector<SharedCollective> shared_collectives(std::span<const RankCollectives> ranks) {
  const std::vector<std::size_t> rows = distinct_ranks(ranks);
  std::vector<SharedCollective> shared;
  for (const auto& [key, kind] : kinds_of(ranks, rows)) {
    if (kind.count() == 0) continue;
    SharedCollective& one = shared.emplace_back();
    one.name = key.first;
    one.group = key.second;
    for (std::size_t i = 0; i < kind.count(); ++i) {
      one.arrivals.push_back({rows[kind.last(i).row], kind.shortest_ns(i)});
    }
    for (const KindMembers::Member& member : kind.members()) {
      one.rows[rows[member.row]] = member.device_rows;
    }
  }
  return shared;
}

RankWaits rank_waits(std::span<const RankCollectives> ranks) {
  const std::vector<std::size_t> rows = distinct_ranks(ranks);
  RankWaits waits;
  for (const auto& [key, kind] : kinds_of(ranks, rows)) {
    for (std::size_t i = 0; i < kind.count(); ++i) {
      const std::int64_t shortest = kind.shortest_ns(i);
      for (const KindMembers::Member& one : kind.members()) {
        const std::int64_t rank = *ranks[rows[one.row]].rank;
        waits.of[rank][key].push_back((*one.durations_ns)[i] - shortest);
      }
    }
  }
  return waits;
}

std::vector<std::int64_t> waits_of_rows(const Timeline& timeline, const DeviceClasses& classes,
                                        const RankWaits& waits) {
  const auto rank = timeline.rank ? waits.of.find(*timeline.rank) : waits.of.end();
  if (rank == waits.of.end()) return {};
  std::vector<std::int64_t> result(timeline.device.size(), 0);
  std::map<Key, std::size_t> next;
  for (std::size_t row = 0; row < result.size(); ++row) {
    if (classes.of[row] != DeviceClass::kCommunication) continue;
    const Key key = key_of(timeline, row);
    const auto kind = rank->second.find(key);
    const std::size_t i = next[key]++;
    if (kind != rank->second.end() && i < kind->second.size()) result[row] = kind->second[i];
  }
  return result;
}

}  // namespace lynxbench::attribution
