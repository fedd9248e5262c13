// The parser of Triton's statistics on any bytes.
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "telemetry/prometheus/triton_statistics.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lynxbench;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<std::vector<MetricSample>> samples =
      telemetry::prometheus::parse_triton_statistics(text);
  if (!samples.ok()) return 0;
  for (const MetricSample& sample : *samples) CHECK(sample.name.starts_with("triton_stats:"));
  return 0;
}
