// Where the requests of a server's trace spent their time: sums and percentiles by stage, the rest as
// unattributed, so that the stages' sums are the requests' whole time.
#pragma once

#include <optional>

#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// What of a request no stage explains.
inline constexpr std::string_view kUnattributed = "unattributed";
// "queue", "compute", ...: the spelling in every file.
[[nodiscard]] std::string_view name_of(RequestStage stage);

// Nothing when the timeline has no requests. Steps of an ensemble (requests with a parent) are part
// of their parent's time and in no sum.
[[nodiscard]] std::optional<RequestFigures> request_figures(const Timeline& timeline);

}  // namespace lynxbench::attribution
