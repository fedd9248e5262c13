// The parser of a server's figures on any bytes, in either of the exposition formats.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/exposition.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lynxbench::protocol;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Exposition found = parse_exposition(text);
  auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  require(found.samples.size() + found.malformed <= lines);
  require(found.malformed_lines.size() == std::min<std::uint64_t>(found.malformed, kMostMalformed));
  for (const MalformedLine& line : found.malformed_lines) require(line.line >= 1 && line.line <= lines);
  for (const lynxbench::MetricSample& sample : found.samples) {
    require(!sample.name.empty());
    require(std::is_sorted(sample.labels.begin(), sample.labels.end(),
                           [](const auto& a, const auto& b) { return a.first < b.first; }));
  }
  return 0;
}
