#include "trace/json_cursor.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstdint>

namespace lynxbench::trace {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// What ends a number or a word.
bool is_delimiter(char c) {
  return is_blank(c) || c == ',' || c == '}' || c == ']' || c == ':' || c == '{' || c == '[' ||
         c == '"';
}

struct StringStop {
  const char* at;        // at a quote or a backslash, or the end
  bool control = false;  // a control character before it
};

// The first quote or backslash at or after `at`.
StringStop string_stop(const char* at, const char* end) {
  StringStop stop{at};
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i highest_control = _mm_set1_epi8(0x1f);
  while (end - stop.at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(stop.at));
    const __m128i wanted =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, highest_control), bytes);
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(wanted));
    const auto controls = static_cast<unsigned>(_mm_movemask_epi8(control));
    if (found != 0) {
      const int offset = std::countr_zero(found);
      stop.control = stop.control || (controls & ((1U << offset) - 1)) != 0;
      stop.at += offset;
      return stop;
    }
    stop.control = stop.control || controls != 0;
    stop.at += 16;
  }
#endif
  for (; stop.at < end && *stop.at != '"' && *stop.at != '\\'; ++stop.at) {
    if (static_cast<unsigned char>(*stop.at) < 0x20) stop.control = true;
  }
  return stop;
}

// The first quote or bracket of any kind at or after `at`, or the end.
const char* structure_stop(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i opening = _mm_set1_epi8('{');  // '[' | 0x20
  const __m128i closing = _mm_set1_epi8('}');  // ']' | 0x20
  const __m128i bit = _mm_set1_epi8(0x20);
  while (end - at >= 16) {
    const __m128i bytes =
        _mm_or_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), bit);
    const __m128i wanted =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quote),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, opening), _mm_cmpeq_epi8(bytes, closing)));
    unsigned found = static_cast<unsigned>(_mm_movemask_epi8(wanted));
    for (; found != 0; found &= found - 1) {  // the bit also makes 0x02 a quote
      const char* candidate = at + std::countr_zero(found);
      if (*candidate != '\x02') return candidate;
    }
    at += 16;
  }
#endif
  while (at < end && *at != '"' && *at != '{' && *at != '}' && *at != '[' && *at != ']') ++at;
  return at;
}

}  // namespace

void JsonCursor::skip_blanks() {
  while (at_ < end_ && is_blank(*at_)) ++at_;
}

char JsonCursor::peek() {
  if (fault_ != JsonFault::kNone) return '\0';
  skip_blanks();
  if (at_ == end_) return '\0';
  if (*at_ == '\0') fail(JsonFault::kMalformed);  // not the text's end, which may yet be far
  return *at_;
}

bool JsonCursor::enter(char bracket) {
  const char next = peek();
  if (next == '\0') fail(JsonFault::kCut);
  if (next != bracket) return false;
  ++at_;
  first_ = true;
  return true;
}

// Whether another member or element follows; consumes the comma before it, or `closing`.
bool JsonCursor::between(char closing) {
  if (fault_ != JsonFault::kNone) return false;
  skip_blanks();
  bool comma = first_;
  first_ = false;
  while (at_ < end_ && *at_ == ',') {  // a comma too many is no reason to lose what follows
    comma = true;
    ++at_;
    skip_blanks();
  }
  if (at_ == end_) {
    fail(JsonFault::kCut);
    return false;
  }
  if (*at_ == closing) {
    ++at_;
    return false;
  }
  if (!comma) fail(JsonFault::kMalformed);
  return comma;
}

std::optional<std::string_view> JsonCursor::key() {
  if (!between('}')) return std::nullopt;
  if (*at_ != '"') {
    fail(JsonFault::kMalformed);
    return std::nullopt;
  }
  const std::string_view name = quoted();
  skip_blanks();
  if (fault_ == JsonFault::kNone && at_ == end_) fail(JsonFault::kCut);
  if (fault_ == JsonFault::kNone && *at_ != ':') fail(JsonFault::kMalformed);
  if (fault_ != JsonFault::kNone) return std::nullopt;
  ++at_;
  return name;
}

