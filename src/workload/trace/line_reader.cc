#include "workload/trace/raw_reader.h"

namespace lynxbench::workload::trace {

std::optional<RawRequest> LineReader::next() {
  while (std::optional<Line> line = lines_.next()) {
    line_ = line->number;
    if (line->text.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (std::optional<RawRequest> request = read(line->text)) return request;
  }
  finish();
  return std::nullopt;
}

void LineReader::finish() {
  if (finished_) return;
  finished_ = true;
  for (std::uint64_t i = 0; i < lines_.too_long(); ++i) {
    losses_.add(Severity::kLoss, fmt::format("line longer than {} MiB", kLongestLine >> 20),
                fmt::format("line {}", lines_.first_too_long()));
  }
  if (lines_.damage()) losses_.add(Severity::kDamage, "the file ends early: " + *lines_.damage(), where());
}

}  // namespace lynxbench::workload::trace
