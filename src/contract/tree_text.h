// For tests: a tree back as YAML in flow style, as it stands.
#pragma once

#include <string>

#include "contract/yaml_tree.h"

namespace lynxbench::contract {

[[nodiscard]] inline std::string tree_text(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::kEmpty:
      return node.text.empty() ? "~" : node.text;
    case YamlNode::Kind::kScalar: {
      Json value = to_json(node);
      return node.quoted || value.is_string() ? Json(node.text).dump() : node.text;
    }
    case YamlNode::Kind::kList:
      for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + tree_text(item);
      return "[" + text + "]";
    case YamlNode::Kind::kMap:
      for (const YamlMember& member : node.members) {
        text +=
            (text.empty() ? "" : ",\n ") + Json(member.key).dump() + ": " + tree_text(member.value);
      }
      return "{" + text + "}";
  }
  return text;
}

}  // namespace lynxbench::contract
