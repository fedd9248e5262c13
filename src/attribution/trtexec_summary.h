// The summary that trtexec prints of a run, from the times that it exports, by its own arithmetic: so
// that what lynxbench says of a file can be held against what trtexec said.
//
//   TrtexecSummary summary = TRY(trtexec_summary(timeline));
//   summary.compute.median_ns;      // 862'183: "GPU Compute Time: ... median = 0.862183 ms"
//
// Verified on published A100 runs (fp16, fp32, qat): every figure to its last printed digit, but for
// two. The mean here is exact; trtexec adds up the sorted times in a float, which puts its own off by up to
// 2.1e-5 of it (qat; the test does the same and gets its digits). The enqueue's times are known to 10 us
// only after the first second: the file has six significant digits of a time since the run's start.
//
// Source: TensorRT, samples/common/sampleReporting.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/trace.h"

namespace lynxbench::attribution {

struct TrtexecTimes {
  std::int64_t min_ns = 0;
  std::int64_t max_ns = 0;
  double mean_ns = 0;
  double median_ns = 0;  // of an even number: the mean of the two in the middle
  std::int64_t p90_ns = 0;
  std::int64_t p95_ns = 0;
  std::int64_t p99_ns = 0;
};

enum class TrtexecWarning {
  kEnqueueBound,   // the median enqueue takes more than 0.8 of the median inference
  kTransferBound,  // the median of a copy is not below that of the inference
  kUnstable,       // the inference's coefficient of variation is above 2.5 %
};

struct TrtexecSummary {
  std::uint64_t records = 0;  // after the warm-up
  std::uint64_t warm_up = 0;  // left out
  TrtexecTimes compute;
  // Each is absent where a record does not say it.
  std::optional<TrtexecTimes> latency;  // H2D + inference + D2H
  std::optional<TrtexecTimes> enqueue;
  std::optional<TrtexecTimes> to_device;
  std::optional<TrtexecTimes> to_host;
  std::optional<double> wall_ns;           // from the first copy's begin to the last one's end
  std::optional<double> throughput_per_s;  // records / wall_ns
  double variation_ratio = 0;              // of compute: standard deviation / mean
  std::vector<TrtexecWarning> warnings;
};

// trtexec's percentile: sorted[max(n - 1 - int((1 - percentile / 100) n), 0)], in its single
// precision. `sorted` must not be empty.
[[nodiscard]] std::int64_t trtexec_percentile(std::span<const std::int64_t> sorted,
                                              float percentile);

// Of a timeline that the trtexec reader gave. Leaves out the records before the first whose inference
// began at `warm_up_ns` or later. Fails with kInvalidInput when that leaves none.
[[nodiscard]] Result<TrtexecSummary> trtexec_summary(const Timeline& timeline,
                                                     std::int64_t warm_up_ns = 200'000'000);

}  // namespace lynxbench::attribution
