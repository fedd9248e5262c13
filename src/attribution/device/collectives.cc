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

// All ranks of one kind of collective.
class KindSum {
 public:
  void add(std::size_t rank_row, const std::vector<std::int64_t>& durations) {
    ranks_.emplace_back(rank_row, &durations);
  }

  // Adds each rank's waiting and transfer to `ranks`.
  CollectiveFigure finish(const Key& key, std::vector<RankFigure>& ranks) const {
    CollectiveFigure figure;
    figure.name = key.first;
    figure.group = key.second;
    std::size_t fewest = ranks_.front().second->size();
    for (const auto& [row, durations] : ranks_) fewest = std::min(fewest, durations->size());
    const bool alone = ranks_.size() < 2;
    figure.count = alone ? 0 : fewest;
    for (const auto& [row, durations] : ranks_) {
      figure.unmatched += durations->size() - figure.count;
    }
    for (std::size_t i = 0; i < figure.count; ++i) add_instance(i, figure, ranks);
    return figure;
  }

 private:
  void add_instance(std::size_t i, CollectiveFigure& figure, std::vector<RankFigure>& ranks) const {
    std::int64_t shortest = (*ranks_.front().second)[i];
    for (const auto& [row, durations] : ranks_) shortest = std::min(shortest, (*durations)[i]);
    figure.transfer_ns += shortest;
    for (const auto& [row, durations] : ranks_) {
      const std::int64_t wait = (*durations)[i] - shortest;
      figure.wait_ns += wait;
      ranks[row].wait_ns += wait;
      ranks[row].transfer_ns += shortest;
    }
  }

  std::vector<std::pair<std::size_t, const std::vector<std::int64_t>*>> ranks_;
};

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
  std::map<Key, std::vector<std::int64_t>> kinds;
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    if (classes.of[row] != DeviceClass::kCommunication) continue;
    kinds[key_of(timeline, row)].push_back(timeline.device.end_ns[row] -
                                           timeline.device.begin_ns[row]);
  }
  RankCollectives result;
  result.rank = timeline.rank;
  for (auto& [key, durations] : kinds) {
    result.kinds.push_back({key.first, key.second, std::move(durations)});
  }
  return result;
}

std::optional<RankComparison> compare_ranks(std::span<const RankCollectives> ranks,
                                            std::span<const TraceFileFigures> files) {
  const std::vector<std::size_t> rows = distinct_ranks(ranks);
  if (rows.size() < 2) return std::nullopt;
  RankComparison result;
  std::map<Key, KindSum> kinds;
  for (std::size_t file : rows) {
    for (const RankCollectives::Kind& kind : ranks[file].kinds) {
      kinds[{kind.name, kind.group}].add(result.ranks.size(), kind.durations_ns);
    }
    result.ranks.push_back(rank_figure(*ranks[file].rank, file, files[file]));
  }
  for (const auto& [key, kind] : kinds) {
    result.collectives.push_back(kind.finish(key, result.ranks));
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

RankWaits rank_waits(std::span<const RankCollectives> ranks) {
  const std::vector<std::size_t> rows = distinct_ranks(ranks);
  std::map<Key, std::vector<std::pair<std::int64_t, const std::vector<std::int64_t>*>>> kinds;
  for (std::size_t row : rows) {
    for (const RankCollectives::Kind& kind : ranks[row].kinds) {
      kinds[{kind.name, kind.group}].emplace_back(*ranks[row].rank, &kind.durations_ns);
    }
  }
  RankWaits waits;
  for (const auto& [key, members] : kinds) {
    if (members.size() < 2) continue;
    std::size_t fewest = members.front().second->size();
    for (const auto& [rank, durations] : members) fewest = std::min(fewest, durations->size());
    for (std::size_t i = 0; i < fewest; ++i) {
      std::int64_t shortest = (*members.front().second)[i];
      for (const auto& [rank, durations] : members) shortest = std::min(shortest, (*durations)[i]);
      for (const auto& [rank, durations] : members) {
        waits.of[rank][key].push_back((*durations)[i] - shortest);
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
