#include "trace/json_cursor.h"

#include <gtest/gtest.h>

#include "trace/pieces_for_test.h"

namespace lynxbench::trace {
namespace {

std::string whole(std::string_view text) {
  JsonCursor json(text);
  std::string out = rewritten(json);
  EXPECT_EQ(json.fault(), JsonFault::kNone) << text;
  return out;
}

JsonFault fault_of(std::string_view text) {
  JsonCursor json(text);
  (void)rewritten(json);
  return json.fault();
}

TEST(JsonCursor, ReadsRandomDocumentsAsAnotherLibraryDoes) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed, "json");
    const std::string text = "[" + random_json(random, 5) + "]";
    EXPECT_EQ(Json::parse(whole(text)), Json::parse(text)) << text;
    JsonCursor raw(text);
    EXPECT_EQ(raw.raw(), text);
    EXPECT_EQ(raw.position(), text.size());
  }
}

TEST(JsonCursor, StringsUnescapedAreWhatAnotherLibraryGives) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed, "strings");
    const std::string text = random_string(random);
    JsonCursor json(text);
    EXPECT_EQ(unescaped(json.string()), Json::parse(text).get<std::string>()) << text;
  }
}

TEST(JsonCursor, EveryPrefixOfADocumentIsCutAndNothingElse) {
  Random random(7, "prefixes");
  for (int round = 0; round < 50; ++round) {
    const std::string text = "{\"a\": " + random_json(random, 4) + "}";
    for (std::size_t length = 0; length < text.size(); ++length) {
      const std::string prefix = text.substr(0, length);  // a copy, so that reading on is seen
      EXPECT_EQ(fault_of(prefix), JsonFault::kCut) << prefix;
    }
  }
}

TEST(JsonCursor, AnythingUnquotedIsAValueAndKeptAsItStands) {
  EXPECT_EQ(whole("[NaN, -Infinity, 1.2.3, nul]"), "[NaN,-Infinity,1.2.3,nul]");
}

TEST(JsonCursor, CommasTooManyAreNoFault) {
  EXPECT_EQ(whole("[1, 2, ]"), "[1,2]");
  EXPECT_EQ(whole("[,1,, 2]"), "[1,2]");
  EXPECT_EQ(whole(R"({"a": 1,, "b": 2,})"), R"({"a":1,"b":2})");
}

TEST(JsonCursor, ControlCharactersAreKeptAndTheirStringsCounted) {
  const std::string_view text = "[\"a\nb\", \"\\u0001\", \"01234567890123456789\x02tail\", \"c\"]";
  JsonCursor json(text);
  ASSERT_TRUE(json.enter('['));
  ASSERT_TRUE(json.element());
  EXPECT_EQ(json.string(), "a\nb");
  while (json.element()) json.skip();
  EXPECT_EQ(json.fault(), JsonFault::kNone);
  EXPECT_EQ(json.control_characters(), 2U);
}

TEST(JsonCursor, BytesThatAreNoUtf8AreKept) { EXPECT_EQ(whole("[\"\xff\xfe\"]"), "[\"\xff\xfe\"]"); }

TEST(JsonCursor, WhatStandsInTheWrongPlaceIsMalformed) {
  for (std::string_view text : {"[1 2]", "{\"a\" 1}", "{a: 1}", "{\"a\": }", "{\"a\": 1 \"b\": 2}",
                                "[}", "{]", "[1}", "[:]"}) {
    EXPECT_EQ(fault_of(text), JsonFault::kMalformed) << text;
  }
}

TEST(JsonCursor, ANulByteIsMalformedAndNotTheEnd) {
  using namespace std::string_view_literals;
  EXPECT_EQ(fault_of("[\0]"sv), JsonFault::kMalformed);
  EXPECT_EQ(fault_of("{\"a\":\0 1}"sv), JsonFault::kMalformed);
  JsonCursor skipping("\0"sv);
  skipping.skip();
  EXPECT_EQ(skipping.fault(), JsonFault::kMalformed);
}

TEST(JsonCursor, NestingHasALimitAndIsNoRecursion) {
  const auto nested = [](int depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  const std::string kept = nested(JsonCursor::kMaxDepth);
  JsonCursor good(kept);
  good.skip();
  EXPECT_EQ(good.fault(), JsonFault::kNone);
  const std::string deep = nested(200'000);
  JsonCursor json(deep);
  json.skip();
  EXPECT_EQ(json.fault(), JsonFault::kTooDeep);
}

TEST(JsonCursor, AfterAFaultThereIsNothingMore) {
  JsonCursor json("[1 2, 3]");
  ASSERT_TRUE(json.enter('['));
  ASSERT_TRUE(json.element());
  EXPECT_EQ(json.scalar(), "1");
  EXPECT_FALSE(json.element());
  EXPECT_EQ(json.position(), 3U);
  EXPECT_EQ(json.peek(), '\0');
  EXPECT_FALSE(json.element());
  EXPECT_EQ(json.scalar(), "");
  EXPECT_FALSE(json.enter('['));
}

TEST(JsonCursor, ScalarsMayBeQuoted) {
  JsonCursor json(R"({"ts": "12.5", "dur": 3, "args": {"x": 1}, "more": [1]})");
  ASSERT_TRUE(json.enter('{'));
  ASSERT_EQ(json.key(), "ts");
  EXPECT_EQ(json.scalar(), "12.5");
  ASSERT_EQ(json.key(), "dur");
  EXPECT_EQ(json.scalar(), "3");
  ASSERT_EQ(json.key(), "args");
  EXPECT_EQ(json.scalar(), "");
  ASSERT_EQ(json.key(), "more");
  EXPECT_EQ(json.string(), "");
  EXPECT_EQ(json.key(), std::nullopt);
  EXPECT_EQ(json.fault(), JsonFault::kNone);
}

TEST(JsonCursor, SkippingFindsTheEndAtEveryOffsetOfItsVectors) {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string inside(before, 'x');
    const std::string text = "{\"" + inside + "\": \"" + inside + "\\\"}\", \"k\": [\"]\"]} tail";
    JsonCursor json(text);
    EXPECT_EQ(json.raw(), text.substr(0, text.size() - 5)) << before;
  }
}

TEST(Unescaped, WhatJsonHasNotStaysAsItIs) {
  EXPECT_EQ(unescaped(R"(C:\work\x)"), R"(C:\work\x)");
  EXPECT_EQ(unescaped(R"(\u12)"), R"(\u12)");
  EXPECT_EQ(unescaped(R"(\ud83d)"), "\xef\xbf\xbd");
  EXPECT_EQ(unescaped(R"(\ude00\ud83d\u0041)"), "\xef\xbf\xbd\xef\xbf\xbd" "A");
  EXPECT_EQ(unescaped("end\\"), "end\\");
}

}  // namespace
}  // namespace lynxbench::trace
