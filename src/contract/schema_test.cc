#include "contract/schema.h"

#include <gtest/gtest.h>

#include <functional>
#include <regex>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "contract/contract.h"
#include "contract/target_kind.h"
#include "contract/tree_text.h"
#include "contract/wording.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

std::string file(const std::string& name) {
  return *read_file(fs::path(LYNXBENCH_SOURCE_DIR) / name);
}

YamlNode tree_of(const std::string& text) { return *read_yaml(text).root; }
YamlNode quickstart_tree() { return tree_of(file("tests/data/contract/sample.yaml")); }

bool begins_with(const Path& path, const Path& head) { return within(path, head); }

// A contract in which a term at `path` has an effect.
YamlNode tree_for(const Path& path) {
  if (begins_with(path, {"target", "endpoint"}) && path.size() > 2) {
    return tree_of(*initial("x", kinds_with(path[2]).front()));
  }
  bool of_server = begins_with(path, {"workload", "prompts"}) ||
                   begins_with(path, {"workload", "accuracy"}) || begins_with(path, {"slo"});
  if (!of_server) return quickstart_tree();
  YamlNode tree = tree_of(file("tests/data/contract/server.yaml"));
  if (path.back() == "length" || path.back() == "sigma") {
    Path lengths(path.begin(), path.end() - 1);
    *tree.at(lengths) = tree_of(path.back() == "length"
                                    ? "{length: 5}"
                                    : "{shape: log_normal, low: 1, high: 9, median: 3}");
  }
  if (path.back() == "shared_prefix") {
    tree.at(Path{"workload", "prompts", "prefix_groups"})->text = "1";
  }
  if (begins_with(path, {"workload", "prompts", "prompt", "shape"})) {
    *tree.at({"workload", "prompts", "prompt"}) = tree_of("{shape: fixed}");
  }
  return tree;
}

std::string all_text(const Reading& reading) {
  std::string text;
  for (const Problem& problem : reading.problems) text += problem.text() + "\n";
  return text;
}

// Every key that the schema knows, lists with one item "0".
std::vector<Path> all_keys(const Path& path = {}) {
  std::vector<Path> paths;
  const Schema& schema = published();
  bool list = schema.at(path)->value("type", Json()) == "array";
  Path section = list ? path / "0" : path;
  for (const std::string& key : schema.keys(section)) {
    paths.push_back(section / key);
    for (Path& below : all_keys(section / key)) paths.push_back(std::move(below));
  }
  return paths;
}

// As docs/formats/contract.md spells it: load.points[].rate, layers.*.owner.
std::string documented(const Path& path) {
  std::string text;
  for (const std::string& key : path) {
    text += key == "0" ? "[]" : (text.empty() ? "" : ".") + key;
  }
  bool lengths = path.size() > 3 && begins_with(path, {"workload", "prompts"});
  if (lengths) return "workload.prompts.*." + path.back();
  return path.size() > 2 && path[0] == "layers" ? "layers.*." + path.back() : text;
}

TEST(Schema, ThePublishedFileIsInTheBinaryToTheByte) {
  EXPECT_EQ(schema(), file("docs/contract.schema.json"));
}

TEST(Schema, EveryKeyIsDescribedAndIsInTheDocumentation) {
  std::string page = file("docs/formats/contract.md");
  std::vector<Path> keys = all_keys();
  EXPECT_GT(keys.size(), 100U);
  for (const Path& path : keys) {
    EXPECT_NE(page.find("| `" + documented(path) + "` |"), std::string::npos) << documented(path);
    EXPECT_FALSE(published().site(path)->value("description", "").empty()) << documented(path);
  }
}

TEST(Schema, TheDocumentationNamesNoKeyThatTheSchemaDoesNotKnow) {
  std::set<std::string> known;
  for (const Path& path : all_keys()) known.insert(documented(path));
  std::size_t named = 0;
  for (const std::string& line : split(file("docs/formats/contract.md"), '\n')) {
    std::smatch match;
    // The rows of keys have five columns.
    if (!std::regex_match(line, match,
                          std::regex("\\| `([^`]+)` \\|[^|]*\\|[^|]*\\|[^|]*\\|[^|]*\\|")))
      continue;
    ++named;
    EXPECT_EQ(known.count(match[1].str()), 1U) << line;
  }
  EXPECT_GE(named, known.size());
}

TEST(Schema, TheDocumentationShowsTheSchemasDefaultsAndLimits) {
  std::string page = file("docs/formats/contract.md");
  for (const Path& path : all_keys()) {
    const Json& site = *published().site(path);
    std::size_t at = page.find("| `" + documented(path) + "` |");
    std::string row = page.substr(at, page.find('\n', at) - at);
    if (site.contains("default")) {
      EXPECT_NE(row.find("| `" + flow_text(site.at("default")) + "` |"), std::string::npos) << row;
    }
    for (const char* limit : {"minimum", "maximum"}) {
      if (!site.contains(limit)) continue;
      EXPECT_NE(row.find(site.at(limit).dump()), std::string::npos) << row;
    }
  }
}

// Removes the value at `path`; false when there is none.
bool remove(YamlNode& root, const Path& path) {
  if (root.at(path) == nullptr) return false;
  YamlNode& section = *root.at(Path(path.begin(), path.end() - 1));
  std::erase_if(section.members,
                [&](const YamlMember& member) { return member.key == path.back(); });
  return true;
}

