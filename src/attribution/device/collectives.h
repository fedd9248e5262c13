// Collective operations over the ranks of a job: who waited for whom. Kernels of one collective are
// matched by kind (group and operation, else the kernel's name) and order; the shortest of an instance
// is the one that arrived last, so what the others took longer was waiting, and the rest transfer.
//
//   std::vector<RankCollectives> ranks;          // one for each file, in its order
//   ranks.push_back(collectives_of(timeline, classes));
//   std::optional<RankComparison> compared = compare_ranks(ranks, files);
//
// No clock in common is needed: durations alone are compared. (The definitions of TraceLens.)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "attribution/device/device_class.h"
#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// The communication kernels of one rank, by kind, in order of time.
struct RankCollectives {
  std::optional<std::int64_t> rank;
  struct Kind {
    std::string name;
    std::string group;
    std::vector<std::int64_t> durations_ns;
    std::vector<std::uint32_t> rows;  // of timeline.device, beside them
  };
  std::vector<Kind> kinds;  // by name, then group
};

[[nodiscard]] RankCollectives collectives_of(const Timeline& timeline,
                                             const DeviceClasses& classes);

// Nothing with fewer than two files that say which rank they are of, or when two are of the same.
// `files` are the files of `ranks`, in the same order.
[[nodiscard]] std::optional<RankComparison> compare_ranks(
    std::span<const RankCollectives> ranks, std::span<const TraceFileFigures> files);

// Who came last to an instance of a collective, and how long it took from then.
struct Arrival {
  std::size_t last = 0;  // row of the ranks given
  std::int64_t transfer_ns = 0;
};
// A kind that two or more ranks have, with the instances that all of them have, in order.
struct SharedCollective {
  std::string name;
  std::string group;
  std::vector<Arrival> arrivals;
  std::map<std::size_t, std::span<const std::uint32_t>> rows;  // by row of the ranks: as many at least
};
// By name, then group; empty where ranks do not say who they are. `ranks` must outlive it.
[[nodiscard]] std::vector<SharedCollective> shared_collectives(
    std::span<const RankCollectives> ranks);

// How long each collective of each rank waited for the last one to arrive.
struct RankWaits {
  using Kind = std::pair<std::string, std::string>;  // name, group
  std::map<std::int64_t, std::map<Kind, std::vector<std::int64_t>>> of;  // by rank
};
[[nodiscard]] RankWaits rank_waits(std::span<const RankCollectives> ranks);

// For each row of timeline.device; empty when nothing is known of this rank.
[[nodiscard]] std::vector<std::int64_t> waits_of_rows(const Timeline& timeline,
                                                      const DeviceClasses& classes,
                                                      const RankWaits& waits);

}  // namespace lynxbench::attribution
