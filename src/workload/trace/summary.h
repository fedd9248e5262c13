// What is in a trace: counts, rates, burstiness, lengths. In one pass and in memory that does not
// depend on the trace.
//
//   Summary summary = summarise(*reader);
//   summary.input_tokens.quantile(0.99)     // exact below 2048, to 1 part in 1024 above
#pragma once

#include <cstdint>
#include <optional>

#include "stats/log_histogram.h"
#include "workload/trace/request_reader.h"

namespace lynxbench::workload::trace {

// Requests in whole windows of one length, from the first request on.
struct WindowCounts {
  std::uint64_t windows = 0;
  std::uint64_t most = 0;             // in one window, the last and unfinished one too
  std::optional<double> dispersion;   // variance / mean of the counts: 1 for Poisson. From 10 windows on
};

struct Summary {
  std::uint64_t requests = 0;
  std::int64_t length_ns = 0;          // from the first to the last
  std::optional<double> rate_per_s;    // (requests - 1) / length
  std::optional<double> gap_cv;        // of the times between neighbours: 1 for Poisson
  WindowCounts by_second, by_minute;
  stats::LogHistogram input_tokens, output_tokens, request_bytes, response_bytes;
  std::uint64_t blocks = 0;            // different ones
  // Of all input tokens: those in blocks at the head of a prompt that an earlier one had at its head.
  std::optional<double> shared_ratio;
};

// Reads to the end.
[[nodiscard]] Summary summarise(RequestReader& reader);

}  // namespace lynxbench::workload::trace
