// Walks over JSON text without building anything: values come as pieces of the text itself, so a
// number is exact to its last digit. Lenient where writers of traces are known to be careless: control
// characters and bytes that are no UTF-8 inside strings, escapes that JSON has not, NaN and Infinity,
// a comma before a closing bracket. What it cannot make sense of is a fault with its place.
//
//   JsonCursor json(R"({"name": "gemm", "ts": 12.500, "args": {"stream": 7}})");
//   if (json.enter('{')) {
//     while (std::optional<std::string_view> key = json.key()) {
//       if (*key == "ts") ts = json.scalar();            // "12.500"
//       else if (*key == "name") name = json.string();   // "gemm", escapes not undone: unescaped()
//       else json.skip();
//     }
//   }
//   if (json.fault() != JsonFault::kNone) ...             // at json.position()
//
// Each value must be taken by exactly one of enter(), string(), scalar(), raw() and skip(). After a
// fault every call says there is nothing more. Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lynxbench::trace {

enum class JsonFault {
  kNone,
  kCut,        // the text ended inside a value
  kMalformed,  // something else than what must stand there
  kTooDeep,    // more than kMaxDepth brackets inside one another
};

class JsonCursor {
 public:
  static constexpr int kMaxDepth = 512;

  explicit JsonCursor(std::string_view text)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  // The first character of the value that comes next: '{', '[', '"', or the first of a number or
  // word; '\0' at the text's end and after a fault (a NUL byte in the text is one).
  char peek();
  // Goes into an object ('{') or array ('['). False, and nothing is consumed, when the next value
  // is none; at the end of the text that is a fault.
  [[nodiscard]] bool enter(char bracket);
  // The next member's name, whose value must be taken next (escapes are not undone); nothing after
  // the last, when the closing brace has been consumed.
  [[nodiscard]] std::optional<std::string_view> key();
  // Whether another element follows; false after the last, when the bracket has been consumed.
  [[nodiscard]] bool element();
  // A string without its quotes. A value that is no string is skipped and gives "".
  [[nodiscard]] std::string_view string();
  // A number, true, false, null, NaN as it stands; of a string what is between its quotes (some
  // writers quote numbers). An object or array is skipped and gives "".
  [[nodiscard]] std::string_view scalar();
  // Any value as it stands, brackets and quotes included.
  [[nodiscard]] std::string_view raw();
  void skip();

  [[nodiscard]] JsonFault fault() const { return fault_; }
  [[nodiscard]] std::size_t position() const { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] std::string_view text() const {
    return {begin_, static_cast<std::size_t>(end_ - begin_)};
  }
  // Strings so far that had a raw control character in them, which JSON does not allow.
  [[nodiscard]] std::size_t control_characters() const { return control_characters_; }

 private:
  void skip_blanks();
  void fail(JsonFault fault) {
    if (fault_ == JsonFault::kNone) fault_ = fault;
  }
  bool between(char closing);
  std::string_view quoted();
  std::string_view word();
  void skip_container();

  const char* begin_;
  const char* at_;
  const char* end_;
  bool first_ = false;  // directly behind an opening bracket
  JsonFault fault_ = JsonFault::kNone;
  std::size_t control_characters_ = 0;
};

// `text`, as string() and key() give it, with its escapes undone; an escape that JSON has not stays as
// it is (a Windows path), and half of a surrogate pair becomes U+FFFD.
[[nodiscard]] std::string unescaped(std::string_view text);

}  // namespace lynxbench::trace
