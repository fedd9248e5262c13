// Walks over JSON text once, from member to member, where a few members of small documents matter and
// speed does: the events of a stream. Values that nobody asks for are passed over by their brackets and
// quotation marks alone. No copy, no padding, no nesting limit.
//
//   JsonCursor cursor(text);
//   cursor.members([&](JsonString key) {
//     if (key.is("id")) return cursor.string(id);
//     return cursor.skip();
//   });
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace lynxbench::protocol {

// A string as it stands in the text, between its quotation marks.
struct JsonString {
  std::string_view raw;
  bool escaped = false;  // has a backslash

  // Appends its characters; false for a bad escape (then `out` has the part before it). A surrogate
  // without its other half becomes U+FFFD.
  [[nodiscard]] bool append_to(std::string& out) const;
  [[nodiscard]] bool is(std::string_view text) const {
    if (!escaped) return raw == text;
    std::string plain;
    return append_to(plain) && plain == text;
  }
};

// Every function that returns bool: false for what is malformed; the cursor is of no use then.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // The next value's first byte: '{', '[', '"', 'n', 't', 'f', '-', a digit; '\0' at the end.
  [[nodiscard]] char peek() {
    skip_blanks();
    return at_ < end_ ? *at_ : '\0';
  }
  // Nothing but blanks follows.
  [[nodiscard]] bool at_end() { return peek() == '\0' && at_ == end_; }

  // For an object: use(key) for each member, which takes the value.
  template <typename Use>
  [[nodiscard]] bool members(Use use) {
    if (peek() != '{') return false;
    ++at_;
    if (peek() == '}') {
      ++at_;
      return true;
    }
    while (true) {
      JsonString key;
      if (!string(key) || peek() != ':') return false;
      ++at_;
      if (!use(key)) return false;
      const char next = peek();
      if (next == '\0') return false;
      ++at_;
      if (next == '}') return true;
      if (next != ',') return false;
    }
  }
  // For an array: use() for each element, which takes it.
  template <typename Use>
  [[nodiscard]] bool elements(Use use) {
    if (peek() != '[') return false;
    ++at_;
    if (peek() == ']') {
      ++at_;
      return true;
    }
    while (true) {
      if (!use()) return false;
      const char next = peek();
      if (next == '\0') return false;
      ++at_;
      if (next == ']') return true;
      if (next != ',') return false;
    }
  }
  [[nodiscard]] bool string(JsonString& out);
  // A whole number from 0; false in `is_one` (and passed over) for anything else.
  [[nodiscard]] bool number(std::uint64_t& out, bool& is_one);
  [[nodiscard]] bool null() { return word("null"); }
  // Any value.
  [[nodiscard]] bool skip();

 private:
  void skip_blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool word(std::string_view text) {
    if (static_cast<std::size_t>(end_ - at_) < text.size() || std::memcmp(at_, text.data(), text.size()) != 0) {
      return false;
    }
    at_ += text.size();
    return true;
  }
  // From behind the opening quotation mark to the first that ends it, or a backslash or control character.
  void to_special();
  bool skip_nested();
  bool skip_number();

  const char* at_;
  const char* end_;
};

inline void JsonCursor::to_special() {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1f);
  while (end_ - at_ >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at_));
    const __m128i found =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) {
      at_ += __builtin_ctz(mask);
      return;
    }
    at_ += 16;
  }
#endif
  while (at_ < end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
}

inline bool JsonCursor::string(JsonString& out) {
  if (peek() != '"') return false;
  const char* const begin = ++at_;
  out.escaped = false;
  while (true) {
    to_special();
    if (at_ >= end_) return false;
    if (*at_ == '"') {
      out.raw = {begin, static_cast<std::size_t>(at_ - begin)};
      ++at_;
      return true;
    }
    if (*at_ != '\\' || end_ - at_ < 2) return false;
    out.escaped = true;
    at_ += 2;
  }
}

inline bool JsonCursor::skip_number() {
  const char* const begin = at_;
  while (at_ < end_ && ((*at_ >= '0' && *at_ <= '9') || *at_ == '-' || *at_ == '+' || *at_ == '.' || *at_ == 'e' ||
                        *at_ == 'E')) {
    ++at_;
  }
  return at_ > begin;
}

inline bool JsonCursor::number(std::uint64_t& out, bool& is_one) {
  const char first = peek();
  is_one = false;
  if (first < '0' || first > '9') return skip();
  const char* const begin = at_;
  if (!skip_number()) return false;
  auto [end, problem] = std::from_chars(begin, at_, out);
  is_one = problem == std::errc{} && end == at_;
  return true;
}

inline bool JsonCursor::skip() {
  switch (peek()) {
    case '"': {
      JsonString unused;
      return string(unused);
    }
    case '{':
    case '[':
      return skip_nested();
    case 'n':
      return word("null");
    case 't':
      return word("true");
    case 'f':
      return word("false");
    default:
      return skip_number();
  }
}

inline bool JsonCursor::skip_nested() {
  std::size_t depth = 0;
  while (at_ < end_) {
    const char c = *at_;
    if (c == '"') {
      JsonString unused;
      if (!string(unused)) return false;
      continue;
    }
    ++at_;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return true;
  }
  return false;
}

}  // namespace lynxbench::protocol
