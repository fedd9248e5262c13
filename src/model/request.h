// What is asked and what came of it, a record per request.
//
// All times are int64 nanoseconds since the run's epoch (Run::epoch, on the monotonic clock), so
// records, telemetry and phases line up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lynxbench {

struct ScheduledRequest {
  std::uint64_t index = 0;  // 0, 1, 2 ... within its phase
  std::int64_t due_ns = 0;  // since the start of the phase; 0 for all in a closed loop
  std::uint32_t input = 0;  // which of the workload's distinct inputs
};

struct Schedule {
  std::vector<ScheduledRequest> requests;  // by due time
  std::string digest;                      // SHA-256 of the little-endian (due, input) pairs
};

enum class RequestStatus : std::uint8_t {
  kOk,
  kRejected,    // the server's queue was full
  kFailed,      // the server could not answer
  kUnfinished,  // sent, and no answer when the phase was given up
  kUnsent,      // due, and the run was interrupted before
};

// The server's own account of a request. Contiguous: each stage begins where the one before ended,
// but for the hand-overs, which are the gaps.
struct ServerStages {
  std::int64_t accepted_ns = 0;      // entered the queue
  std::int64_t opened_ns = 0;        // an instance turned to this request's batch
  std::int64_t closed_ns = 0;        // the batch was complete: full, or time was out
  std::int64_t pre_begin_ns = 0;
  std::int64_t pre_end_ns = 0;
  std::int64_t run_begin_ns = 0;     // the runtime was called
  std::int64_t run_end_ns = 0;
  std::int64_t post_end_ns = 0;
  std::uint64_t batch = 0;           // counted through the session
  std::uint32_t batch_size = 0;
  std::uint32_t instance = 0;
  std::optional<std::uint32_t> profile;  // Profile::id, where this batch was profiled
};

struct RequestRecord {
  std::uint64_t index = 0;
  std::int64_t due_ns = 0;
  std::int64_t sent_ns = 0;        // meaningless when kUnsent
  std::int64_t first_byte_ns = 0;  // meaningless unless kOk
  std::int64_t done_ns = 0;        // meaningless when kUnsent or kUnfinished
  std::uint32_t input = 0;
  std::uint32_t request_bytes = 0;
  std::uint32_t response_bytes = 0;
  RequestStatus status = RequestStatus::kUnsent;
  std::optional<ServerStages> stages;
};

}  // namespace lynxbench
