// Random JSON documents, and the same document as JsonStream and JsonCursor give it, written in one way:
// for comparing them with each other and with another library.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/random.h"
#include "trace/json_cursor.h"
#include "trace/json_stream.h"

namespace lynxbench::trace {

// A value of a document as JSON text without blanks: what JsonCursor reads, member by member.
inline std::string rewritten(JsonCursor& json) {
  std::string out;
  if (json.enter('{')) {
    while (const auto key = json.key()) {
      out += fmt::format("{}\"{}\":", out.empty() ? "" : ",", *key);
      out += rewritten(json);
    }
    return "{" + out + "}";
  }
  if (json.peek() == '[' && json.enter('[')) {
    while (json.element()) out += (out.empty() ? "" : ",") + rewritten(json);
    return "[" + out + "]";
  }
  return std::string(json.raw());
}

// What follows `token` of a stream, in the same way.
inline std::string rewritten(JsonStream& json, JsonStream::Token token) {
  using Token = JsonStream::Token;
  std::string out;
  if (token == Token::kBeginObject) {
    while (json.next() == Token::kKey) {
      out += fmt::format("{}\"{}\":", out.empty() ? "" : ",", json.text());
      out += rewritten(json, json.next());
    }
    return "{" + out + "}";
  }
  if (token == Token::kBeginArray) {
    for (Token next = json.next(); next != Token::kEndArray && next != Token::kEnd;
         next = json.next()) {
      out += (out.empty() ? "" : ",") + rewritten(json, next);
    }
    return "[" + out + "]";
  }
  return token == Token::kScalar ? std::string(json.text()) : "";
}

inline std::string random_string(Random& random) {
  static constexpr std::string_view kPieces[] = {
      "a", "name", " ", "{", "}", "[", "]", ",", ":", "\\\"", "\\\\", "\\n", "\\u00e9",
      "\\ud83d\\ude00", "é", "0123456789abcdef", ", {\\\"ph\\\":", "/"};
  std::string text = "\"";
  for (std::uint64_t i = random.below(6); i > 0; --i) text += kPieces[random.below(18)];
  return text + "\"";
}

inline std::string random_blanks(Random& random) {
  static constexpr std::string_view kBlanks[] = {"", "", "", " ", "\n  ", "\t", "\r\n",
                                                 "                    "};
  return std::string(kBlanks[random.below(8)]);
}

// A valid document (nlohmann takes it, no key twice in an object).
inline std::string random_json(Random& random, int depth) {
  static constexpr std::string_view kScalars[] = {
      "0", "-1", "12.500", "1e3", "-2.5E-3", "true", "false", "null", "18446744073709551615"};
  const std::uint64_t kind = random.below(depth <= 0 ? 2 : 4);
  if (kind == 0) return std::string(kScalars[random.below(9)]);
  if (kind == 1) return random_string(random);
  std::string inside = random_blanks(random);
  for (std::uint64_t i = 0, members = random.below(5); i < members; ++i) {
    if (i != 0) inside += "," + random_blanks(random);
    if (kind == 2) {
      std::string key = random_string(random);
      key.insert(key.size() - 1, fmt::format("{}", i));
      inside += key + random_blanks(random) + ":" + random_blanks(random);
    }
    inside += random_json(random, depth - 1) + random_blanks(random);
  }
  return kind == 2 ? "{" + inside + "}" : "[" + inside + "]";
}

}  // namespace lynxbench::trace
