// One term of a contract at another value.
#include <algorithm>

#include "base/text.h"
#include "contract/check.h"
#include "contract/contract.h"
#include "contract/schema.h"
#include "contract/wording.h"

namespace lynxbench::contract {
namespace {

struct Lever {
  std::string key;
  Path path;
};

bool takes_one_value(const Json& schema) {
  return !schema.contains("properties") && !schema.contains("items");
}

// Every term below `path` that has one value, and those that could be added to a section that is
// there.
std::vector<Lever> levers_below(const YamlNode& root, const Path& path, const Schema& schema) {
  std::vector<Lever> levers;
  const YamlNode& node = *root.at(path);
  if (node.kind == YamlNode::Kind::kScalar || node.kind == YamlNode::Kind::kEmpty) {
    return {{dotted(root, path), path}};
  }
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < node.items.size(); ++i) keys.push_back(std::to_string(i));
  for (const YamlMember& member : node.members) keys.push_back(member.key);
  for (const std::string& key : keys) {
    std::vector<Lever> below = levers_below(root, path / key, schema);
    levers.insert(levers.end(), below.begin(), below.end());
  }
  if (node.kind != YamlNode::Kind::kMap) return levers;
  for (const std::string& key : schema.keys(path)) {
    Path absent = path / key;
    bool addable = node.find(key) == nullptr && takes_one_value(*schema.at(absent));
    if (addable) levers.push_back({dotted(root, absent), absent});
  }
  return levers;
}

// The keys of which the schema wants exactly one in the section `path`: {"rate", "of_capacity"}.
std::vector<std::string> alternatives(const Schema& schema, const Path& path) {
  const Json* section = schema.at(path);
  while (section->contains("else")) section = &section->at("else");
  std::vector<std::string> keys;
  if (!section->contains("oneOf")) return keys;
  for (const Json& choice : section->at("oneOf")) {
    keys.push_back(choice.at("required").front().get<std::string>());
  }
  return keys;
}

// Of two keys that exclude each other, the one that is set takes the other's place.
void remove_alternatives(YamlNode& section, const std::string& key,
                         const std::vector<std::string>& choice) {
  if (std::find(choice.begin(), choice.end(), key) == choice.end()) return;
  std::erase_if(section.members, [&](const YamlMember& member) {
    return member.key != key && std::find(choice.begin(), choice.end(), member.key) != choice.end();
  });
}

void set_value(YamlNode& root, const Path& path, std::string_view value, const Schema& schema) {
  Path parent(path.begin(), path.end() - 1);
  YamlNode scalar;
  scalar.text = trim(value);
  bool empty = scalar.text.empty() || scalar.text == "~" || scalar.text == "null";
  scalar.kind = empty ? YamlNode::Kind::kEmpty : YamlNode::Kind::kScalar;
  YamlNode& section = *root.at(parent);
  if (section.kind == YamlNode::Kind::kMap) {
    remove_alternatives(section, path.back(), alternatives(schema, parent));
  }
  if (YamlNode* there = root.at(path)) {
    *there = std::move(scalar);
  } else {
    section.members.push_back({path.back(), {}, std::move(scalar)});
  }
}

std::string all_of(const Findings& findings, const YamlNode& root) {
  std::string text;
  for (const Finding& finding : findings.all()) {
    text += fmt::format("{}{}: {}; allowed: {}", text.empty() ? "" : "\n",
                        shown(dotted(root, finding.path)), finding.what, finding.allowed);
  }
  return text;
}

Error no_lever(const std::string& key, const std::vector<Lever>& levers, const YamlNode& root) {
  std::vector<std::string> keys, below;
  for (const Lever& lever : levers) {
    keys.push_back(lever.key);
    if (lever.key.starts_with(key + ".") || lever.key.starts_with(key + "["))
      below.push_back(lever.key);
  }
  if (!key.empty() && !below.empty()) {
    return error(ErrorCode::kInvalidArgument,
                 "\"{}\" is not one value; allowed: one of the terms below it, {}", shown(key),
                 joined(below, "or"));
  }
  std::string hint;
  if (std::optional<std::string> nearest =
          key.size() > 200 ? std::nullopt : nearest_word(key, keys)) {
    hint = fmt::format("; did you mean {}?", *nearest);
  } else {
    std::vector<std::string> sections;
    for (const YamlMember& member : root.members) sections.push_back(member.key);
    hint = fmt::format(
        "; allowed: the contract's keys joined by dots, such as target.runtime.threads; they begin "
        "with {}",
        joined(sections, "or"));
  }
  return error(ErrorCode::kInvalidArgument, "the contract has no term \"{}\"{}", shown(key), hint);
}

}  // namespace

Result<Contract> with_lever(const Contract& contract, const std::string& key,
                            const std::string& value) {
  YamlReading yaml = read_yaml(to_yaml(contract));
  if (!yaml.root)
    return error(ErrorCode::kInvalidArgument, "the contract itself cannot be written as YAML");
  YamlNode root = std::move(*yaml.root);
  Checked before = check(root, {});
  if (!before.contract) {
    return error(ErrorCode::kInvalidArgument, "the contract is not valid as it is: {}",
                 all_of(before.findings, root));
  }
  const Schema& schema = published();
  std::vector<Lever> levers = levers_below(root, {}, schema);
  auto lever = std::find_if(levers.begin(), levers.end(),
                            [&](const Lever& candidate) { return candidate.key == key; });
  if (lever == levers.end()) return no_lever(key, levers, root);
  if (unreadable_byte(value)) {
    return error(ErrorCode::kInvalidArgument,
                 "{}: the value has bytes that are no text; allowed: UTF-8", key);
  }
  set_value(root, lever->path, value, schema);
  Checked checked = check(root, {});
  if (!checked.contract) {
    return error(ErrorCode::kInvalidArgument, "with {} = {}: {}", key, shown(value),
                 all_of(checked.findings, root));
  }
  return std::move(*checked.contract);
}

}  // namespace lynxbench::contract
