#include "trace/line_reader.h"

#include <span>

namespace lynxbench::trace {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

}  // namespace

LineReader::LineReader(ByteSource& source, std::size_t most_bytes)
    : source_(source), most_bytes_(most_bytes) {}

// Appends a block to the buffer, whose used part goes; false at the end of the source.
bool LineReader::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kBlockBytes);
  const std::size_t got = source_.read(std::span(buffer_).subspan(before));
  buffer_.resize(before + got);
  return got > 0;
}

Line LineReader::take(std::size_t length, std::size_t consumed, Line::Ending ending) {
  Line line{std::string_view(buffer_).substr(at_, length), begin_byte_, ++number_, ending};
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  at_ += consumed;
  begin_byte_ += consumed;
  return line;
}

// The beginning stays in the buffer for the caller; what follows it is read and forgotten.
Line LineReader::take_too_long() {
  std::string kept = buffer_.substr(at_, most_bytes_);
  const std::size_t begin = begin_byte_;
  std::size_t newline = buffer_.find('\n', at_);
  while (newline == std::string::npos) {
    begin_byte_ += buffer_.size() - at_;
    at_ = buffer_.size();
    if (!fill()) break;
    newline = buffer_.find('\n');
  }
  if (newline != std::string::npos) {
    begin_byte_ += newline + 1 - at_;
    at_ = newline + 1;
  }
  kept.append(buffer_, at_);
  buffer_ = std::move(kept);
  at_ = most_bytes_;
  return {std::string_view(buffer_).substr(0, most_bytes_), begin, ++number_,
          Line::Ending::kTooLong};
}

std::optional<Line> LineReader::next() {
  std::size_t searched = at_;
  while (true) {
    const std::size_t newline = buffer_.find('\n', searched);
    const std::size_t length =
        newline == std::string::npos ? buffer_.size() - at_ : newline - at_;
    if (length > most_bytes_) return take_too_long();
    if (newline != std::string::npos) return take(length, length + 1, Line::Ending::kNewline);
    if (!fill()) {
      if (length == 0) return std::nullopt;
      return take(length, length, Line::Ending::kFileEnd);
    }
    searched = length;
  }
}

}  // namespace lynxbench::trace
