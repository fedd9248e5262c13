// YAML as a tree with places: what yaml-cpp reads, in values that can be walked, copied and
// changed.
//
//   YamlReading reading = read_yaml(text);
//   if (!reading.findings.empty()) -> what is wrong with the YAML itself
//   const YamlNode* model = reading.root->find("workload")->find("model");
//
// Built from yaml-cpp's events and not from its nodes, so that keys given twice are seen and a file
// that is deep, huge or full of aliases is refused before it costs anything. No node is shared.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "contract/finding.h"

namespace lynxbench::contract {

struct YamlMember;

struct YamlNode {
  enum class Kind { kEmpty, kScalar, kList, kMap };
  Kind kind = Kind::kEmpty;
  std::string text;     // a scalar as written, without quotes; of an empty value "", "~" or "null"
  bool quoted = false;  // a scalar in quotes (or a block scalar) is text, whatever it looks like
  Place place;
  std::vector<YamlMember> members;  // of a map, in the order of the file
  std::vector<YamlNode> items;      // of a list

  [[nodiscard]] const YamlMember* member(std::string_view key) const;
  // The member's value; nullptr when there is none.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
  // The node below at `path`: keys, and for lists indices from 0. nullptr when there is none.
  [[nodiscard]] const YamlNode* at(const Path& path) const;
  [[nodiscard]] YamlNode* at(const Path& path);
};

struct YamlMember {
  std::string key;
  Place place;  // of the key
  YamlNode value;
};

struct YamlReading {
  std::optional<YamlNode> root;   // only when the text could be read to its end
  std::vector<Finding> findings;  // syntax, keys given twice, aliases and tags that are not read
};

// Never throws. Larger than 256 KiB, deeper than 32 or of more than 20,000 nodes is refused.
[[nodiscard]] YamlReading read_yaml(std::string_view text);

// The first byte of `text` that is not part of a UTF-8 character (RFC 3629), or is a control
// character other than tab and line end.
[[nodiscard]] std::optional<std::size_t> unreadable_byte(std::string_view text);

// By YAML's core schema: plain true and 12 and 0.5 are no text, everything in quotes is. Texts are
// cut after some 300 bytes, for std::regex, which recurses: limits on length are checked elsewhere.
[[nodiscard]] Json to_json(const YamlNode& node);

// The place that a message about `path` should point to: the value, or the key before it, or, when
// it is missing, what it is missing from.
[[nodiscard]] Place place_of(const YamlNode& root, const Path& path);

// "load.points.half.rate": the path for people and for levers. An item of a list is named by its
// own name or figure where it has one, and by "[index]" where not.
[[nodiscard]] std::string dotted(const YamlNode& root, const Path& path);

}  // namespace lynxbench::contract
