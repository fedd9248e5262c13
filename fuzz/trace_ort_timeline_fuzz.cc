// Any bytes as an ONNX Runtime profile, read as a timeline: as many operators as the other reader finds,
// but for those that only it must leave out.
#include <cstdint>
#include <string_view>

#include "timeline_checks.h"
#include "trace/ort/reader.h"
#include "trace/ort/timeline.h"

using namespace lynxbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Timeline> timeline = read_and_check(trace::ort::reader(), text);
  if (text.starts_with("\x1f\x8b")) return 0;  // each unpacks in its own way
  const Result<OperatorTimeline> other = trace::ort::read(text, "fuzz");
  CHECK(timeline.ok() == other.ok());
  if (!timeline.ok()) return 0;
  CHECK(timeline->operators.size() >= other->operators.size());
  return 0;
}
