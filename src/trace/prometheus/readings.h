// Cuts a text of metrics into its readings.
//
//   Readings readings(source);
//   while (std::optional<Reading> reading = readings.next()) parse_exposition(reading->text);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "trace/byte_source.h"
#include "trace/line_reader.h"
#include "trace/loss_count.h"

namespace lynxbench::trace::prometheus {

struct Reading {
  std::string text;                    // its lines, each with its end
  std::size_t byte = 0;                // where it begins
  std::optional<std::int64_t> at_ns;   // of `# scraped`, since 1970
};

// "# scraped 1717241225.177" or "# scraped 2024-06-01T11:27:05Z" as nanoseconds since 1970; nothing
// when `line` is none, or without a time.
[[nodiscard]] std::optional<std::int64_t> scraped_at_ns(std::string_view line);

class Readings {
 public:
  // Readings longer than this are given in parts.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 26;

  // `source` and `losses` must outlive it.
  Readings(ByteSource& source, LossCount& losses) : lines_(source), losses_(losses) {}

  // Nothing at the end.
  [[nodiscard]] std::optional<Reading> next();
  [[nodiscard]] std::size_t bytes() const { return lines_.bytes(); }

 private:
  [[nodiscard]] std::optional<Line> next_line();
  [[nodiscard]] bool begins_another(std::string_view line);
  void append(std::string_view line);

  LineReader lines_;
  LossCount& losses_;
  Reading pending_;
  bool marked_ = false;  // `# scraped` was seen: nothing else begins a reading
  bool has_samples_ = false;
  std::unordered_set<std::string> said_;  // HELP and TYPE of names, and samples, of this reading
};

}  // namespace lynxbench::trace::prometheus
