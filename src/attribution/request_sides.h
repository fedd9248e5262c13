// The client's requests beside the server's: what a request takes beyond what its server knows of is
// network, protocol and connection.
//
//   std::vector<RequestSide> sides;
//   for (const Timeline& timeline : timelines)
//     if (auto side = request_side(timeline)) sides.push_back(*side);
//   if (const auto both = compare_sides(sides)) both->outside_ns;
//
// Sums over all requests, so no request need be found again on the other side and no clock be common:
//
//   client's stays = server's stages + what the server leaves unattributed + outside
//
// as long as both files are of the same requests: as many that succeeded, and none of the server's side
// longer. Threads: no state.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// What one file says; nanoseconds, over its requests that succeeded.
struct RequestSide {
  enum class Of : std::uint8_t { kClient, kServer } of = Of::kServer;
  std::string file;
  std::uint64_t requests = 0;
  std::uint64_t left_out = 0;  // failed, or without begin or end
  std::int64_t whole_ns = 0;
  std::vector<std::pair<std::string, std::int64_t>> stages;  // sums, "unattributed" last: add up to whole_ns
};

// Nothing without requests.
[[nodiscard]] std::optional<RequestSide> request_side(const Timeline& timeline);

// Nothing unless both sides are there. Several files of a side are added up.
[[nodiscard]] std::optional<ClientServer> compare_sides(std::span<const RequestSide> sides);

}  // namespace lynxbench::attribution
