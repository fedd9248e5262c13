// Views of a phase's requests that several figures share. Inside metrics only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/request.h"
#include "model/run.h"

namespace lynxbench::metrics {

[[nodiscard]] inline bool answered(const RequestRecord& record) {
  return record.status == RequestStatus::kOk;
}
// Sent and no longer in the system at some known time.
[[nodiscard]] inline bool left(const RequestRecord& record) {
  return record.status != RequestStatus::kUnsent && record.status != RequestStatus::kUnfinished;
}
// The window is [begin, end): what falls on its end belongs to no figure of it.
[[nodiscard]] inline bool within(std::int64_t at_ns, const Phase& phase) {
  return at_ns >= phase.begin_ns && at_ns < phase.end_ns;
}
[[nodiscard]] inline double window_s(const Phase& phase) {
  return static_cast<double>(phase.end_ns - phase.begin_ns) / 1e9;
}

// Sent requests that fell due within the window, by due time; ties by index.
[[nodiscard]] std::vector<const RequestRecord*> due_in_window(const Phase& phase);

// Answered well with done in the window, whenever they were due.
[[nodiscard]] std::uint64_t completions(const Phase& phase);

}  // namespace lynxbench::metrics
