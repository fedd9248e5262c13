// A request log or trace -> the shapes, sizes and times of its requests, one at a time, in bounded
// memory whatever the file's size. Nothing else of the file is kept: no text, no name, no id.
//
//   auto trace = TRY(trace::open("AzureLLMInferenceTrace_conv.csv.gz"));
//   while (std::optional<TracedRequest> request = trace->next()) ...
//   for (const Loss& loss : trace->losses()) ...          // what could not be used, counted
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "model/timeline.h"

namespace lynxbench::workload::trace {

// Everything that is known of one recorded request. Missing: the file does not say.
struct TracedRequest {
  std::int64_t at_ns = 0;  // when it came, since the first one
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> request_bytes;
  std::optional<std::int64_t> response_bytes;
  // The head of the prompt in blocks of Shape::block_tokens: requests whose lists begin alike have
  // prompts that begin alike. Numbered from 0 in order of appearance.
  std::vector<std::uint32_t> blocks;

  bool operator==(const TracedRequest&) const = default;
};

// What holds for the whole file.
struct Shape {
  std::string format;               // "Azure LLM inference trace", for people
  std::int64_t block_tokens = 0;    // 0: it has no blocks
  std::int64_t time_step_ns = 1;    // its clock's resolution
};

class RequestReader {
 public:
  virtual ~RequestReader() = default;
  // By time; nothing at the end.
  virtual std::optional<TracedRequest> next() = 0;
  // Known from the start, but for what is in the file's own words.
  [[nodiscard]] virtual const Shape& shape() const = 0;
  // So far: one for each kind, with the place of its first. Complete after the end.
  [[nodiscard]] virtual Losses losses() const = 0;
};

// Different blocks that are told apart, and requests that may stand out of order: bounds of memory.
inline constexpr std::size_t kMostBlocks = std::size_t{1} << 22;
inline constexpr std::size_t kReorderWindow = std::size_t{1} << 18;

// Recognises by what is in it, plain or gzip:
//   a CSV with a header line: Azure's (TIMESTAMP, ContextTokens, GeneratedTokens) and those with
//     other usual names of the three columns
//   JSON lines with timestamp, input_length, output_length, hash_ids (Mooncake's)
//   OTLP/JSON spans with gen_ai.usage.* (also one export request a line)
//   a web server's access log in the common or combined format
//   our own (docs/formats/workload-trace.md)
// Requests that stand out of order in the file are sorted, as far as kReorderWindow reaches; those
// further off are left out and counted. Times that are whole seconds are spread evenly over them.
//
// kNotFound, or kInvalidInput naming what is read and what the file seems to be.
[[nodiscard]] Result<std::unique_ptr<RequestReader>> open(const fs::path& file);
// The same of bytes in memory, which must outlive the reader. `name` is for errors.
[[nodiscard]] Result<std::unique_ptr<RequestReader>> open_bytes(std::string_view bytes,
                                                                const std::string& name);

}  // namespace lynxbench::workload::trace
