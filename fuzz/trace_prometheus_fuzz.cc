// Any bytes as readings of metrics: every sample is a value or missing, and no host's name is kept.
#include <cmath>
#include <cstdint>
#include <string_view>

#include "timeline_checks.h"
#include "trace/prometheus/reader.h"

using namespace lynxbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Timeline> timeline = read_and_check(trace::prometheus::reader(), text);
  if (!timeline.ok()) return 0;
  std::uint64_t samples = 0;
  for (const TraceSeries& series : timeline->series) {
    CHECK(!series.labels.starts_with("Hostname="));
    samples += series.value.size() + series.missing;
    for (std::size_t i = 0; i < series.value.size(); ++i) CHECK(!std::isnan(series.value[i]));
  }
  CHECK(samples == timeline->events);
  return 0;
}
