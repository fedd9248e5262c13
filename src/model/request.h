// What is asked and what came of it, a record per request.
//
// All times are int64 nanoseconds since the run's epoch (Run::epoch, on the monotonic clock), so
// records, telemetry and phases line up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/boxed.h"

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

// Why a request failed. kNone: it did not.
enum class Failure : std::uint8_t {
  kNone,
  kResolve,       // the host's name has no address
  kConnect,       // refused, unreachable, or no connection in time
  kTls,           // the handshake failed, or the certificate is not trusted
  kLocal,         // this machine: no port, descriptor or memory left
  kTimeout,       // no complete answer within EndpointSpec::timeout
  kClosed,        // the server closed the connection before the answer was complete
  kProtocol,      // not HTTP, not HTTP/2, a header too large, a chunk size that is none
  kStatus,        // a status that is no success, other than kBusy's
  kBusy,          // 429, 503, or gRPC RESOURCE_EXHAUSTED, UNAVAILABLE: the server turned it away
  kContentType,   // an HTML page where JSON or an event stream was due
  kMalformed,     // the body is not what the protocol says
  kServerError,   // an error object, also in the middle of a stream after a 200
  kCutStream,     // the stream ended in order of HTTP, but without its own end ([DONE], final response)
  kTooLarge,      // more bytes than EndpointSpec::most_answer_bytes
  kProcess,       // a command could not be started, or ended with another code than 0
};
inline constexpr std::size_t kFailureCount = 16;

// In which channel a streamed piece of an answer came.
enum class Channel : std::uint8_t {
  kNone,       // no content: a role, a usage, a ping
  kAnswer,
  kReasoning,  // delta.reasoning_content, delta.reasoning
  kTool,       // delta.tool_calls, delta.function_call
};

// One event of a streamed answer.
struct Chunk {
  std::int64_t at_ns = 0;       // as Exchange's times
  std::uint32_t tokens = 0;     // meaningless unless `counted`
  Channel channel = Channel::kNone;
  bool counted = false;         // the server said how many tokens this chunk carries
};

// What a client on the network saw of one request. Times of receipt are those at which the kernel
// had the bytes, where it tells (kernel_times); a busy client then does not pass for a slow server.
struct Exchange {
  Failure failure = Failure::kNone;
  std::string detail;                 // of a failure, for people: "HTTP 500: out of memory"
  std::uint32_t status_code = 0;      // HTTP's or gRPC's; 0: none came, or gRPC's OK
  bool new_connection = false;        // opened for this request
  bool kernel_times = false;
  std::int64_t written_ns = 0;        // the request's last byte was handed to the kernel
  std::int64_t connect_ns = 0;        // length of name look-up, connect and TLS; 0 on a used connection
  std::int64_t read_delay_ns = 0;     // longest time from the kernel's receipt to our reading, of all chunks
  std::optional<std::int64_t> retry_after_ns;      // length, as the server asked for
  std::optional<std::int64_t> first_event_ns;      // streamed: the first event, also an empty one
  std::optional<std::int64_t> first_content_ns;    // the first content in any channel
  std::optional<std::int64_t> first_answer_ns;     // the first content of the answer itself
  std::optional<std::int64_t> last_content_ns;
  std::optional<std::uint32_t> prompt_tokens;      // the server's count (usage)
  std::optional<std::uint32_t> cached_tokens;      // of the prompt, found in a cache
  std::optional<std::uint32_t> completion_tokens;
  std::optional<std::uint32_t> reasoning_tokens;   // of the completion
  std::uint32_t events = 0;           // streamed events of every kind, [DONE] among them
  std::uint32_t content_chunks = 0;   // those with content
  std::vector<Chunk> chunks;          // the content chunks, in order; at most kMostChunks
  std::uint32_t chunks_dropped = 0;   // content chunks beyond those
  std::optional<double> score;        // how right the answer is, 0..1; nothing: it was not compared
  // The whole answer, where a command scores it later (ScoreMethod::kCommand). Never written anywhere.
  std::string answer;
};
inline constexpr std::size_t kMostChunks = 1'000'000;

struct RequestRecord {
  std::uint64_t index = 0;
  std::int64_t due_ns = 0;
  std::int64_t sent_ns = 0;        // meaningless when kUnsent
  std::int64_t first_byte_ns = 0;  // meaningless unless kOk
  std::int64_t done_ns = 0;        // meaningless when kUnsent or kUnfinished
  std::uint32_t input = 0;
  std::uint32_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  RequestStatus status = RequestStatus::kUnsent;
  Boxed<ServerStages> stages;
  Boxed<Exchange> exchange;  // of targets on the network; its times since the epoch
};

}  // namespace lynxbench
