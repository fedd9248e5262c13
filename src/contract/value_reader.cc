#include "contract/value_reader.h"

#include <algorithm>
#include <cmath>

#include "base/number.h"
#include "base/units.h"
#include "contract/schema.h"
#include "contract/wording.h"

namespace lynxbench::contract {
namespace {

constexpr Nanos kLongest = std::chrono::hours(168);
constexpr std::size_t kLongestText = 2000;  // characters
constexpr std::size_t kLongestName = 64;

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

template <typename Number>
std::optional<Number> signed_number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return number_in<Number>(text);
}

}  // namespace

const YamlNode* ValueReader::scalar(const Path& path) const {
  const YamlNode* node = root_.at(path);
  if (node == nullptr || node->kind == YamlNode::Kind::kList ||
      node->kind == YamlNode::Kind::kMap) {
    return nullptr;
  }
  return before_.sound(path) ? node : nullptr;
}

void ValueReader::refuse(const Path& path, std::string what, std::string_view allowed) {
  findings_.push_back({path, place_of(root_, path), std::move(what), std::string(allowed)});
}

std::optional<std::string> ValueReader::text(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr || node->kind == YamlNode::Kind::kEmpty) return std::nullopt;
  if (characters(node->text) > kLongestText) {
    refuse(path, fmt::format("has {} characters", characters(node->text)),
           fmt::format("text of at most {} characters", kLongestText));
    return std::nullopt;
  }
  if (has_control_character(node->text)) {
    refuse(path, "has a control character", "text");
    return std::nullopt;
  }
  return node->text;
}

std::optional<std::string> ValueReader::name(const Path& path, std::string_view characters_allowed,
                                         std::string_view words) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  bool fits = !node->text.empty() && node->text.size() <= kLongestName &&
              node->text.find_first_not_of(characters_allowed) == std::string::npos;
  if (!fits) {
    refuse(path, found(*node), words);
    return std::nullopt;
  }
  return node->text;
}

std::optional<std::string> ValueReader::word(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  if (node->text.empty() || node->text == "~") {
    refuse(path, "is empty", published().allowed(path));
    return std::nullopt;
  }
  return node->text;
}

std::optional<std::int64_t> ValueReader::integer(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  std::optional<std::int64_t> value = signed_number_in<std::int64_t>(node->text);
  if (!value) refuse(path, found(*node), "a whole number");
  return value;
}

std::optional<std::uint64_t> ValueReader::seed(const Path& path) {
  std::optional<std::int64_t> value = integer(path);
  if (!value) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<double> ValueReader::number(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  std::optional<double> value = signed_number_in<double>(node->text);
  if (value && std::isfinite(*value)) return value;
  refuse(path, found(*node), "a number");
  return std::nullopt;
}

std::optional<Nanos> ValueReader::duration(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  Result<Nanos> value = parse_duration(node->text);
  if (!value.ok()) {
    refuse(path, found(*node), kDurationWords);
    return std::nullopt;
  }
  if (*value > kLongest) {
    refuse(path, found(*node), "at most 168h");
    return std::nullopt;
  }
  return *value;
}

std::optional<double> ValueReader::rate(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  Result<double> value = parse_rate(node->text);
  if (!value.ok()) {
    refuse(path, found(*node), kRateWords);
    return std::nullopt;
  }
  return *value;
}

std::optional<double> ValueReader::ratio(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  Result<double> value = parse_ratio(node->text);
  if (!value.ok()) {
    refuse(path, found(*node), kRatioWords);
    return std::nullopt;
  }
  return *value;
}

std::optional<double> ValueReader::quantity(const Path& path, FigureUnit unit) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  std::optional<double> value;
  if (unit == FigureUnit::kRate) {
    if (Result<double> rate = parse_rate(node->text); rate.ok()) value = *rate;
  } else if (unit == FigureUnit::kLatency) {
    Result<Nanos> latency = parse_duration(node->text);
    if (latency.ok() && *latency <= kLongest) value = static_cast<double>(latency->count());
  } else if (unit == FigureUnit::kRatio || node->text.find('%') == std::string::npos) {
    if (Result<double> ratio = parse_ratio(node->text); ratio.ok()) value = *ratio;
  }
  if (!value)
    refuse(path, fmt::format("{}, but the figure is {}", found(*node), kind_of(unit)),
           spelling_of(unit));
  return value;
}

std::optional<std::string> ValueReader::json_object(const Path& path) {
  std::optional<std::string> written = text(path);
  if (!written) return std::nullopt;
  Result<Json> value = parse_json(*written, "JSON");
  if (value.ok() && value->is_object()) return canonical_text(*value);
  refuse(path, value.ok() ? "is JSON, but no object" : "is not JSON",
         "a JSON object, such as `'{\"temperature\": 0}'`");
  return std::nullopt;
}

std::size_t ValueReader::count(const Path& path) const {
  const YamlNode* node = root_.at(path);
  return node == nullptr ? 0 : node->items.size();
}

std::vector<std::string> ValueReader::texts(const Path& path) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < count(path); ++i) {
    if (std::optional<std::string> item = text(path / std::to_string(i))) found.push_back(*item);
  }
  return found;
}

std::map<std::string, std::string> ValueReader::texts_by_name(const Path& path) {
  std::map<std::string, std::string> found;
  const YamlNode* section = root_.at(path);
  if (section == nullptr) return found;
  for (const YamlMember& member : section->members) {
    if (has_control_character(member.key) || member.key.size() > kLongestText) {
      findings_.push_back({path / member.key, member.place,
                           "has a name with a control character, or a very long one",
                           "a short name, such as cpu.model"});
      continue;
    }
    std::optional<std::string> value = text(path / member.key);
    if (value) found[member.key] = *value;
  }
  return found;
}

}  // namespace lynxbench::contract
