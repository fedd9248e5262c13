#include "contract/yaml_tree.h"

#include <gtest/gtest.h>

namespace lynxbench::contract {
namespace {

YamlNode good(const std::string& text) {
  YamlReading reading = read_yaml(text);
  EXPECT_TRUE(reading.root.has_value()) << text;
  for (const Finding& finding : reading.findings) ADD_FAILURE() << finding.what;
  return reading.root.value_or(YamlNode{});
}

Finding only_finding(const std::string& text) {
  YamlReading reading = read_yaml(text);
  EXPECT_EQ(reading.findings.size(), 1U) << text.substr(0, 200);
  return reading.findings.empty() ? Finding{} : reading.findings[0];
}

Json as_json(const std::string& text) { return to_json(good(text)); }

TEST(YamlTree, ScalarsAreTypedAsYamlsCoreSchemaSays) {
  EXPECT_EQ(as_json("a: 12"), (Json{{"a", 12}}));
  EXPECT_EQ(as_json("a: -0.5e1"), (Json{{"a", -5.0}}));
  EXPECT_EQ(as_json("a: true"), (Json{{"a", true}}));
  EXPECT_EQ(as_json("a: yes"), (Json{{"a", "yes"}}));
  EXPECT_EQ(as_json("a: \"12\""), (Json{{"a", "12"}}));
  EXPECT_EQ(as_json("a: !!str 12"), (Json{{"a", "12"}}));
  EXPECT_EQ(as_json("a: 12ms"), (Json{{"a", "12ms"}}));
  EXPECT_EQ(as_json("a: 1.2.3"), (Json{{"a", "1.2.3"}}));
  EXPECT_EQ(as_json("a: 18446744073709551615"), (Json{{"a", 18446744073709551615U}}));
  EXPECT_EQ(as_json("a: .nan"), (Json{{"a", ".nan"}}));
  EXPECT_EQ(as_json("[~, null, , x]"), (Json{nullptr, nullptr, nullptr, "x"}));
}

TEST(YamlTree, AnEmptyValueKeepsHowItWasWritten) {
  YamlNode root = good("a: ~\nb: null\nc:\nd: \"\"\n");
  EXPECT_EQ(root.find("a")->text, "~");
  EXPECT_EQ(root.find("b")->text, "null");
  EXPECT_EQ(root.find("c")->text, "");
  EXPECT_EQ(root.find("c")->kind, YamlNode::Kind::kEmpty);
  EXPECT_EQ(root.find("d")->kind, YamlNode::Kind::kScalar);
}

TEST(YamlTree, PlacesAreInCharactersFromOne) {
  YamlNode root = good("größe: {ä: b, c: [d]}\n");
  EXPECT_EQ(root.find("größe")->find("ä")->place.column, 12U);
  EXPECT_EQ(place_of(root, {"größe", "c", "0"}).column, 19U);
  EXPECT_EQ(place_of(root, {"größe", "c"}).column, 15U);  // a list: its key
  EXPECT_EQ(place_of(root, {"größe", "missing"}).column, 1U);
}

TEST(YamlTree, AByteOrderMarkAndWindowsLineEndsAreNoHindrance) {
  YamlNode root = good(
      "\xef\xbb\xbf"
      "a: 1\r\nb: x y\r\n");
  EXPECT_EQ(to_json(root), (Json{{"a", 1}, {"b", "x y"}}));
  EXPECT_EQ(root.member("b")->place.line, 2U);
}

TEST(YamlTree, AnAliasIsACopyOfItsAnchor) {
  YamlNode root = good("a: &layers [x, y]\nb: *layers\n");
  EXPECT_EQ(to_json(*root.find("b")), (Json{"x", "y"}));
  EXPECT_EQ(root.find("b")->place.line, 2U);
}

TEST(YamlTree, AliasesThatMultiplyAreStoppedByTheirCount) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char level = 'b'; level <= 'j'; ++level) {
    char before = static_cast<char>(level - 1);
    bomb += std::string(1, level) + ": &" + level + " [*" + before;
    for (int i = 1; i < 10; ++i) bomb += std::string(", *") + before;
    bomb += "]\n";
  }
  EXPECT_TRUE(only_finding(bomb).what.starts_with("has more than 20000 values"));
  EXPECT_TRUE(
      only_finding("a: &a [*a]\n").what.starts_with("has an alias of something that it is itself"));
}

