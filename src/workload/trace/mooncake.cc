// Mooncake's request traces: JSON lines {"timestamp": ms, "input_length", "output_length",
// "hash_ids": [...]}; an id stands for a block of 512 tokens and all that went before it.
// Source: github.com/kvcache-ai/Mooncake, FAST25-release/traces.
#include "workload/trace/json_line.h"
#include "workload/trace/numbers.h"
#include "workload/trace/raw_reader.h"

namespace lynxbench::workload::trace {
namespace {

class Mooncake final : public LineReader {
 public:
  explicit Mooncake(Lines lines)
      : LineReader({"Mooncake request trace", 512, 1}, std::move(lines)),
        line_({"timestamp", "input_length", "output_length"}, "hash_ids") {}

 protected:
  std::optional<RawRequest> read(std::string_view text) override {
    if (!line_.read(text)) {
      losing("line that is no JSON object");
      return std::nullopt;
    }
    std::optional<std::string_view> at = line_.scalar("timestamp");
    std::optional<std::int64_t> at_ns = at ? scaled(*at, 6) : std::nullopt;
    if (!at_ns) {
      losing("line without a time");
      return std::nullopt;
    }
    RawRequest request;
    request.at_ns = *at_ns;
    if (!take("input_length", request.input_tokens) || !take("output_length", request.output_tokens)) {
      losing("line with a length that is none");
      return std::nullopt;
    }
    if (line_.list_is_odd()) noticing("hash id that is no whole number: the request's shared prefix is left out");
    else request.blocks = line_.list();
    return request;
  }

 private:
  bool take(std::string_view name, std::optional<std::int64_t>& into) const {
    std::optional<std::string_view> text = line_.scalar(name);
    if (!text) return true;
    into = whole_number(*text, kMostTracedTokens);
    return into.has_value();
  }

  JsonLine line_;
};

bool recognises(std::string_view head) {
  std::string_view line = first_line(head);
  return line.starts_with('{') && line.find("\"timestamp\"") != std::string_view::npos &&
         (line.find("\"input_length\"") != std::string_view::npos || line.find("\"output_length\"") != std::string_view::npos);
}

}  // namespace

const Format& mooncake_format() {
  static constexpr Format kFormat{
      "JSON lines with timestamp, input_length, output_length and hash_ids (Mooncake)", recognises,
      [](Lines lines) -> std::unique_ptr<RawReader> { return std::make_unique<Mooncake>(std::move(lines)); }};
  return kFormat;
}

}  // namespace lynxbench::workload::trace
