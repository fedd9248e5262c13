#include "workload/trace/summary.h"

#include <algorithm>
#include <cmath>

namespace lynxbench::workload::trace {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

class Windows {
 public:
  explicit Windows(std::int64_t length_ns) : length_ns_(length_ns) {}
  void add(std::int64_t at_ns) {
    std::int64_t window = at_ns / length_ns_;
    if (window != now_) {
      close();
      now_ = window;
      count_ = 0;
    }
    most_ = std::max(most_, ++count_);
  }
  // The last window is not over: it counts for `most` alone.
  [[nodiscard]] WindowCounts finish() const {
    WindowCounts counts{static_cast<std::uint64_t>(now_), most_, std::nullopt};
    double n = static_cast<double>(now_), mean = sum_ / n;
    if (now_ >= 10 && sum_ > 0) counts.dispersion = (squares_ / n - mean * mean) / mean;
    return counts;
  }

 private:
  void close() {
    double count = static_cast<double>(count_);
    sum_ += count;
    squares_ += count * count;
  }

  std::int64_t length_ns_;
  std::int64_t now_ = 0;
  std::uint64_t count_ = 0, most_ = 0;
  double sum_ = 0, squares_ = 0;
};

// Mean and variance, one value after another (Welford).
class Moments {
 public:
  void add(double value) {
    ++n_;
    double before = value - mean_;
    mean_ += before / n_;
    squares_ += before * (value - mean_);
  }
  [[nodiscard]] std::optional<double> variation() const {
    if (n_ < 2 || mean_ <= 0) return std::nullopt;
    return std::sqrt(squares_ / (n_ - 1)) / mean_;
  }

 private:
  double n_ = 0, mean_ = 0, squares_ = 0;
};

void add(stats::LogHistogram& counts, const std::optional<std::int64_t>& value) {
  if (value) counts.add(*value);
}

}  // namespace

Summary summarise(RequestReader& reader) {
  Summary summary;
  Windows seconds(kNsPerSecond), minutes(60 * kNsPerSecond);
  Moments gaps;
  double all_tokens = 0, shared_tokens = 0;
  while (std::optional<TracedRequest> request = reader.next()) {
    if (summary.requests++ > 0) gaps.add(static_cast<double>(request->at_ns - summary.length_ns));
    summary.length_ns = request->at_ns;
    seconds.add(request->at_ns);
    minutes.add(request->at_ns);
    add(summary.input_tokens, request->input_tokens);
    add(summary.output_tokens, request->output_tokens);
    add(summary.request_bytes, request->request_bytes);
    add(summary.response_bytes, request->response_bytes);
    // Blocks are numbered in order of appearance: those below have been seen.
    std::int64_t seen = 0;
    while (seen < static_cast<std::int64_t>(request->blocks.size()) && request->blocks[static_cast<std::size_t>(seen)] < summary.blocks) ++seen;
    for (std::uint32_t block : request->blocks) summary.blocks = std::max<std::uint64_t>(summary.blocks, block + std::uint64_t{1});
    std::int64_t tokens = request->input_tokens.value_or(0);
    all_tokens += static_cast<double>(tokens);
    shared_tokens += static_cast<double>(std::min(tokens, seen * reader.shape().block_tokens));
  }
  summary.by_second = seconds.finish();
  summary.by_minute = minutes.finish();
  summary.gap_cv = gaps.variation();
  if (summary.length_ns > 0) {
    summary.rate_per_s = static_cast<double>(summary.requests - 1) * 1e9 / static_cast<double>(summary.length_ns);
  }
  if (summary.blocks > 0 && all_tokens > 0) summary.shared_ratio = shared_tokens / all_tokens;
  return summary;
}

}  // namespace lynxbench::workload::trace
