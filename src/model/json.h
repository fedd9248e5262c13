// The JSON form of every document in model/: member for member, optional as null, enums by name.
// Members that a document got later may be lacking in a file: they read as their defaults.
//
//   Json document = figures;                     // to_json
//   Figures again = TRY(from_document<Figures>(document, "figures.json"));
#pragma once

#include "base/json.h"
#include "model/audit.h"
#include "model/bundle.h"
#include "model/verification.h"

namespace lynxbench {

#define LYNX_JSON_DECLARE(Type)                \
  void to_json(Json& out, const Type& value);  \
  void from_json(const Json& in, Type& value);

LYNX_JSON_DECLARE(Contract)
LYNX_JSON_DECLARE(Executor)
LYNX_JSON_DECLARE(Fingerprints)
LYNX_JSON_DECLARE(LayerDifference)
LYNX_JSON_DECLARE(InstrumentAudit)
LYNX_JSON_DECLARE(Ceilings)
LYNX_JSON_DECLARE(Figures)
LYNX_JSON_DECLARE(Estimate)
LYNX_JSON_DECLARE(Saturation)
LYNX_JSON_DECLARE(Manifest)
LYNX_JSON_DECLARE(Verification)
LYNX_JSON_DECLARE(Loss)
LYNX_JSON_DECLARE(TimeBreakdown)

#undef LYNX_JSON_DECLARE

// The spelling of enums in files: "measured", "closed", "poisson", "ok", "warm_up", "reproduced" ...
[[nodiscard]] std::string_view name_of(Provenance value);
[[nodiscard]] std::string_view name_of(Loop value);
[[nodiscard]] std::string_view name_of(Arrival value);
[[nodiscard]] std::string_view name_of(GraphOptimization value);
[[nodiscard]] std::string_view name_of(RequestStatus value);
[[nodiscard]] std::string_view name_of(PhaseKind value);
[[nodiscard]] std::string_view name_of(PointVerdict value);
[[nodiscard]] std::string_view name_of(Agreement value);
[[nodiscard]] std::string_view name_of(Severity value);
[[nodiscard]] std::string_view name_of(LengthShape value);
[[nodiscard]] std::string_view name_of(PromptSource value);
[[nodiscard]] std::string_view name_of(ScoreMethod value);
[[nodiscard]] std::string_view name_of(Streaming value);
[[nodiscard]] std::string_view name_of(KeepAlive value);
[[nodiscard]] std::string_view name_of(Certificates value);
[[nodiscard]] std::string_view name_of(TensorEncoding value);
[[nodiscard]] std::string_view name_of(CommandMode value);
[[nodiscard]] std::string_view name_of(LatencyMetric value);
[[nodiscard]] std::string_view name_of(Failure value);
[[nodiscard]] std::string_view name_of(Channel value);

[[nodiscard]] std::optional<Loop> loop_named(std::string_view name);
[[nodiscard]] std::optional<Arrival> arrival_named(std::string_view name);
[[nodiscard]] std::optional<GraphOptimization> graph_optimization_named(std::string_view name);
[[nodiscard]] std::optional<RequestStatus> request_status_named(std::string_view name);
[[nodiscard]] std::optional<PhaseKind> phase_kind_named(std::string_view name);
[[nodiscard]] std::optional<LengthShape> length_shape_named(std::string_view name);
[[nodiscard]] std::optional<PromptSource> prompt_source_named(std::string_view name);
[[nodiscard]] std::optional<ScoreMethod> score_method_named(std::string_view name);
[[nodiscard]] std::optional<Streaming> streaming_named(std::string_view name);
[[nodiscard]] std::optional<KeepAlive> keep_alive_named(std::string_view name);
[[nodiscard]] std::optional<Certificates> certificates_named(std::string_view name);
[[nodiscard]] std::optional<TensorEncoding> tensor_encoding_named(std::string_view name);
[[nodiscard]] std::optional<CommandMode> command_mode_named(std::string_view name);
[[nodiscard]] std::optional<LatencyMetric> latency_metric_named(std::string_view name);
[[nodiscard]] std::optional<Failure> failure_named(std::string_view name);
[[nodiscard]] std::optional<Channel> channel_named(std::string_view name);

}  // namespace lynxbench
