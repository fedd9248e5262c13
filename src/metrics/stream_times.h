// The times of one request, also of an answer that comes in pieces: the one place that defines them.
// docs/methodology.md has the same definitions in words.
//
//   std::optional<std::int64_t> ttft = metrics::ttft_ns(record, FirstSign::kContent, From::kDue);
//   std::optional<std::int64_t> same = metrics::latency_of(record, LatencyMetric::kTtft);
//   metrics::for_each_gap(record, [&](const metrics::Gap& gap) { gaps.add(gap.length_ns); });
//
// Nothing is guessed: a time that the answer does not tell is missing, a chunk is no token, and a
// request that was not answered well has no time at all. Means are whole nanoseconds, to the nearest.
#pragma once

#include <cstdint>
#include <optional>

#include "model/contract.h"
#include "model/request.h"

namespace lynxbench::metrics {

// A latency counts from the moment at which the request was due; the figure from when it was sent
// stands beside it.
enum class From { kDue, kSent };

// Which sign of an answer ends the time to first token.
enum class FirstSign {
  kByte,     // the first byte of the answer, headers included
  kEvent,    // the first event of the stream, also an empty one (a role, a ping)
  kContent,  // the first content in any channel: reasoning and tool calls count. This is the TTFT
  kAnswer,   // the first content of the answer itself
};

// The time to first token in the four variants. A stream's signs are missing of an answer that was
// not streamed.
[[nodiscard]] std::optional<std::int64_t> ttft_ns(const RequestRecord& record, FirstSign sign, From from);

// Tokens of the answer (reasoning among them): the server's usage; without one, the sum of what it
// said of each chunk, if it said it of every chunk. Else nothing.
enum class TokenSource { kUsage, kChunks };
struct TokenCount {
  std::uint64_t tokens = 0;
  TokenSource source = TokenSource::kUsage;
};
[[nodiscard]] std::optional<TokenCount> completion_tokens(const RequestRecord& record);

// (last content - first content) / (tokens of the answer - 1). Missing with fewer than two tokens, of
// unknown tokens, and where all content came in one chunk.
[[nodiscard]] std::optional<std::int64_t> tpot_ns(const RequestRecord& record);

// Mean inter-token latency of one request. Per token where the server counted every chunk's tokens:
// (last content - first content) / (tokens of all chunks but the first). Otherwise per chunk:
// (last content - first content) / (chunks - 1). Missing with fewer than two content chunks.
struct MeanItl {
  std::int64_t length_ns = 0;
  bool per_token = false;
};
[[nodiscard]] std::optional<MeanItl> mean_itl(const RequestRecord& record);

// Longest time for which the kernel had bytes of the answer before the client read them: what a busy
// client would have added to the latencies without the kernel's times. Missing where the kernel did
// not tell.
[[nodiscard]] std::optional<std::int64_t> read_delay_ns(const RequestRecord& record);

// The time that an SLO's term is about: e2e (due), service (sent), TTFT (due, first content), mean
// ITL, TPOT.
[[nodiscard]] std::optional<std::int64_t> latency_of(const RequestRecord& record, LatencyMetric metric);

// Between a content chunk and the one before. 0: both came in one piece from the network.
struct Gap {
  std::int64_t length_ns = 0;
  std::optional<std::uint32_t> tokens;  // of the chunk that ends it, where the server said (> 0)
};
// Every gap of a request that was answered well; chunks that were dropped (Exchange) end none.
template <typename Take>
void for_each_gap(const RequestRecord& record, const Take& take) {
  if (record.status != RequestStatus::kOk || !record.exchange) return;
  const std::vector<Chunk>& chunks = record.exchange->chunks;
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    Gap gap{.length_ns = chunks[i].at_ns - chunks[i - 1].at_ns, .tokens = {}};
    if (chunks[i].counted && chunks[i].tokens > 0) gap.tokens = chunks[i].tokens;
    take(gap);
  }
}

}  // namespace lynxbench::metrics
