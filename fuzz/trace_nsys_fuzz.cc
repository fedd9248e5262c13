// Any bytes as an export of Nsight Systems: no crash, a timeline that holds together, no more rows
// than the bytes can hold, and every row that was read is used or counted as lost.
#include <cstdint>
#include <string_view>

#include "trace/link.h"
#include "trace/nsys/reader.h"
#include "trace/timeline_check.h"

using namespace lynxbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!trace::nsys::reader().recognises(bytes)) return 0;
  const auto source = trace::open_bytes(bytes, "fuzz");
  CHECK(source.ok());
  Result<Timeline> timeline = trace::nsys::reader().read(**source, {});
  if (!timeline.ok()) {
    CHECK(!timeline.error().message.empty() && timeline.error().place == "fuzz");
    return 0;
  }
  trace::link(*timeline);
  trace::check_timeline(*timeline);
  const std::uint64_t used =
      timeline->device.size() + timeline->host.size() + timeline->waits.size();
  CHECK(used <= timeline->events);
  // A table cannot have more rows than the file has room for, and there are 14 of them.
  CHECK(timeline->events <= size / 4 * 14);
  return 0;
}
