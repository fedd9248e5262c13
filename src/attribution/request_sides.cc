#include "attribution/request_sides.h"

#include <fmt/format.h>

#include <map>

#include "attribution/request_figures.h"

namespace lynxbench::attribution {
namespace {

void add_stage(std::vector<std::pair<std::string, std::int64_t>>& stages, std::string_view name,
               std::int64_t ns) {
  for (auto& [known, sum] : stages) {
    if (known == name) {
      sum += ns;
      return;
    }
  }
  stages.emplace_back(name, ns);
}

// Of all files of a side.
RequestSide together(std::span<const RequestSide> sides, RequestSide::Of of) {
  RequestSide all;
  all.of = of;
  std::int64_t unattributed = 0;
  for (const RequestSide& one : sides) {
    if (one.of != of) continue;
    all.file += all.file.empty() ? one.file : ", " + one.file;
    all.requests += one.requests;
    all.left_out += one.left_out;
    all.whole_ns += one.whole_ns;
    for (const auto& [name, ns] : one.stages) {
      if (name == kUnattributed) unattributed += ns;
      else add_stage(all.stages, name, ns);
    }
  }
  all.stages.emplace_back(kUnattributed, unattributed);
  return all;
}

std::string why_not(const RequestSide& client, const RequestSide& server) {
  if (client.requests != server.requests) {
    return fmt::format("{} requests succeeded for the client, {} for the server: not the same ones",
                       client.requests, server.requests);
  }
  if (client.whole_ns < server.whole_ns) {
    return "the server's requests take longer than the client's: not the same ones, or clocks of different "
           "rates";
  }
  return "";
}

}  // namespace

std::optional<RequestSide> request_side(const Timeline& timeline) {
  if (timeline.requests.empty()) return std::nullopt;
  RequestSide side;
  side.of = timeline.requests_of == RequestsOf::kClient ? RequestSide::Of::kClient
                                                        : RequestSide::Of::kServer;
  side.file = timeline.file;
  std::map<RequestStage, std::int64_t> sums;
  for (const TracedRequest& request : timeline.requests) {
    if (request.parent != kNoRow) continue;
    if (request.failed || !request.begin_ns || !request.end_ns) {
      ++side.left_out;
      continue;
    }
    ++side.requests;
    side.whole_ns += *request.end_ns - *request.begin_ns;
    for (const auto& [stage, ns] : request.stages) sums[stage] += ns;
  }
  std::int64_t rest = side.whole_ns;
  for (const auto& [stage, ns] : sums) {
    side.stages.emplace_back(name_of(stage), ns);
    rest -= ns;
  }
  side.stages.emplace_back(kUnattributed, rest);
  return side;
}

std::optional<ClientServer> compare_sides(std::span<const RequestSide> sides) {
  const RequestSide client = together(sides, RequestSide::Of::kClient);
  const RequestSide server = together(sides, RequestSide::Of::kServer);
  if (client.requests + client.left_out == 0 || server.requests + server.left_out == 0) {
    return std::nullopt;
  }
  ClientServer both;
  both.client = client.file;
  both.server = server.file;
  both.client_requests = client.requests;
  both.server_requests = server.requests;
  both.left_out = client.left_out + server.left_out;
  both.client_ns = client.whole_ns;
  both.server_ns = server.whole_ns;
  both.stages = server.stages;
  both.unknown_because = why_not(client, server);
  if (both.unknown_because.empty()) both.outside_ns = client.whole_ns - server.whole_ns;
  return both;
}

}  // namespace lynxbench::attribution
