// Any bytes as one of trtexec's exports: steps that end, totals that are not negative, a link for each.
#include <cstdint>
#include <string_view>

#include "timeline_checks.h"
#include "trace/trtexec/reader.h"

using namespace lynxbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Timeline> timeline = read_and_check(trace::trtexec::reader(), text);
  if (!timeline.ok()) return 0;
  CHECK(timeline->device.size() > 0 || !timeline->totals.empty());
  CHECK(timeline->device.size() <= timeline->events * 3);
  CHECK(timeline->calls.size() <= timeline->events);
  for (std::size_t i = 0; i < timeline->device.size(); ++i) {
    CHECK(timeline->device.link[i] < timeline->events);
    if (timeline->device.work[i] != DeviceWork::kCopy) continue;
    CHECK(timeline->copies[timeline->device.facts[i]].bytes == -1);
  }
  return 0;
}
