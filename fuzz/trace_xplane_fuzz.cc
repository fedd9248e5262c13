// Any bytes as an XLA profile: no crash, a timeline that holds together, no more events than the
// bytes can hold, and the same timeline whether the bytes come at once or are followed by more
// planes.
#include <cstdint>
#include <string>
#include <string_view>

#include "trace/link.h"
#include "trace/timeline_check.h"
#include "trace/xplane/reader.h"

using namespace lynxbench;

namespace {

Result<Timeline> read(std::string_view bytes) {
  const auto source = trace::open_bytes(bytes, "fuzz");
  CHECK(source.ok());
  return trace::xplane::reader().read(**source, {});
}

bool has_damage(const Timeline& timeline) {
  for (const Loss& loss : timeline.losses) {
    if (loss.severity == Severity::kDamage) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!trace::xplane::reader().recognises(bytes)) return 0;
  Result<Timeline> timeline = read(bytes);
  if (!timeline.ok()) return 0;
  const std::uint64_t used = timeline->device.size() + timeline->host.size();
  CHECK(used <= timeline->events && timeline->events <= size / 2);
  CHECK(timeline->bytes <= size);
  const std::size_t device_rows = timeline->device.size();
  trace::link(*timeline);
  trace::check_timeline(*timeline);
  if (has_damage(*timeline)) return 0;
  // Whole: another copy of it behind doubles what is there.
  const Result<Timeline> twice = read(std::string(bytes) + std::string(bytes));
  CHECK(twice.ok() && twice->events == 2 * timeline->events);
  CHECK(twice->device.size() == 2 * device_rows);
  return 0;
}
