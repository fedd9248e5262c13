// CSV with a header line: Azure's LLM inference traces (TIMESTAMP,ContextTokens,GeneratedTokens), and
// others that name the same three columns otherwise. Times are dates, or seconds.
// Source: github.com/Azure/AzurePublicDataset, AzureLLMInferenceDataset2023.md and 2024.
#include <algorithm>
#include <array>

#include "workload/trace/numbers.h"
#include "workload/trace/raw_reader.h"

namespace lynxbench::workload::trace {
namespace {

// The fields of a line; quotation marks around one are taken off.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    std::size_t end = line.find(',');
    if (line.starts_with('"')) {
      std::size_t quote = line.find('"', 1);
      if (quote != std::string_view::npos) end = line.find(',', quote);
    }
    std::string_view field = line.substr(0, end);
    while (field.starts_with(' ') || field.starts_with('\t')) field.remove_prefix(1);
    while (field.ends_with(' ') || field.ends_with('\t') || field.ends_with('\r')) field.remove_suffix(1);
    if (field.size() >= 2 && field.starts_with('"') && field.ends_with('"')) field = field.substr(1, field.size() - 2);
    fields.push_back(field);
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

// "Request tokens" and "request_tokens" are one name.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  }
  return plain;
}

constexpr std::array<std::string_view, 5> kTimeNames{"timestamp", "arrivedat", "arrivaltime", "starttime", "time"};
constexpr std::array<std::string_view, 7> kInputNames{"contexttokens", "requesttokens", "inputtokens", "inputlength", "prompttokens", "numprefilltokens", "prefilltokens"};
constexpr std::array<std::string_view, 7> kOutputNames{"generatedtokens", "responsetokens", "outputtokens", "outputlength", "completiontokens", "numdecodetokens", "decodetokens"};

struct Columns {
  std::optional<std::size_t> time, input, output;
};

template <std::size_t N>
std::optional<std::size_t> column(const std::vector<std::string_view>& fields, const std::array<std::string_view, N>& names) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (std::find(names.begin(), names.end(), plain_name(fields[i])) != names.end()) return i;
  }
  return std::nullopt;
}

Columns columns_of(std::string_view header) {
  std::vector<std::string_view> fields = fields_of(header);
  return {column(fields, kTimeNames), column(fields, kInputNames), column(fields, kOutputNames)};
}

class Csv final : public LineReader {
 public:
  explicit Csv(Lines lines) : LineReader({"CSV of requests (as Azure's LLM inference traces)", 0, 1}, std::move(lines)) {}

 protected:
  std::optional<RawRequest> read(std::string_view line) override {
    if (!columns_.time) {
      columns_ = columns_of(line);
      return std::nullopt;
    }
    std::vector<std::string_view> fields = fields_of(line);
    RawRequest request;
    std::optional<std::int64_t> at;
    if (*columns_.time < fields.size()) {
      at = ns_of_date(fields[*columns_.time]);
      if (!at) at = scaled(fields[*columns_.time], 9);
    }
    if (!at) {
      losing("line without a time");
      return std::nullopt;
    }
    request.at_ns = *at;
    if (!take(fields, columns_.input, request.input_tokens) || !take(fields, columns_.output, request.output_tokens)) {
      losing("line with a token count that is none");
      return std::nullopt;
    }
    return request;
  }

 private:
  static bool take(const std::vector<std::string_view>& fields, std::optional<std::size_t> column, std::optional<std::int64_t>& into) {
    if (!column) return true;
    if (*column < fields.size()) into = whole_number(fields[*column], kMostTracedTokens);
    return into.has_value();
  }

  Columns columns_;
};

bool recognises(std::string_view head) {
  Columns columns = columns_of(first_line(head));
  return columns.time && (columns.input || columns.output);
}

}  // namespace

const Format& csv_format() {
  static constexpr Format kFormat{
      "a CSV of requests, header TIMESTAMP,ContextTokens,GeneratedTokens", recognises,
      [](Lines lines) -> std::unique_ptr<RawReader> { return std::make_unique<Csv>(std::move(lines)); }};
  return kFormat;
}

}  // namespace lynxbench::workload::trace
