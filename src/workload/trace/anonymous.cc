// Our own format (docs/formats/workload-trace.md): a head line, then a JSON object a request.
#include "workload/trace/anonymous.h"

#include <algorithm>

#include "workload/trace/json_line.h"
#include "workload/trace/numbers.h"
#include "workload/trace/raw_reader.h"

namespace lynxbench::workload::trace {
namespace {

constexpr std::string_view kName = "lynxbench workload trace";
constexpr std::int64_t kVersion = 1;

class Anonymous final : public LineReader {
 public:
  explicit Anonymous(Lines lines)
      : LineReader({std::string(kName), 0, 1}, std::move(lines)),
        head_({"version", "block_tokens", "time_step_ns"}, ""),
        line_({"at_ns", "input_tokens", "output_tokens", "request_bytes", "response_bytes"}, "blocks") {}

 protected:
  std::optional<RawRequest> read(std::string_view text) override {
    if (!has_head_) {
      has_head_ = true;
      if (!head_.read(text)) noticing("head line that is no JSON object");
      shape_.block_tokens = head_number("block_tokens", kMostTracedTokens);
      // For the reader's knowledge: the times were spread when it was made.
      shape_.time_step_ns = std::max<std::int64_t>(1, head_number("time_step_ns", std::int64_t{1} << 61));
      if (head_number("version", 1000) > kVersion) noticing("made by a newer lynxbench: members it does not know are passed over");
      return std::nullopt;
    }
    if (!line_.read(text)) {
      losing("line that is no JSON object");
      return std::nullopt;
    }
    RawRequest request;
    std::optional<std::int64_t> at;
    bool right = take("at_ns", std::int64_t{1} << 61, at) && take("input_tokens", kMostTracedTokens, request.input_tokens) &&
                 take("output_tokens", kMostTracedTokens, request.output_tokens) &&
                 take("request_bytes", kMostTracedBytes, request.request_bytes) &&
                 take("response_bytes", kMostTracedBytes, request.response_bytes) && !line_.list_is_odd();
    if (!at || !right) {
      losing(at ? "line with a member that is no whole number" : "line without a time");
      return std::nullopt;
    }
    request.at_ns = *at;
    request.blocks = line_.list();
    return request;
  }

 private:
  std::int64_t head_number(std::string_view name, std::int64_t most) const {
    std::optional<std::string_view> text = head_.scalar(name);
    return text ? whole_number(*text, most).value_or(0) : 0;
  }
  bool take(std::string_view name, std::int64_t most, std::optional<std::int64_t>& into) const {
    std::optional<std::string_view> text = line_.scalar(name);
    if (!text) return true;
    into = whole_number(*text, most);
    return into.has_value();
  }

  bool has_head_ = false;
  JsonLine head_, line_;
};

bool recognises(std::string_view head) {
  std::string_view line = first_line(head);
  return line.starts_with('{') && line.find(kName) != std::string_view::npos;
}

}  // namespace

const Format& anonymous_format() {
  static constexpr Format kFormat{
      "lynxbench's own workload trace", recognises,
      [](Lines lines) -> std::unique_ptr<RawReader> { return std::make_unique<Anonymous>(std::move(lines)); }};
  return kFormat;
}

std::string head_line(const Shape& shape) {
  return fmt::format("{{\"format\":\"{}\",\"version\":{},\"block_tokens\":{},\"time_step_ns\":{}}}\n", kName, kVersion,
                     shape.block_tokens, shape.time_step_ns);
}

std::string line_of(const TracedRequest& request) {
  std::string line = fmt::format("{{\"at_ns\":{}", request.at_ns);
  auto add = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) line += fmt::format(",\"{}\":{}", name, *value);
  };
  add("input_tokens", request.input_tokens);
  add("output_tokens", request.output_tokens);
  add("request_bytes", request.request_bytes);
  add("response_bytes", request.response_bytes);
  if (!request.blocks.empty()) line += fmt::format(",\"blocks\":[{}]", fmt::join(request.blocks, ","));
  return line + "}\n";
}

}  // namespace lynxbench::workload::trace
