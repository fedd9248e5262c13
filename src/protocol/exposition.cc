#include "protocol/exposition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <unordered_set>
#include <utility>

#include "base/result.h"

namespace lynxbench::protocol {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

constexpr std::array<std::pair<std::string_view, MetricKind>, 9> kKinds{{
    {"counter", MetricKind::kCounter},
    {"gauge", MetricKind::kGauge},
    {"histogram", MetricKind::kHistogram},
    {"gaugehistogram", MetricKind::kGaugeHistogram},
    {"summary", MetricKind::kSummary},
    {"info", MetricKind::kInfo},
    {"stateset", MetricKind::kStateSet},
    {"untyped", MetricKind::kUnknown},
    {"unknown", MetricKind::kUnknown},
}};

// One line, read from the left. The first thing that is wrong ends it.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {}

  [[nodiscard]] bool at_end() const { return at_ == line_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : line_[at_]; }
  [[nodiscard]] std::size_t column() const { return at_ + 1; }
  [[nodiscard]] std::string_view rest() const { return line_.substr(at_); }
  bool take(char c) {
    if (at_end() || line_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (!at_end() && is_blank(line_[at_])) ++at_;
  }
  std::string_view word() {
    std::size_t begin = at_;
    while (!at_end() && !is_blank(line_[at_])) ++at_;
    return line_.substr(begin, at_ - begin);
  }
  // [a-zA-Z_] and digits after the first; a metric's name may hold ':' as well. Empty: none.
  std::string_view name(bool with_colons) {
    std::size_t begin = at_;
    while (!at_end()) {
      char c = line_[at_];
      bool fits = is_letter(c) || (with_colons && c == ':') || (at_ > begin && is_digit(c));
      if (!fits) break;
      ++at_;
    }
    return line_.substr(begin, at_ - begin);
  }
  // After the opening quote, to behind the closing one. Nothing: there is none. Escapes of other
  // characters than \ " n stay as they are.
  std::optional<std::string> quoted() {
    std::string value;
    while (!at_end()) {
      char c = line_[at_++];
      if (c == '"') return value;
      if (c != '\\' || at_end()) {
        value += c;
        continue;
      }
      char escaped = line_[at_++];
      if (escaped == 'n') {
        value += '\n';
      } else if (escaped == '"' || escaped == '\\') {
        value += escaped;
      } else {
        value += c;
        value += escaped;
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view line_;
  std::size_t at_ = 0;
};

// HELP's text: \\ and \n (and OpenMetrics' \").
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool escape = text[i] == '\\' && i + 1 < text.size();
    char next = escape ? text[i + 1] : '\0';
    if (next == 'n' || next == '\\' || next == '"') {
      out += next == 'n' ? '\n' : next;
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

class Parser {
 public:
  Exposition parse(std::string_view text) {
    while (!text.empty()) {
      std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_;
      parse_line(line);
    }
    return std::move(found_);
  }

 private:
  using Problem = const char*;  // nullptr: none

  void parse_line(std::string_view line) {
    LineReader in(line);
    in.skip_blanks();
    if (in.at_end()) return;
    Problem problem = in.peek() == '#' ? comment(in) : sample(in);
    if (problem == nullptr) return;
    ++found_.malformed;
    if (found_.malformed_lines.size() < kMostMalformed) {
      found_.malformed_lines.push_back({line_, in.column(), problem});
    }
  }

  // "# HELP name text", "# TYPE name counter", "# UNIT name seconds", "# EOF", or for people.
  Problem comment(LineReader& in) {
    in.take('#');
    in.skip_blanks();
    std::string_view word = in.word();
    if (word == "EOF" && in.at_end()) found_.ended = true;
    if (word != "HELP" && word != "TYPE" && word != "UNIT") return nullptr;
    in.skip_blanks();
    std::optional<std::string> name = metric_name(in);
    if (!name) return "no name of a metric";
    in.skip_blanks();
    std::string_view rest = in.rest();
    MetricFamily& family = found_.families[*name];
    if (word == "HELP") {
      family.help = unescaped(rest);
    } else if (word == "UNIT") {
      family.unit = std::string(rest);
    } else {
      std::string_view kind_word = in.word();
      auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                               [&](const auto& entry) { return entry.first == kind_word; });
      if (kind == kKinds.end()) return "no type of a metric";
      family.kind = kind->second;
    }
    return nullptr;
  }

  static std::optional<std::string> metric_name(LineReader& in) {
    if (in.take('"')) return in.quoted();
    std::string_view name = in.name(true);
    if (name.empty()) return std::nullopt;
    return std::string(name);
  }

  // name{label="value",...} value [timestamp] [# {exemplar} value [timestamp]]
  // or, with any characters in the name, {"name",label="value",...} ...
  Problem sample(LineReader& in) {
    MetricSample read;
    if (in.peek() != '{') {
      read.name = in.name(true);
      if (read.name.empty()) return "no name of a metric";
      in.skip_blanks();
    }
    if (in.take('{')) {
      if (Problem problem = labels(in, read)) return problem;
    }
    if (read.name.empty()) return "no name of a metric";
    in.skip_blanks();
    if (in.at_end()) return "no value";
    std::optional<double> value = parse_value(in.word());
    if (!value) return "the value is no number";
    read.value = *value;
    in.skip_blanks();
    bool has_timestamp = !in.at_end() && in.peek() != '#';
    if (has_timestamp && !parse_value(in.word())) return "the timestamp is no number";
    in.skip_blanks();
    bool has_exemplar = in.take('#');
    if (has_exemplar) {
      if (Problem problem = exemplar(in)) return problem;
    }
    in.skip_blanks();
    if (!in.at_end()) return "something follows the sample";
    return add(std::move(read), has_timestamp, has_exemplar);
  }

  // After the opening brace, to behind the closing one.
  static Problem labels(LineReader& in, MetricSample& read) {
    while (true) {
      in.skip_blanks();
      if (in.take('}')) break;
      std::optional<std::string> name;
      bool is_quoted = in.take('"');
      if (is_quoted) {
        name = in.quoted();
      } else if (std::string_view plain = in.name(false); !plain.empty()) {
        name = std::string(plain);
      }
      if (!name) return "no name of a label";
      in.skip_blanks();
      if (in.take('=')) {
        in.skip_blanks();
        if (!in.take('"')) return "the label has no value in quotes";
        std::optional<std::string> value = in.quoted();
        if (!value) return "the label value has no end";
        read.labels.emplace_back(std::move(*name), std::move(*value));
      } else if (is_quoted && read.name.empty()) {
        read.name = std::move(*name);
      } else {
        return "the label has no value";
      }
      in.skip_blanks();
      if (!in.take(',') && in.peek() != '}') return "the labels have no end";
    }
    std::stable_sort(read.labels.begin(), read.labels.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    auto twice = std::adjacent_find(read.labels.begin(), read.labels.end(),
                                    [](const auto& a, const auto& b) { return a.first == b.first; });
    return twice == read.labels.end() ? nullptr : "a label has two values";
  }

  static Problem exemplar(LineReader& in) {
    MetricSample of;
    in.skip_blanks();
    if (!in.take('{')) return "the exemplar has no labels";
    if (Problem problem = labels(in, of)) return problem;
    in.skip_blanks();
    if (!parse_value(in.word())) return "the exemplar's value is no number";
    in.skip_blanks();
    if (!in.at_end() && !parse_value(in.word())) return "the exemplar's timestamp is no number";
    return nullptr;
  }

  Problem add(MetricSample&& read, bool has_timestamp, bool has_exemplar) {
    std::string key = read.name;
    for (const auto& [name, value] : read.labels) {
      key += fmt::format("\x01{}:{}\x01{}:{}", name.size(), name, value.size(), value);
    }
    if (!said_.insert(std::move(key)).second) return "said twice";
    found_.timestamps += has_timestamp ? 1 : 0;
    found_.exemplars += has_exemplar ? 1 : 0;
    found_.samples.push_back(std::move(read));
    return nullptr;
  }

  Exposition found_;
  std::unordered_set<std::string> said_;
  std::size_t line_ = 0;
};

bool is_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace

std::optional<double> parse_value(std::string_view text) {
  if (text.empty()) return std::nullopt;
  bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  if (text.empty() || text[0] == '-') return std::nullopt;
  double sign = negative ? -1 : 1;
  if (is_word(text, "inf") || is_word(text, "infinity")) {
    return sign * std::numeric_limits<double>::infinity();
  }
  if (is_word(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  if (!is_digit(text[0]) && text[0] != '.') return std::nullopt;
  double value = 0;
  const char* end = text.data() + text.size();
  auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (stop != end || problem == std::errc::invalid_argument) return std::nullopt;
  if (problem == std::errc::result_out_of_range) return std::nullopt;
  return sign * value;
}

Exposition parse_exposition(std::string_view text) { return Parser().parse(text); }

}  // namespace lynxbench::protocol
