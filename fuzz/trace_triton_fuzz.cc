// Any bytes as a Triton trace or its statistics: no more requests than fragments, stages inside them.
#include <cstdint>
#include <string_view>

#include "timeline_checks.h"
#include "trace/triton/reader.h"

using namespace lynxbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Timeline> timeline = read_and_check(trace::triton::reader(), text);
  if (!timeline.ok()) return 0;
  CHECK(timeline->requests.size() <= timeline->events);
  for (std::size_t i = 0; i < timeline->requests.size(); ++i) {
    const TracedRequest& request = timeline->requests[i];
    CHECK(request.parent != i);
    CHECK(!request.failed || request.end_ns);
  }
  return 0;
}
