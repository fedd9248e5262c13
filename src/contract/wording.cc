#include "contract/wording.h"

#include <algorithm>

namespace lynxbench::contract {

std::string shown(std::string_view text) {
  static constexpr std::size_t kLongest = 60;
  bool cut = text.size() > kLongest;
  std::size_t end = cut ? kLongest : text.size();
  while (cut && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  std::string line(text.substr(0, end));
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return cut ? line + "..." : line;
}

std::string found(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kEmpty:
      return "is empty";
    case YamlNode::Kind::kScalar:
      if (node.text.empty()) return "is empty";
      if (!node.quoted && !to_json(node).is_string()) return "is " + shown(node.text);
      return "is \"" + shown(node.text) + "\"";
    case YamlNode::Kind::kList:
      return node.items.empty() ? "is an empty list" : "is a list";
    case YamlNode::Kind::kMap:
      return "is a section";
  }
  CHECK(false);
}

std::string flow_text(const Json& value) {
  std::string text;
  if (value.is_object()) {
    for (const auto& [key, item] : value.items()) {
      text += (text.empty() ? "{" : ", ") + key + ": " + flow_text(item);
    }
    return text + "}";
  }
  if (value.is_array()) {
    for (const Json& item : value) text += (text.empty() ? "[" : ", ") + flow_text(item);
    return text + "]";
  }
  if (!value.is_string()) return value.dump();
  std::string plain = value.get<std::string>();
  bool risky = plain.find_first_of(":#,[]{}\"'") != std::string::npos;
  return risky ? value.dump() : plain;
}

}  // namespace lynxbench::contract
