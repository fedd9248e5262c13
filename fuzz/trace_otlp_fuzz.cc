// Any bytes as OpenTelemetry's spans: no more spans than were met, and stages that fit their request.
#include <cstdint>
#include <string_view>

#include "timeline_checks.h"
#include "trace/otlp/reader.h"

using namespace lynxbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Timeline> timeline = read_and_check(trace::otlp::reader(), text);
  if (!timeline.ok()) return 0;
  CHECK(timeline->spans.size() <= timeline->events);
  CHECK(timeline->requests.size() <= 2 * timeline->spans.size());
  for (std::size_t i = 0; i < timeline->spans.size(); ++i) {
    CHECK(timeline->spans[i].parent != i);
    CHECK(timeline->names[timeline->spans[i].name].find('?') == std::string_view::npos);
  }
  return 0;
}
