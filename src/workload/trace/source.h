// The bytes of a trace file, a piece at a time: plain or gzip, from a file or from memory; and its
// lines. Memory is that of one piece and one line, whatever the file.
//
//   Lines lines(TRY(open_source(path)));
//   while (std::optional<Line> line = lines.next()) ...
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"

namespace lynxbench::workload::trace {

// Bytes with a place. Threads: one at a time.
class Source {
 public:
  virtual ~Source() = default;
  // The next bytes, valid until the next call; empty at the end.
  virtual std::string_view read() = 0;
  // Whether the end came before that of a gzip stream, or with an error of reading.
  [[nodiscard]] virtual std::optional<std::string> damage() const { return std::nullopt; }
};

// A file, unpacked when it is gzip (every member of it). kNotFound, kUnavailable.
[[nodiscard]] Result<std::unique_ptr<Source>> open_source(const fs::path& file);
// Bytes in memory, as they are; in pieces of at most `piece`.
[[nodiscard]] std::unique_ptr<Source> source_of(std::string_view bytes, std::size_t piece = 1 << 16);

struct Line {
  std::string_view text;     // without its end; valid until the next call
  std::uint64_t number = 0;  // from 1
};

// Lines longer than this are passed over and counted.
inline constexpr std::size_t kLongestLine = std::size_t{16} << 20;

class Lines {
 public:
  explicit Lines(std::unique_ptr<Source> source);
  std::optional<Line> next();
  // What has been read and not yet given as lines, at least `least` bytes of it where there are so
  // many: what a file is recognised by. Before the first next().
  [[nodiscard]] std::string_view head(std::size_t least);
  // Passes over bytes of the head.
  void skip(std::size_t bytes) { at_ += bytes; }
  // The bytes from here on, not cut into lines. Empty at the end.
  std::string_view rest();
  [[nodiscard]] std::uint64_t too_long() const { return too_long_; }
  [[nodiscard]] std::uint64_t first_too_long() const { return first_too_long_; }
  [[nodiscard]] std::optional<std::string> damage() const { return source_->damage(); }

 private:
  bool fill();

  std::unique_ptr<Source> source_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t number_ = 0;
  bool ended_ = false;
  std::uint64_t too_long_ = 0;
  std::uint64_t first_too_long_ = 0;
};

}  // namespace lynxbench::workload::trace
