// Any bytes as a Chrome trace: no crash, sane tables, the same with three threads and small blocks as with
// one thread, and budgets that close.
#include <cstdint>
#include <string>
#include <string_view>

#include "timeline_checks.h"
#include "trace/chrome/reader.h"
#include "trace/timeline_for_test.h"

using namespace lynxbench;

namespace {

Result<Timeline> read(std::string_view text, unsigned threads, std::size_t block_bytes) {
  trace::ReadOptions options;
  options.threads = threads;
  options.block_bytes = block_bytes;
  return read_and_check(trace::chrome::reader(), text, options);
}

std::string outcome(const Result<Timeline>& timeline) {
  return timeline.ok() ? trace::text_of(*timeline) : timeline.error().text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Timeline> one = read(text, 1, std::size_t{1} << 20);
  const std::string expected = outcome(one);
  CHECK(outcome(read(text, 1, 11)) == expected);
  CHECK(outcome(read(text, 3, 50)) == expected);
  CHECK(outcome(read(text, 3, 9)) == expected);
  if (!one.ok()) return 0;
  for (std::size_t row = 0; row < one->device.size(); ++row) {
    CHECK(one->device.call[row] == kNoRow || one->device.call[row] < one->calls.size());
    CHECK(row == 0 || one->device.begin_ns[row - 1] <= one->device.begin_ns[row]);
  }
  return 0;
}
