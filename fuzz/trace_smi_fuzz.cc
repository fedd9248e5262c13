// Any bytes as a table of nvidia-smi's, with and without the columns that a user gives.
#include <cmath>
#include <cstdint>
#include <string_view>

#include "timeline_checks.h"
#include "trace/smi/reader.h"

using namespace lynxbench;

namespace {

void check(const Result<Timeline>& timeline) {
  if (!timeline.ok()) {
    CHECK(!timeline.error().message.empty());
    return;
  }
  for (const TraceSeries& series : timeline->series) {
    CHECK(series.value.size() + series.missing > 0);
    CHECK(series.name != "pid" && series.name != "serial" && series.name != "uuid");
    for (std::size_t i = 0; i < series.value.size(); ++i) CHECK(!std::isnan(series.value[i]));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(read_and_check(trace::smi::reader(), text));
  check(read_and_check(trace::smi::reader(), text,
                       {.threads = 0, .columns = "timestamp,index,clocks.current.sm [MHz]"}));
  return 0;
}
