// What the stub really did, request by request: against it any client's figures can be held. Times are
// nanoseconds of CLOCK_MONOTONIC, so a client on the same machine can be compared event by event.
//
//   Truth truth = TRY(read_truth("truth.jsonl"));
//   for (const RequestTruth& request : truth.requests) { ... request.ttft_ns() ... }
//
// docs/formats/stub-truth.md describes the file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace lynxbench::stub {

enum class PieceKind : std::uint8_t {
  kRole,       // a chunk with a role and no content
  kContent,
  kReasoning,  // content in the reasoning channel
  kTool,       // a piece of a tool call
  kUsage,      // token counts without content
  kDone,       // the stream's own end
  kAnswer,     // a whole unary answer
  kError,      // an error, as an answer or within a stream
};
inline constexpr int kPieceKinds = 8;
[[nodiscard]] std::string_view name_of(PieceKind kind);
[[nodiscard]] constexpr bool has_content(PieceKind kind) {
  return kind == PieceKind::kContent || kind == PieceKind::kReasoning || kind == PieceKind::kTool;
}

// One piece of an answer. Pieces of the same moment went out in one system call.
struct Written {
  std::int64_t at_ns = 0;   // just before the system call
  std::int64_t due_ns = 0;  // when it should have been written
  std::uint32_t bytes = 0;  // of the piece, without the protocol around it
  std::uint32_t tokens = 0;
  PieceKind kind = PieceKind::kAnswer;
};

enum class Outcome : std::uint8_t {
  kOk,
  kBadRequest,  // 400, 404, 405, 413, 415: the client's own mistake
  kRejected,    // 503: the queue was full
  kFault,       // as the options asked (RequestTruth::fault)
  kGone,        // the client closed or reset before the end
  kUnfinished,  // the stub was stopped before the end
};
inline constexpr int kOutcomes = 6;
[[nodiscard]] std::string_view name_of(Outcome outcome);

struct RequestTruth {
  std::string id;       // as the client gave it; empty: none
  std::string route;    // "chat", "completions", "plain", "kserve-http", "kserve-grpc", ...
  std::string peer;     // the client's address and port
  std::uint64_t connection = 0;
  std::uint32_t order = 0;  // on its connection, from 0
  bool streamed = false;
  std::optional<std::int64_t> kernel_ns;  // the kernel had the request's last byte
  std::int64_t read_ns = 0;               // it was read
  std::int64_t service_begin_ns = 0;      // end of the wait in the queue; meaningless when kRejected, kBadRequest
  std::int64_t service_end_ns = 0;        // its server became free
  std::uint32_t batch = 0;                // 0: no batches
  std::uint32_t batch_size = 1;
  std::uint32_t prompt_tokens = 0;
  std::uint32_t tokens = 0;               // written
  std::uint32_t status = 0;               // HTTP's
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;       // handed to the kernel, protocol and all
  std::uint32_t blocked = 0;              // writes that the kernel did not take whole at once
  std::string fault;                      // name of the fault; empty: none
  Outcome outcome = Outcome::kUnfinished;
  std::vector<Written> written;           // in order

  // When it arrived: by the kernel, where it tells, else when it was read.
  [[nodiscard]] std::int64_t arrival_ns() const { return kernel_ns.value_or(read_ns); }
  // Arrival to the first content in any channel, or to the answer of a unary one.
  [[nodiscard]] std::optional<std::int64_t> ttft_ns() const;
  // Between pieces with content.
  [[nodiscard]] std::vector<std::int64_t> itl_ns() const;
  // Arrival to the last piece.
  [[nodiscard]] std::optional<std::int64_t> e2e_ns() const;
};

struct Quantiles {
  std::uint64_t n = 0;
  std::int64_t p50 = 0, p99 = 0, most = 0;  // meaningless when n is 0
};
// By rank ceil(q n), of values in any order.
[[nodiscard]] Quantiles quantiles_of(std::vector<std::int64_t> values);

struct Totals {
  std::uint64_t requests = 0;
  std::array<std::uint64_t, kOutcomes> outcomes{};
  std::uint64_t connections = 0;
  std::uint64_t not_kept = 0;        // requests whose truth found no room
  std::uint64_t without_kernel_time = 0;
  Quantiles ttft, itl, e2e;          // of kOk; within 0.8 % where the requests themselves were not kept
  Quantiles write_error;             // at_ns - due_ns of every piece
};

struct Truth {
  std::vector<RequestTruth> requests;  // in order of their ends
  Totals totals;
};

// A line of the file, without its end; and back.
[[nodiscard]] std::string truth_line(const RequestTruth& request);
[[nodiscard]] Result<RequestTruth> parse_truth_line(std::string_view line);
[[nodiscard]] std::string totals_line(const Totals& totals);

// Fails naming the line. A last line that is cut (a killed stub) is left out; totals are then derived.
[[nodiscard]] Result<Truth> read_truth(const fs::path& file);
[[nodiscard]] Totals totals_of(const std::vector<RequestTruth>& requests);
// For people: counts by outcome, true TTFT, ITL and e2e, how exactly the writes kept their times.
[[nodiscard]] std::string totals_text(const Totals& totals);

}  // namespace lynxbench::stub
