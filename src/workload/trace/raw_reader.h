// What the readers of the single formats have in common. Inside workload::trace only.
//
// A new format is a .cc file with a recogniser and a reader, a line in the factory (open.cc), a golden
// case and a few files in fuzz/corpus/workload_trace.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workload/trace/losses.h"
#include "workload/trace/request_reader.h"
#include "workload/trace/source.h"

namespace lynxbench::workload::trace {

// Token counts and sizes above are taken for mistakes.
inline constexpr std::int64_t kMostTracedTokens = 10'000'000;
inline constexpr std::int64_t kMostTracedBytes = std::int64_t{1} << 50;

// A request as it stands in the file.
struct RawRequest {
  std::int64_t at_ns = 0;  // since whatever the file counts from
  std::optional<std::int64_t> input_tokens, output_tokens, request_bytes, response_bytes;
  std::vector<std::uint64_t> blocks;
};

// Requests in the file's order.
class RawReader {
 public:
  explicit RawReader(Shape shape) : shape_(std::move(shape)) {}
  virtual ~RawReader() = default;
  virtual std::optional<RawRequest> next() = 0;
  // Complete once next() was called.
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] LossCounter& losses() { return losses_; }
  // Whether its times are steps of the clock, to be spread evenly up to the next.
  [[nodiscard]] virtual bool has_steps() const { return false; }

 protected:
  Shape shape_;
  LossCounter losses_;
};

// Formats of one request a line.
class LineReader : public RawReader {
 public:
  LineReader(Shape shape, Lines lines) : RawReader(std::move(shape)), lines_(std::move(lines)) {}
  std::optional<RawRequest> next() final;

 protected:
  // The request of a line; nothing for one that has none, after losing() where it should have one.
  virtual std::optional<RawRequest> read(std::string_view line) = 0;
  void losing(std::string_view what) { losses_.add(Severity::kLoss, what, where()); }
  void noticing(std::string_view what) { losses_.add(Severity::kNotice, what, where()); }
  [[nodiscard]] std::string where() const { return fmt::format("line {}", line_); }

 private:
  void finish();

  Lines lines_;
  std::uint64_t line_ = 0;
  bool finished_ = false;
};

// The formats: whether the first bytes of a file are of one, and its reader. `head` begins at the
// first byte that is no blank, and is empty for a file without any.
struct Format {
  std::string_view name;
  bool (*recognises)(std::string_view head);
  std::unique_ptr<RawReader> (*open)(Lines lines);
};
[[nodiscard]] const Format& csv_format();
[[nodiscard]] const Format& mooncake_format();
[[nodiscard]] const Format& otlp_format();
[[nodiscard]] const Format& access_log_format();
[[nodiscard]] const Format& anonymous_format();

// The first line of a head.
[[nodiscard]] std::string_view first_line(std::string_view head);

// Sorted within a window, from time 0, whole seconds spread, blocks numbered anew.
[[nodiscard]] std::unique_ptr<RequestReader> ordered(std::unique_ptr<RawReader> raw);

}  // namespace lynxbench::workload::trace