TEST(Schema, ARequiredKeyThatIsMissingIsNamedWithAnExample) {
  std::size_t removed = 0;
  for (const Path& path : all_keys()) {
    const Json& section = *published().at(Path(path.begin(), path.end() - 1));
    if (!section.contains("required")) continue;
    const Json& required = section.at("required");
    if (std::find(required.begin(), required.end(), path.back()) == required.end()) continue;
    YamlNode tree = tree_for(path);
    if (!remove(tree, path)) continue;
    ++removed;
    Reading reading = read(tree_text(tree), "c");
    bool named =
        std::any_of(reading.problems.begin(), reading.problems.end(), [&](const Problem& problem) {
          return problem.what.starts_with("is missing") &&
                 problem.allowed.find("`" + path.back() + ": ") != std::string::npos;
        });
    EXPECT_TRUE(named) << documented(path) << "\n" << all_text(reading);
  }
  EXPECT_GT(removed, 40U);
}

TEST(Schema, TheDefaultsAreThoseOfTheContract) {
  std::size_t compared = 0;
  for (const Path& path : all_keys()) {
    const Json& site = *published().site(path);
    if (!site.contains("default")) continue;
    bool transformer = path.size() == 3 && path[1] == "model";
    YamlNode without = tree_for(path);
    if (transformer) without.at(Path{"workload", "model", "name"})->text = "transformer";
    remove(without, path);
    Reading left_out = read(tree_text(without), "c");
    ASSERT_TRUE(left_out.contract.has_value()) << documented(path) << all_text(left_out);
    // The same default, written by to_yaml where the section exists, and by the schema.
    YamlNode full = *read_yaml(to_yaml(*left_out.contract)).root;
    YamlNode* written = full.at(path);
    ASSERT_NE(written, nullptr) << documented(path);
    *written = *read_yaml(flow_text(site.at("default"))).root;
    Reading given = read(tree_text(full), "c");
    ASSERT_TRUE(given.contract.has_value()) << documented(path) << all_text(given);
    EXPECT_EQ(Json(*given.contract), Json(*left_out.contract)) << documented(path);
    ++compared;
  }
  EXPECT_GT(compared, 30U);
}

// What valijson says about each example, wrapped as the value of its own key.
TEST(Schema, EveryExampleIsAllowedWhereItStands) {
  Json document = Json::parse(schema());
  std::size_t examples = 0;
  for (const Path& path : all_keys()) {
    const Json& site = *published().site(path);
    Json wrapped{{"definitions", document.at("definitions")}, {"properties", {{"value", site}}}};
    CompiledSchema compiled(wrapped);
    Json shown = site.contains("examples") ? site.at("examples")
                                           : published().at(path)->value("examples", Json::array());
    for (const Json& example : shown) {
      if (documented(path) == "layers") continue;  // shows two of the nine
      EXPECT_TRUE(compiled.objections(Json{{"value", example}}).empty())
          << documented(path) << example;
      ++examples;
    }
  }
  EXPECT_GT(examples, 50U);
}

std::vector<Path> leaves(const YamlNode& node, const Path& path = {}) {
  std::vector<Path> found;
  if (node.members.empty() && node.items.empty()) return {path};
  for (const YamlMember& member : node.members) {
    for (Path& leaf : leaves(member.value, path / member.key)) found.push_back(std::move(leaf));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    for (Path& leaf : leaves(node.items[i], path / std::to_string(i)))
      found.push_back(std::move(leaf));
  }
  return found;
}

// valijson's wording is for programmers: whatever it objects to has words of ours.
TEST(Schema, WhateverValueIsPutInIsAcceptedOrExplainedInOurOwnWords) {
  const std::string long_text(5000, 'x');
  const std::vector<std::string> values{"",
                                        "~",
                                        "[]",
                                        "{}",
                                        "[[x]]",
                                        "{a: b}",
                                        "-1",
                                        "1e999",
                                        "0",
                                        "true",
                                        "x",
                                        "5%",
                                        "99999999999999999999",
                                        "1.5",
                                        "\"\\a\"",
                                        long_text};
  for (const char* name : {"tests/data/contract/sample.yaml", "tests/data/contract/server.yaml"}) {
    std::vector<Path> paths = leaves(tree_of(file(name)));
    for (std::size_t i = 0; i < paths.size(); ++i) {
      YamlNode tree = tree_of(file(name));
      const std::string& value = values[i % values.size()];
      *tree.at(paths[i]) = *read_yaml(value.empty() ? "\"\"" : value).root;
      Reading reading = read(tree_text(tree), "c");
      for (const Problem& problem : reading.problems) {
        EXPECT_TRUE(std::islower(problem.what[0])) << problem.text();
        EXPECT_FALSE(problem.allowed.empty()) << problem.text();
        EXPECT_LT(problem.text().size(), 800U) << problem.text();
      }
    }
  }
}

// Each of the values at one place of every type.
TEST(Schema, EveryKindOfPlaceRefusesWhatIsOfAnotherKind) {
  const std::vector<std::string> values{
      "~", "[]", "{}", "-1", "1e999", "1.5x", "99999999999999999999", "\"\\a\""};
  for (const Path& path : std::vector<Path>{{"target", "runtime", "threads"},
                                            {"slo", "at_most"},
                                            {"slo", "quantile"},
                                            {"load", "search", "start"},
                                            {"target", "kind"},
                                            {"workload", "seed"},
                                            {"load", "points", "0", "loop"},
                                            {"tolerances", "0", "within"}}) {
    for (const std::string& value : values) {
      YamlNode tree = quickstart_tree();
      *tree.at(path) = *read_yaml(value).root;
      Reading reading = read(tree_text(tree), "c");
      EXPECT_FALSE(reading.contract.has_value()) << documented(path) << ": " << value;
      bool placed = std::any_of(
          reading.problems.begin(), reading.problems.end(), [&](const Problem& problem) {
            return problem.key.ends_with(path.back()) && problem.what.starts_with("is ");
          });
      EXPECT_TRUE(placed) << documented(path) << ": " << value << "\n" << all_text(reading);
    }
  }
}

}  // namespace
}  // namespace lynxbench::contract
