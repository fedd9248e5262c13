#include "contract/yaml_tree.h"

#include <charconv>
#include <cmath>

#include "base/number.h"

namespace lynxbench::contract {
namespace {

// The name of a list's item: what its `name` or `figure` says.
std::string label_of(const YamlNode& item, std::size_t index) {
  for (const char* key : {"name", "figure"}) {
    const YamlNode* label = item.find(key);
    if (label != nullptr && label->kind == YamlNode::Kind::kScalar && !label->text.empty()) {
      return "." + label->text;
    }
  }
  return fmt::format("[{}]", index);
}

std::optional<std::size_t> index_of(const std::string& key) {
  std::size_t index = 0;
  auto [end, problem] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (problem != std::errc{} || end != key.data() + key.size()) return std::nullopt;
  return index;
}

const YamlNode* child(const YamlNode& node, const std::string& key) {
  if (node.kind == YamlNode::Kind::kMap) return node.find(key);
  if (node.kind != YamlNode::Kind::kList) return nullptr;
  std::optional<std::size_t> index = index_of(key);
  return index && *index < node.items.size() ? &node.items[*index] : nullptr;
}

Json plain_scalar(std::string text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789+-.eE") != std::string_view::npos) {
    return text;
  }
  if (auto number = number_in<std::int64_t>(digits)) return *number;
  if (auto number = number_in<std::uint64_t>(digits)) return *number;
  std::optional<double> number = number_in<double>(digits);
  if (number && std::isfinite(*number)) return *number;
  return text;
}

}  // namespace

const YamlMember* YamlNode::member(std::string_view key) const {
  for (const YamlMember& candidate : members) {
    if (candidate.key == key) return &candidate;
  }
  return nullptr;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const YamlMember* found = member(key);
  return found == nullptr ? nullptr : &found->value;
}

const YamlNode* YamlNode::at(const Path& path) const {
  const YamlNode* node = this;
  for (const std::string& key : path) {
    node = child(*node, key);
    if (node == nullptr) return nullptr;
  }
  return node;
}

YamlNode* YamlNode::at(const Path& path) {
  return const_cast<YamlNode*>(static_cast<const YamlNode*>(this)->at(path));
}

Json to_json(const YamlNode& node) {
  static constexpr std::size_t kLongest = 300;
  switch (node.kind) {
    case YamlNode::Kind::kEmpty:
      return nullptr;
    case YamlNode::Kind::kScalar: {
      std::string text = node.text;
      if (text.size() > kLongest) {
        std::size_t end = kLongest;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
        text.resize(end);
        return text;
      }
      return node.quoted ? Json(text) : plain_scalar(text);
    }
    case YamlNode::Kind::kList: {
      Json list = Json::array();
      for (const YamlNode& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case YamlNode::Kind::kMap: {
      Json map = Json::object();
      for (const YamlMember& item : node.members) map[item.key] = to_json(item.value);
      return map;
    }
  }
  CHECK(false);
}

Place place_of(const YamlNode& root, const Path& path) {
  const YamlNode* node = &root;
  Place place;
  for (const std::string& key : path) {
    const YamlMember* member = node->kind == YamlNode::Kind::kMap ? node->member(key) : nullptr;
    node = child(*node, key);
    if (node == nullptr) return place;
    bool scalar = node->kind == YamlNode::Kind::kScalar;
    place = member != nullptr && !scalar ? member->place : node->place;
  }
  return place;
}

std::string dotted(const YamlNode& root, const Path& path) {
  std::string text;
  const YamlNode* node = &root;
  for (const std::string& key : path) {
    bool list = node != nullptr && node->kind == YamlNode::Kind::kList;
    node = node == nullptr ? nullptr : child(*node, key);
    std::string part = list && node != nullptr ? label_of(*node, *index_of(key)) : "." + key;
    text += text.empty() && part.starts_with('.') ? part.substr(1) : part;
  }
  return text;
}

}  // namespace lynxbench::contract
