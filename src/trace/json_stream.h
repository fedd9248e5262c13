// JSON of any length, from a source, in bounded memory: one token at a time, or a whole value (an
// element of a big array) as text, to be looked at with a JsonCursor.
//
//   JsonStream json(source);
//   CHECK(json.next() == JsonStream::Token::kBeginObject);
//   while (json.next() == JsonStream::Token::kKey) {
//     if (json.text() != "records") { json.skip(); continue; }
//     if (json.next() != JsonStream::Token::kBeginArray) break;
//     while (std::optional<std::string_view> record = json.element()) read(*record);
//   }
//   if (json.end() == JsonStream::End::kCut) losses.add(..., json.byte());
//
// Documents may follow one another (JSON lines): after a root value next() goes on with the next.
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/byte_source.h"
#include "trace/json_cursor.h"

namespace lynxbench::trace {

class JsonStream {
 public:
  enum class Token { kBeginObject, kEndObject, kBeginArray, kEndArray, kKey, kScalar, kEnd };
  // Why there is nothing more.
  enum class End {
    kNotYet,
    kWhole,      // the source ended between values
    kCut,        // the source ended inside a value
    kMalformed,  // something else than what must stand there, at byte()
    kTooDeep,
    kTooLong,    // a value longer than the limit was asked for whole
  };
  static constexpr std::size_t kLongestValue = std::size_t{1} << 26;

  static constexpr std::size_t kReadBytes = std::size_t{1} << 16;

  // Asks the source for `read_bytes` at once, more while a long value is being read.
  explicit JsonStream(ByteSource& source, std::size_t read_bytes = kReadBytes);

  // kEnd when there is nothing more; then end() says why. After kKey comes its value.
  [[nodiscard]] Token next();
  // Of kKey: the name, escapes not undone. Of kScalar: the value as it stands, quotes included; a
  // string longer than kLongestValue is passed over and gives "". Valid until the next call.
  [[nodiscard]] std::string_view text() const { return text_; }

  // The value that is due (after kKey, or as a root) as text. Nothing when it is cut, malformed or
  // longer than kLongestValue: end() says which, and a too long one has been passed over.
  [[nodiscard]] std::optional<std::string_view> value();
  // Inside an array: the next element as text; nothing after the last, when the bracket has been
  // consumed, and when there is nothing more. A too long one is passed over and counted.
  [[nodiscard]] std::optional<std::string_view> element();
  // Passes over the value that is due, however long. False when it does not end.
  bool skip();

  [[nodiscard]] End end() const { return end_; }
  // Where the next token or, after the end, the fault begins.
  [[nodiscard]] std::uint64_t byte() const { return base_ + at_; }
  // Where the text that was given last begins.
  [[nodiscard]] std::uint64_t text_byte() const { return text_byte_; }
  // Values passed over because of their length.
  [[nodiscard]] std::uint64_t too_long() const { return too_long_; }
  // The brackets around the next token.
  [[nodiscard]] std::size_t depth() const { return open_.size(); }

  // What was read from the source and not used yet: for going on in another way. Inside an array it
  // begins behind the bracket or the last element.
  [[nodiscard]] std::string take_rest();
  // The array that is open is over, and what follows begins with `rest`, at `byte`.
  void resume_after_array(std::string rest, std::uint64_t byte);

 private:
  bool more();
  bool at_value();
  bool skip_blanks();
  bool fault(End why);
  Token scalar();
  Token begin(char bracket);
  std::optional<std::string_view> whole();
  bool pass_over();

  ByteSource& source_;
  std::size_t read_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t base_ = 0;  // the place of buffer_'s beginning
  bool source_ended_ = false;
  std::vector<char> open_;
  bool value_due_ = false;  // after a key
  bool first_ = true;       // nothing yet inside the innermost bracket
  std::string key_;
  std::string_view text_;
  std::uint64_t text_byte_ = 0;
  std::uint64_t too_long_ = 0;
  End end_ = End::kNotYet;
};

}  // namespace lynxbench::trace
