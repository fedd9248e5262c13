// What a request that was not answered well is counted under. Inside metrics only.
#pragma once

#include <string>

#include "model/json.h"
#include "model/request.h"

namespace lynxbench::metrics {

// Failure's name where the client knows why; else the status: "rejected", "failed", "unfinished",
// "unsent".
[[nodiscard]] inline std::string failure_kind(RequestStatus status, Failure failure) {
  return std::string(failure != Failure::kNone ? name_of(failure) : name_of(status));
}

}  // namespace lynxbench::metrics
