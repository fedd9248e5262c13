// Any bytes as a rocprofv3 file: no crash, a timeline that holds together, and of a part from the
// beginning never more than of the whole.
#include <cstdint>
#include <string_view>

#include "trace/link.h"
#include "trace/rocprof/reader.h"
#include "trace/timeline_check.h"

using namespace lynxbench;

namespace {

Result<Timeline> read(std::string_view bytes) {
  const auto source = trace::open_bytes(bytes, "fuzz");
  CHECK(source.ok());
  return trace::rocprof::reader().read(**source, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!trace::rocprof::reader().recognises(bytes)) return 0;
  Result<Timeline> timeline = read(bytes);
  const std::uint64_t events = timeline.ok() ? timeline->events : 0;
  const Result<Timeline> half = read(bytes.substr(0, size / 2));
  CHECK(!half.ok() || half->events <= events);
  if (!timeline.ok()) return 0;
  CHECK(timeline->device.size() + timeline->host.size() <= events && timeline->bytes <= size);
  trace::link(*timeline);
  trace::check_timeline(*timeline);
  return 0;
}
