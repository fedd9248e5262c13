#include "contract/schema.h"

#include <set>

#include "base/text.h"
#include "contract/contract.h"
#include "contract/wording.h"

namespace lynxbench::contract {
namespace {

std::string text_member(const Json& schema, const char* name) {
  auto member = schema.find(name);
  return member != schema.end() && member->is_string() ? member->get<std::string>() : std::string();
}

bool has_type(const Json& schema, const char* type) { return text_member(schema, "type") == type; }

// The words of an enum: its texts and numbers; null stands beside "null" for YAML's sake.
std::vector<std::string> enum_words(const Json& schema) {
  std::vector<std::string> words;
  for (const Json& value : schema.at("enum")) {
    if (!value.is_null())
      words.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return words;
}

std::string whole_number_words(const Json& schema) {
  std::string words = "a whole number";
  if (schema.contains("minimum")) words += " from " + schema.at("minimum").dump();
  if (schema.contains("maximum")) words += " to " + schema.at("maximum").dump();
  return words;
}

std::string dotted_path(const Path& path) {
  std::string text;
  for (const std::string& key : path) text += (text.empty() ? "" : ".") + key;
  return text;
}

}  // namespace

Schema::Schema(std::string_view text) : document_(Json::parse(text)), compiled_(document_) {}

const Schema& published() {
  static const Schema schema_of_contracts(schema());
  return schema_of_contracts;
}

const Json& Schema::resolved(const Json& schema) const {
  const Json* current = &schema;
  while (current->contains("$ref")) {
    std::string reference = current->at("$ref").get<std::string>();
    current = &document_.at(Json::json_pointer(reference.substr(1)));
  }
  return *current;
}

const Json* Schema::site(const Path& path) const {
  const Json* current = &document_;
  for (const std::string& key : path) {
    const Json& parent = resolved(*current);
    if (has_type(parent, "array")) {
      current = &parent.at("items");
    } else if (parent.contains("properties") && parent.at("properties").contains(key)) {
      current = &parent.at("properties").at(key);
    } else if (parent.contains("additionalProperties") &&
               parent.at("additionalProperties").is_object()) {
      current = &parent.at("additionalProperties");
    } else {
      return nullptr;
    }
  }
  return current;
}

const Json* Schema::at(const Path& path) const {
  const Json* found = site(path);
  return found == nullptr ? nullptr : &resolved(*found);
}

std::vector<std::string> Schema::keys(const Path& path) const {
  std::vector<std::string> names;
  const Json* schema = at(path);
  if (schema == nullptr || !schema->contains("properties")) return names;
  for (const auto& [name, value] : schema->at("properties").items()) names.push_back(name);
  return names;
}

std::string Schema::expectation(const Json& schema) const {
  if (schema.contains("enum")) {
    std::vector<std::string> words = enum_words(schema);
    return words.size() == 1 ? words.front() : joined(words, "or");
  }
  if (has_type(schema, "integer")) return whole_number_words(schema);
  if (has_type(schema, "object") && schema.contains("properties")) {
    std::vector<std::string> names;
    for (const auto& [name, value] : schema.at("properties").items()) names.push_back(name);
    return "a section with the keys " + joined(names, "and");
  }
  bool shows = schema.contains("examples");
  std::string such = shows ? ", such as `" + flow_text(schema.at("examples").front()) + "`" : "";
  if (has_type(schema, "object")) return "a section of names and texts" + such;
  if (has_type(schema, "array")) return "a list" + such;
  return text_member(schema, "description");
}

std::string Schema::allowed(const Path& path) const {
  const Json* schema = at(path);
  return schema == nullptr ? std::string() : expectation(*schema);
}

std::string Schema::example(const Path& path) const {
  for (const Json* schema : {site(path), at(path)}) {
    if (schema != nullptr && schema->contains("examples")) {
      return fmt::format("for example `{}: {}`", path.back(),
                         flow_text(schema->at("examples").front()));
    }
  }
  return allowed(path);
}

std::vector<std::string> Schema::sections_with(const std::string& key) const {
  std::vector<std::string> sections;
  std::vector<Path> open{{}};
  while (!open.empty()) {
    Path path = std::move(open.back());
    open.pop_back();
    for (const std::string& name : keys(path)) {
      if (name == key)
        sections.push_back(path.empty() ? "the file's first level" : dotted_path(path));
      open.push_back(path / name);
    }
    const Json* schema = at(path);
    if (has_type(*schema, "array") && !keys(path / "0").empty()) {
      for (const std::string& name : keys(path / "0")) {
        if (name == key) sections.push_back("an item of " + dotted_path(path));
      }
    }
  }
  return sections;
}

Finding Schema::unknown_key(const YamlNode& root, const Path& path) const {
  const std::string& key = path.back();
  Path parent(path.begin(), path.end() - 1);
  std::vector<std::string> names = keys(parent);
  std::string what = parent.empty()
                         ? std::string("is not a key of a contract")
                         : fmt::format("is not a key of {}", shown(dotted(root, parent)));
  std::vector<std::string> elsewhere = sections_with(key);
  Path meant;
  if (std::optional<std::string> nearest =
          key.size() > 200 ? std::nullopt : nearest_word(key, names)) {
    what += fmt::format("; did you mean {}?", *nearest);
    if (root.at(parent / *nearest) == nullptr) meant = parent / *nearest;
  } else if (elsewhere.size() == 1) {
    what += "; it belongs to " + elsewhere.front();
  }
  Place place = root.at(parent)->member(key)->place;
  return {path, place, what, "the keys " + joined(names, "and"), true, meant};
}

std::vector<Finding> Schema::explain_map(const YamlNode& root, const Path& path) const {
  std::vector<Finding> found;
  const Json& schema = *at(path);
  const YamlNode& node = *root.at(path);
  bool closed =
      schema.contains("additionalProperties") && schema.at("additionalProperties") == false;
  for (const YamlMember& member : node.members) {
    if (closed && !schema.at("properties").contains(member.key)) {
      found.push_back(unknown_key(root, path / member.key));
    }
  }
  if (!schema.contains("required")) return found;
  for (const Json& required : schema.at("required")) {
    Path missing = path / required.get<std::string>();
    bool misspelt = std::any_of(found.begin(), found.end(),
                                [&](const Finding& finding) { return finding.meant == missing; });
    if (misspelt || node.find(missing.back()) != nullptr) continue;
    std::string meaning = text_member(*site(missing), "description");
    found.push_back({missing, place_of(root, missing),
                     meaning.empty() ? "is missing" : fmt::format("is missing ({})", meaning),
                     example(missing)});
  }
  return found;
}

std::vector<Finding> Schema::explain_list(const YamlNode& root, const Path& path) const {
  const Json& schema = *at(path);
  const YamlNode& node = *root.at(path);
  std::size_t count = node.items.size();
  if (count < schema.value("minItems", std::size_t{0})) {
    return {{path, place_of(root, path), found(node), expectation(schema)}};
  }
  if (count > schema.value("maxItems", count)) {
    return {{path, place_of(root, path), fmt::format("has {} items", count),
             fmt::format("at most {}", schema.at("maxItems").dump())}};
  }
  std::vector<Finding> repeated;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < count && schema.value("uniqueItems", false); ++i) {
    if (!seen.insert(to_json(node.items[i]).dump()).second) {
      repeated.push_back({path / std::to_string(i), node.items[i].place,
                          found(node.items[i]) + ", as an item before it", "each item once"});
    }
  }
  return repeated;
}

Finding Schema::explain_scalar(const YamlNode& root, const Path& path) const {
  const Json& schema = *at(path);
  const YamlNode& node = *root.at(path);
  std::string what = found(node);
  bool scalar = node.kind == YamlNode::Kind::kScalar && !node.text.empty();
  if (scalar && schema.contains("x-hints") && schema.at("x-hints").contains(node.text)) {
    what += "; " + schema.at("x-hints").at(node.text).get<std::string>();
  } else if (scalar && schema.contains("enum") && node.text.size() < 200) {
    std::optional<std::string> nearest = nearest_word(node.text, enum_words(schema));
    if (nearest && *nearest != node.text) what += fmt::format("; did you mean {}?", *nearest);
  } else if (scalar && has_type(schema, "string") && to_json(node).is_number()) {
    what += ", a number without a unit";
  }
  return {path, place_of(root, path), what, expectation(schema)};
}

std::vector<Finding> Schema::explain(const YamlNode& root, const Path& path) const {
  const Json* schema = at(path);
  const YamlNode* node = root.at(path);
  if (schema == nullptr || node == nullptr) return {};
  bool map_here = node->kind == YamlNode::Kind::kMap,
       list_here = node->kind == YamlNode::Kind::kList;
  if (map_here && has_type(*schema, "object")) return explain_map(root, path);
  if (list_here && has_type(*schema, "array")) return explain_list(root, path);
  return {explain_scalar(root, path)};
}

Schema::Outcome Schema::check(const YamlNode& root) const {
  Outcome outcome;
  outcome.objections = compiled_.objections(to_json(root));
  for (const auto& [path, said] : outcome.objections) {
    for (Finding& finding : explain(root, path)) outcome.findings.push_back(std::move(finding));
  }
  return outcome;
}

}  // namespace lynxbench::contract
