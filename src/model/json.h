// The JSON form of every document in model/: member for member, optional as null, enums by name.
//
//   Json document = figures;                     // to_json
//   Figures again = TRY(from_document<Figures>(document, "figures.json"));
#pragma once

#include "base/json.h"
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
LYNX_JSON_DECLARE(Ceilings)
LYNX_JSON_DECLARE(Figures)
LYNX_JSON_DECLARE(Estimate)
LYNX_JSON_DECLARE(Saturation)
LYNX_JSON_DECLARE(Manifest)
LYNX_JSON_DECLARE(Verification)
LYNX_JSON_DECLARE(Loss)

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

[[nodiscard]] std::optional<Loop> loop_named(std::string_view name);
[[nodiscard]] std::optional<Arrival> arrival_named(std::string_view name);
[[nodiscard]] std::optional<GraphOptimization> graph_optimization_named(std::string_view name);
[[nodiscard]] std::optional<RequestStatus> request_status_named(std::string_view name);
[[nodiscard]] std::optional<PhaseKind> phase_kind_named(std::string_view name);

}  // namespace lynxbench
