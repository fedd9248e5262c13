#include "metrics/stream_times.h"

#include "metrics/metrics.h"
#include "metrics/requests.h"

namespace lynxbench::metrics {
namespace {

std::int64_t divided(std::int64_t length_ns, std::uint64_t parts) {
  auto count = static_cast<std::int64_t>(parts);
  return (length_ns + count / 2) / count;
}

// Of an answer whose content came in at least two pieces.
std::optional<std::int64_t> content_length_ns(const RequestRecord& record) {
  if (!answered(record) || !record.exchange) return std::nullopt;
  const Exchange& exchange = *record.exchange;
  if (exchange.content_chunks < 2 || !exchange.first_content_ns || !exchange.last_content_ns) return std::nullopt;
  return *exchange.last_content_ns - *exchange.first_content_ns;
}

// Tokens of the content chunks from number `first` on, where the server counted all of them.
std::optional<std::uint64_t> counted_tokens(const Exchange& exchange, std::size_t first) {
  if (exchange.chunks.empty() || exchange.chunks_dropped > 0) return std::nullopt;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < exchange.chunks.size(); ++i) {
    if (!exchange.chunks[i].counted) return std::nullopt;
    if (i >= first) sum += exchange.chunks[i].tokens;
  }
  return sum;
}

std::optional<std::int64_t> sign_ns(const RequestRecord& record, FirstSign sign) {
  if (sign == FirstSign::kByte) return record.first_byte_ns;
  if (!record.exchange) return std::nullopt;
  switch (sign) {
    case FirstSign::kByte: break;
    case FirstSign::kEvent: return record.exchange->first_event_ns;
    case FirstSign::kContent: return record.exchange->first_content_ns;
    case FirstSign::kAnswer: return record.exchange->first_answer_ns;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> ttft_ns(const RequestRecord& record, FirstSign sign, From from) {
  if (!answered(record)) return std::nullopt;
  std::optional<std::int64_t> at = sign_ns(record, sign);
  if (!at) return std::nullopt;
  return *at - (from == From::kDue ? record.due_ns : record.sent_ns);
}

std::optional<TokenCount> completion_tokens(const RequestRecord& record) {
  if (!answered(record) || !record.exchange) return std::nullopt;
  if (record.exchange->completion_tokens) return TokenCount{*record.exchange->completion_tokens, TokenSource::kUsage};
  std::optional<std::uint64_t> counted = counted_tokens(*record.exchange, 0);
  if (!counted) return std::nullopt;
  return TokenCount{*counted, TokenSource::kChunks};
}

std::optional<std::int64_t> tpot_ns(const RequestRecord& record) {
  std::optional<std::int64_t> length = content_length_ns(record);
  std::optional<TokenCount> tokens = completion_tokens(record);
  if (!length || !tokens || tokens->tokens < 2) return std::nullopt;
  return divided(*length, tokens->tokens - 1);
}

std::optional<MeanItl> mean_itl(const RequestRecord& record) {
  std::optional<std::int64_t> length = content_length_ns(record);
  if (!length) return std::nullopt;
  std::optional<std::uint64_t> tokens = counted_tokens(*record.exchange, 1);
  if (tokens && *tokens > 0) return MeanItl{divided(*length, *tokens), true};
  return MeanItl{divided(*length, record.exchange->content_chunks - 1), false};
}

std::optional<std::int64_t> read_delay_ns(const RequestRecord& record) {
  if (!record.exchange || !record.exchange->kernel_times) return std::nullopt;
  return record.exchange->read_delay_ns;
}

std::optional<std::int64_t> latency_of(const RequestRecord& record, LatencyMetric metric) {
  switch (metric) {
    case LatencyMetric::kE2e: return e2e_latency_ns(record);
    case LatencyMetric::kService: return service_time_ns(record);
    case LatencyMetric::kTtft: return ttft_ns(record, FirstSign::kContent, From::kDue);
    case LatencyMetric::kTpot: return tpot_ns(record);
    case LatencyMetric::kItl: break;
  }
  std::optional<MeanItl> itl = mean_itl(record);
  if (!itl) return std::nullopt;
  return itl->length_ns;
}

}  // namespace lynxbench::metrics
