#include "trace/json_stream.h"

#include <gtest/gtest.h>

#include "trace/json_shape.h"
#include "trace/pieces_for_test.h"

namespace lynxbench::trace {
namespace {

using Token = JsonStream::Token;
using End = JsonStream::End;

std::unique_ptr<ByteSource> source_of(std::string_view text) {
  return open_bytes(text, "test").value();
}

// The document through a stream that takes `read_bytes` at once, and why it ended.
std::pair<std::string, End> streamed(std::string_view text, std::size_t read_bytes) {
  const auto source = source_of(text);
  JsonStream json(*source, read_bytes);
  std::string out = rewritten(json, json.next());
  EXPECT_EQ(json.next(), Token::kEnd);
  return {out, json.end()};
}

TEST(JsonStream, IsTheSameInPiecesOfEveryLength) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed, "stream");
    const std::string text = random_blanks(random) + random_json(random, 5) + " ";
    JsonCursor json(text);
    const std::string expected = rewritten(json);
    for (std::size_t read_bytes = 1; read_bytes <= 20; ++read_bytes) {
      EXPECT_EQ(streamed(text, read_bytes), std::pair(expected, End::kWhole))
          << text << " by " << read_bytes;
    }
  }
}

TEST(JsonStream, EveryPrefixIsCut) {
  Random random(3, "stream prefixes");
  for (int round = 0; round < 30; ++round) {
    const std::string text = "{\"a\": [" + random_json(random, 3) + "]}";
    for (std::size_t length = 1; length < text.size(); ++length) {
      for (std::size_t read_bytes : {1, 2, 7, 1000}) {
        EXPECT_EQ(streamed(text.substr(0, length), read_bytes).second, End::kCut)
            << text.substr(0, length);
      }
    }
  }
}

TEST(JsonStream, FaultsAreThoseOfTheCursorInPiecesOfEveryLength) {
  for (std::string_view text : {"[1 2]", "{\"a\" 1}", "{a: 1}", "{\"a\": }", "{\"a\": 1 \"b\": 2}",
                                "[}", "{]", "[1}", "[:]", "]", "{\"a\": ]}"}) {
    for (std::size_t read_bytes = 1; read_bytes < 6; ++read_bytes) {
      EXPECT_EQ(streamed(text, read_bytes).second, End::kMalformed) << text;
    }
  }
}

TEST(JsonStream, ElementsOfAnArrayComeWholeWithTheirPlaces) {
  const std::string text = R"({"skipped": [[1, "]"], {}], "records": [ {"a": 1},2 , "x" ], "z": 0})";
  for (std::size_t read_bytes = 1; read_bytes < 30; ++read_bytes) {
    const auto source = source_of(text);
    JsonStream json(*source, read_bytes);
    ASSERT_EQ(json.next(), Token::kBeginObject);
    ASSERT_EQ(json.next(), Token::kKey);
    EXPECT_EQ(json.text(), "skipped");
    ASSERT_TRUE(json.skip());
    ASSERT_EQ(json.next(), Token::kKey);
    EXPECT_EQ(json.text(), "records");
    ASSERT_EQ(json.next(), Token::kBeginArray);
    for (std::string_view expected : {"{\"a\": 1}", "2", "\"x\""}) {
      const auto element = json.element();
      ASSERT_TRUE(element);
      EXPECT_EQ(*element, expected);
      EXPECT_EQ(text.substr(json.text_byte(), expected.size()), expected);
    }
    EXPECT_FALSE(json.element());
    EXPECT_EQ(json.depth(), 1U);
    ASSERT_EQ(json.next(), Token::kKey);
    EXPECT_EQ(json.value(), "0");
    EXPECT_EQ(json.next(), Token::kEndObject);
    EXPECT_EQ(json.next(), Token::kEnd);
    EXPECT_EQ(json.end(), End::kWhole);
  }
}

TEST(JsonStream, DocumentsMayFollowOneAnother) {
  const auto source = source_of("{\"a\":1}\n[2]\n3");
  JsonStream json(*source, 1);
  EXPECT_EQ(json.value(), "{\"a\":1}");
  EXPECT_EQ(json.value(), "[2]");
  EXPECT_EQ(json.value(), "3");
  EXPECT_EQ(json.value(), std::nullopt);
  EXPECT_EQ(json.end(), End::kWhole);
}

TEST(JsonStream, AWordAtTheVeryEndCanBePassedOver) {
  const auto source = source_of("123");
  JsonStream json(*source, 1);
  EXPECT_TRUE(json.skip());
  EXPECT_EQ(json.next(), Token::kEnd);
  EXPECT_EQ(json.end(), End::kWhole);
}

TEST(JsonStream, WhatIsLongerThanTheLimitIsPassedOverAndCounted) {
  const std::string text =
      "[1, \"" + std::string(JsonStream::kLongestValue + 1000, 'x') + "\", {\"a\": 2}]";
  const auto source = source_of(text);
  JsonStream json(*source);
  ASSERT_EQ(json.next(), Token::kBeginArray);
  EXPECT_EQ(json.element(), "1");
  EXPECT_EQ(json.element(), "{\"a\": 2}");
  EXPECT_EQ(json.element(), std::nullopt);
  EXPECT_EQ(json.too_long(), 1U);
}

TEST(JsonStream, NestingHasALimit) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(streamed(deep, 1 << 16).second, End::kTooDeep);
}

TEST(JsonStream, AnArrayCanBeTakenOverAndGivenBack) {
  const std::string text = R"({"e": [1, 2, 3], "after": true})";
  for (std::size_t read_bytes = 1; read_bytes < 30; ++read_bytes) {
    const auto source = source_of(text);
    JsonStream json(*source, read_bytes);
    ASSERT_EQ(json.next(), Token::kBeginObject);
    ASSERT_EQ(json.next(), Token::kKey);
    ASSERT_EQ(json.next(), Token::kBeginArray);
    const std::uint64_t byte = json.byte();
    EXPECT_EQ(byte, text.find('[') + 1);
    std::string rest = json.take_rest();
    EXPECT_EQ(rest, text.substr(byte, rest.size()));
    std::string more(100, '\0');
    more.resize(source->read(more));
    rest += more;
    const std::size_t end = rest.find(']') + 1;
    json.resume_after_array(rest.substr(end), byte + end);
    ASSERT_EQ(json.next(), Token::kKey);
    EXPECT_EQ(json.text(), "after");
    EXPECT_EQ(json.text_byte(), text.find("\"after"));
    EXPECT_EQ(json.value(), "true");
    EXPECT_EQ(json.next(), Token::kEndObject);
  }
}

TEST(JsonShape, SaysWhatStandsAtTheTop) {
  const JsonShape object = shape_of(R"({"schemaVersion": 1, "inner": {"ph": 1}, "traceEvents": [{"x)");
  EXPECT_EQ(object.root, '{');
  EXPECT_TRUE(object.has("schemaVersion"));
  EXPECT_TRUE(object.has("traceEvents"));
  EXPECT_FALSE(object.has("ph"));
  const JsonShape array = shape_of(R"([{"ph": "X", "cat": "Node"}, 5, {"later": 1}])");
  EXPECT_EQ(array.root, '[');
  EXPECT_TRUE(array.has("later"));
  EXPECT_TRUE(array.has_category("Node"));
  EXPECT_EQ(shape_of("<html>").root, '\0');
  EXPECT_EQ(shape_of("").root, '\0');
}

}  // namespace
}  // namespace lynxbench::trace