bool JsonCursor::element() { return between(']'); }

std::string_view JsonCursor::quoted() {
  const char* const start = at_ + 1;
  StringStop stop = string_stop(start, end_);
  bool control = stop.control;
  while (stop.at < end_ && *stop.at == '\\') {
    if (end_ - stop.at < 2) {
      stop.at = end_;
      break;
    }
    stop = string_stop(stop.at + 2, end_);
    control = control || stop.control;
  }
  if (stop.at >= end_) {
    at_ = end_;
    fail(JsonFault::kCut);
    return {};
  }
  if (control) ++control_characters_;
  at_ = stop.at + 1;
  return {start, static_cast<std::size_t>(stop.at - start)};
}

std::string_view JsonCursor::word() {
  const char* const start = at_;
  while (at_ < end_ && !is_delimiter(*at_)) ++at_;
  if (at_ == end_) fail(JsonFault::kCut);  // more of it may follow
  if (at_ == start) fail(JsonFault::kMalformed);
  return {start, static_cast<std::size_t>(at_ - start)};
}

std::string_view JsonCursor::string() {
  if (peek() == '"') return quoted();
  skip();
  return {};
}

std::string_view JsonCursor::scalar() {
  switch (peek()) {
    case '"': return quoted();
    case '{':
    case '[': skip_container(); return {};
    case '\0': fail(JsonFault::kCut); return {};
    default: return word();
  }
}

std::string_view JsonCursor::raw() {
  skip_blanks();
  const char* const start = at_;
  skip();
  if (fault_ != JsonFault::kNone) return {};
  return {start, static_cast<std::size_t>(at_ - start)};
}

void JsonCursor::skip() {
  switch (peek()) {
    case '"': quoted(); return;
    case '{':
    case '[': skip_container(); return;
    case '\0': fail(JsonFault::kCut); return;
    default: word();
  }
}

// Only brackets and strings are looked at; which bracket closes which is not.
void JsonCursor::skip_container() {
  int depth = 0;
  while (true) {
    at_ = structure_stop(at_, end_);
    if (at_ == end_) return fail(JsonFault::kCut);
    if (*at_ == '"') {
      quoted();
      if (fault_ != JsonFault::kNone) return;
      continue;
    }
    const bool opens = *at_ == '{' || *at_ == '[';
    ++at_;
    depth += opens ? 1 : -1;
    if (depth == 0) return;
    if (depth > kMaxDepth) return fail(JsonFault::kTooDeep);
  }
}

namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (code >> 6)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (code >> 12)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xf0 | (code >> 18)));
    out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

// Four hexadecimal digits at `at`.
std::optional<std::uint32_t> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (char c : text.substr(at, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

// The character that backslash and `c` stand for; 0: none.
char simple_escape(char c) {
  switch (c) {
    case '"': case '\\': case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

// Undoes \uXXXX at `at` (the backslash), with its second half when it has one. Returns the length.
std::size_t append_unicode(std::string& out, std::string_view text, std::size_t at) {
  const std::optional<std::uint32_t> first = hex4(text, at + 2);
  if (!first) {
    out.push_back('\\');
    return 1;
  }
  const bool high = *first >= 0xd800 && *first < 0xdc00;
  if (high && text.substr(at + 6, 2) == "\\u") {
    const std::optional<std::uint32_t> second = hex4(text, at + 8);
    if (second && *second >= 0xdc00 && *second < 0xe000) {
      append_utf8(out, 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00));
      return 12;
    }
  }
  append_utf8(out, *first >= 0xd800 && *first < 0xe000 ? 0xfffd : *first);
  return 6;
}

}  // namespace

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out.push_back(text[at++]);
    } else if (text[at + 1] == 'u') {
      at += append_unicode(out, text, at);
    } else if (const char plain = simple_escape(text[at + 1])) {
      out.push_back(plain);
      at += 2;
    } else {
      out.push_back(text[at++]);
    }
  }
  return out;
}

}  // namespace lynxbench::trace
