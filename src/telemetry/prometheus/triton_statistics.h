// Triton's statistics of its models (GET v2/models/M/stats), as metrics.
//
//   std::vector<MetricSample> samples = TRY(parse_triton_statistics(body));
//
// Source: Triton's "Statistics Extension" of the KServe protocol.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/server_metrics.h"

namespace lynxbench::telemetry::prometheus {

// "model_stats"[i]."inference_stats"."queue"."ns" becomes triton_stats:queue:ns{model,version} and
// "count" triton_stats:queue:count; so for every member of inference_stats, and inference_count and
// execution_count become triton_stats:inference_count ... What is missing or no number is left out.
// kInvalidInput when it is not JSON, or no such document.
[[nodiscard]] Result<std::vector<MetricSample>> parse_triton_statistics(std::string_view body);

}  // namespace lynxbench::telemetry::prometheus
