// Any bytes as the record of a load.
#include <cstdint>
#include <string_view>

#include "timeline_checks.h"
#include "trace/load_record/reader.h"

using namespace lynxbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Timeline> timeline = read_and_check(trace::load_record::reader(), text);
  if (timeline.ok()) CHECK(!timeline->requests.empty());
  return 0;
}
