// The lines of a trace file, one at a time, in bounded memory.
//
//   LineReader lines(source);
//   while (std::optional<Line> line = lines.next()) use(line->text);   // no "\n", no "\r\n"
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace/byte_source.h"

namespace lynxbench::trace {

struct Line {
  std::string_view text;     // valid until the next call of next()
  std::size_t byte = 0;      // where it begins
  std::uint64_t number = 0;  // from 1
  enum class Ending {
    kNewline,
    kFileEnd,  // the file ends without one: the line may be cut
    kTooLong,  // only its beginning is here; the rest was passed over
  } ending = Ending::kNewline;
};

class LineReader {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

  // `source` must outlive it. Of longer lines than `most_bytes` the rest is passed over.
  explicit LineReader(ByteSource& source, std::size_t most_bytes = kMostBytes);

  // Nothing at the end.
  [[nodiscard]] std::optional<Line> next();
  // Read so far; of the whole file once next() gave nothing.
  [[nodiscard]] std::size_t bytes() const { return begin_byte_; }

 private:
  [[nodiscard]] bool fill();
  Line take(std::size_t length, std::size_t consumed, Line::Ending ending);
  Line take_too_long();

  ByteSource& source_;
  std::size_t most_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;          // of the next line in buffer_
  std::size_t begin_byte_ = 0;  // of the next line in the file
  std::uint64_t number_ = 0;
};

}  // namespace lynxbench::trace