TEST(YamlTree, DepthAndSizeHaveLimits) {
  good("a: " + std::string(31, '[') + std::string(31, ']'));
  EXPECT_EQ(only_finding("a: " + std::string(32, '[') + std::string(32, ']')).what,
            "is nested more than 32 deep");
  EXPECT_EQ(only_finding("a: " + std::string(100'000, '[')).what, "is nested more than 32 deep");
  EXPECT_EQ(only_finding(std::string(300'000, 'x')).what, "has 300000 bytes");
  // Depth that aliases add up to.
  std::string steps =
      "a: &a [[[[[[[[[[x]]]]]]]]]]\nb: &b [[[[[[[[[[*a]]]]]]]]]]\nc: &c [[[[[[[[[[*b]]]]]]]]]]\n";
  EXPECT_EQ(only_finding(steps + "d: [[*c]]\n").what, "is nested more than 32 deep");
}

TEST(YamlTree, WhatIsNoTextIsRefusedAtItsPlace) {
  for (const char* broken :
       {"ab: \xff", "ab: \xc3(", "ab: \xed\xa0\x80", "ab: \xf4\x90\x80\x80", "ab: \xc0\xaf",
        "ab: \xe0\x80\xaf", "ab: \x1b", "ab: \x7f", "ab: \xc3"}) {
    Finding finding = only_finding(broken);
    EXPECT_TRUE(finding.what.starts_with("has the byte 0x")) << broken;
    EXPECT_EQ(finding.place.column, 5U);
  }
  EXPECT_TRUE(only_finding(std::string("a: \0b", 5)).what.starts_with("has the byte 0x00"));
  good("a: \"ß€🙂\"");
}

TEST(YamlTree, AKeyGivenTwiceIsFoundAndTheFirstCounts) {
  YamlReading reading = read_yaml("a: {b: 1, b: 2}\n");
  ASSERT_EQ(reading.findings.size(), 1U);
  EXPECT_EQ(reading.findings[0].path, (Path{"a", "b"}));
  EXPECT_EQ(reading.findings[0].place.column, 11U);
  EXPECT_EQ(to_json(*reading.root), (Json{{"a", {{"b", 1}}}}));
}

TEST(YamlTree, WhatIsNoWordIsNoKey) {
  for (const char* text : {"? [a]\n: b\n", "{a: b}: c\n", "\"\": b\n"}) {
    EXPECT_TRUE(only_finding(text).what.starts_with("has something that is no word where a key"))
        << text;
  }
}

TEST(YamlTree, TagsAndASecondDocumentAreRefused) {
  EXPECT_EQ(only_finding("a: !secret x\n").what, "has the tag \"!secret\"");
  EXPECT_EQ(only_finding("a: !!set {x}\n").what, "has the tag \"tag:yaml.org,2002:set\"");
  EXPECT_TRUE(only_finding("a: b\n---\nc: d\n").what.starts_with("holds a second document"));
}

TEST(YamlTree, NothingIsAnEmptyValue) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "..."}) {
    EXPECT_EQ(good(text).kind, YamlNode::Kind::kEmpty) << text;
  }
}

TEST(YamlTree, SyntaxErrorsAreSaidInPlainWordsAtTheirPlace) {
  Finding tab = only_finding("a:\n\tb: 1\n");
  EXPECT_EQ(tab.what, "is indented with a tab");
  EXPECT_EQ(tab.place.line, 2U);
  EXPECT_NE(only_finding("a: b: c\n").what.find("has a colon where no key can be"),
            std::string::npos);
  EXPECT_NE(only_finding("a: [b\nc: d\n").what.find("has a [ without its ]"), std::string::npos);
  for (const char* open : {"a: \"b", "a: \"b\n", "a: 'b\n\n", "a: \"b\nc: d\n", "- 'b"}) {
    EXPECT_NE(only_finding(open).what.find("a quote that does not end"), std::string::npos) << open;
  }
  EXPECT_NE(only_finding("a: *b\n").what.find("has an alias (*)"), std::string::npos);
  EXPECT_NE(only_finding("a: @b\n").what.find("has a character that no value can begin with"),
            std::string::npos);
  EXPECT_NE(only_finding("a: 1\n  b: 2\n").what.find("cannot be read as YAML"), std::string::npos);
}

TEST(YamlTree, PathsForPeopleNameItemsOfLists) {
  YamlNode root = good(
      "points: [{name: half, rate: 1}, {rate: 2}]\nmetrics: [{figure: e2e.p95@half}]\nx: [1]\n");
  EXPECT_EQ(dotted(root, {"points", "0", "rate"}), "points.half.rate");
  EXPECT_EQ(dotted(root, {"points", "1", "rate"}), "points[1].rate");
  EXPECT_EQ(dotted(root, {"metrics", "0", "at_most"}), "metrics.e2e.p95@half.at_most");
  EXPECT_EQ(dotted(root, {"x", "0"}), "x[0]");
  EXPECT_EQ(dotted(root, {}), "");
}

}  // namespace
}  // namespace lynxbench::contract
