#include "base/json.h"

#include <gtest/gtest.h>

namespace lynxbench {
namespace {

TEST(Json, WhatIsNotJsonIsRefusedWithItsPlace) {
  Result<Json> read = parse_json("{\n  \"a\": 1,\n  \"b\": x\n}", "figures.json");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(read.error().place, "figures.json:3:8");
}

TEST(Json, EmptyAndCutTextsAreRefused) {
  std::string whole = R"({"a": [1, 2.5, "x\u00e9"], "b": {"c": null, "d": true}})";
  ASSERT_TRUE(parse_json(whole, "w").ok());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_json(std::string_view(whole).substr(0, size), "w").ok()) << size;
  }
  EXPECT_FALSE(parse_json("1 2", "w").ok());
}

TEST(Json, TheCanonicalTextDoesNotDependOnOrderOrBlanks) {
  Json one = *parse_json(R"({"b": 1, "a": [1, 2]})", "one");
  Json two = *parse_json("{ \"a\":[ 1,2 ],\n\"b\":1 }", "two");
  EXPECT_EQ(canonical_text(one), R"({"a":[1,2],"b":1})");
  EXPECT_EQ(canonical_text(one), canonical_text(two));
}

TEST(Json, NumbersReadBackTheSame) {
  for (double value : {0.1, 1.0 / 3, 1e-300, 123456789.123456789, 5e-324, 1.7976931348623157e308}) {
    Json again = *parse_json(canonical_text(Json(value)), "number");
    EXPECT_EQ(again.get<double>(), value);
  }
  for (std::uint64_t value : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 53}) {
    EXPECT_EQ(parse_json(canonical_text(Json(value)), "number")->get<std::uint64_t>(), value);
  }
}

TEST(Json, TextOutsideAsciiStaysAsItIsAndBrokenTextIsReplaced) {
  EXPECT_EQ(canonical_text(Json("Größe")), "\"Größe\"");
  EXPECT_EQ(canonical_text(Json("a\xff"
                                "b")),
            "\"a\xef\xbf\xbd"
            "b\"");
}

TEST(Json, TheTextForPeopleIsIndentedAndEndsWithALineEnd) {
  EXPECT_EQ(pretty_text(Json{{"a", 1}}), "{\n  \"a\": 1\n}\n");
}

TEST(Json, AMemberIsReadOrItsLackIsNamed) {
  Json document{{"a", 1}, {"b", "text"}};
  EXPECT_EQ(*get_member<int>(document, "a"), 1);
  EXPECT_EQ(get_member<int>(document, "c").error().message, "member \"c\" is missing");
  Result<int> wrong = get_member<int>(document, "b");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(wrong.error().message.find("member \"b\""), std::string::npos);
  EXPECT_FALSE(get_member<int>(Json::array({1}), "a").ok());
}

TEST(Json, AnOptionalIsNullWhenItHasNoValue) {
  EXPECT_EQ(Json(std::optional<int>()).dump(), "null");
  EXPECT_EQ(Json(std::optional<int>(3)).dump(), "3");
  EXPECT_EQ(Json(nullptr).get<std::optional<int>>(), std::nullopt);
  EXPECT_EQ(Json(3).get<std::optional<int>>(), 3);
}

TEST(Json, ADocumentOfAnotherShapeIsRefusedByName) {
  Result<std::vector<int>> read = from_document<std::vector<int>>(Json{{"a", 1}}, "list.json");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().place, "list.json");
}

}  // namespace
}  // namespace lynxbench
