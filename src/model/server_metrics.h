// What a server tells of itself: its metrics as they were read, at moments of the run's clock.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace lynxbench {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;  // by name

// One figure of one moment: "vllm:num_requests_running", {{"model_name", "llama"}}, 3.
struct MetricSample {
  std::string name;
  MetricLabels labels;
  double value = 0;  // may be NaN or infinite: servers say so

  friend bool operator==(const MetricSample&, const MetricSample&) = default;
};

// One reading of all of them.
struct ServerScrape {
  std::int64_t begin_ns = 0;  // since the epoch: asked; the server read its figures between the two
  std::int64_t end_ns = 0;    // answered
  std::vector<MetricSample> samples;
  std::uint64_t bytes = 0;        // of the answer
  std::uint64_t malformed = 0;    // lines that were left out
  std::string malformed_where;    // the first of them: "line 7: no value"
  std::string failure;            // why there are no samples; empty: there are
};

// Readings before, during and after a load.
struct ServerMetrics {
  std::string source;                 // URL without credentials
  std::int64_t period_ns = 0;         // between two readings during the load
  std::int64_t cpu_ns = 0;            // what all readings took of this client's processor
  std::vector<ServerScrape> scrapes;  // by time
  std::string missing;                // why there are none at all
};

// Member for member.
void to_json(Json& out, const ServerMetrics& value);
void from_json(const Json& in, ServerMetrics& value);
struct PhaseServerMetrics;
void to_json(Json& out, const PhaseServerMetrics& value);
void from_json(const Json& in, PhaseServerMetrics& value);

}  // namespace lynxbench
