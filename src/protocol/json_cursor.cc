#include "protocol/json_cursor.h"

#include <algorithm>

namespace lynxbench::protocol {
namespace {

// Four hexadecimal digits; -1 for others.
std::int32_t unit_at(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  std::int32_t unit = 0;
  auto [end, problem] = std::from_chars(text.data() + at, text.data() + at + 4, unit, 16);
  return problem == std::errc{} && end == text.data() + at + 4 && text[at] != '-' ? unit : -1;
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0U | c >> 6);
    out += static_cast<char>(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0U | c >> 12);
    out += static_cast<char>(0x80U | (c >> 6 & 0x3fU));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  } else {
    out += static_cast<char>(0xf0U | c >> 18);
    out += static_cast<char>(0x80U | (c >> 12 & 0x3fU));
    out += static_cast<char>(0x80U | (c >> 6 & 0x3fU));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  }
}

bool is_high(std::int32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(std::int32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

bool JsonString::append_to(std::string& out) const {
  if (!escaped) {
    out += raw;
    return true;
  }
  constexpr std::string_view kShort = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t backslash = std::min(raw.find('\\', at), raw.size());
    out += raw.substr(at, backslash - at);
    at = backslash;
    if (at == raw.size()) break;
    if (at + 1 == raw.size()) return false;
    const char kind = raw[at + 1];
    at += 2;
    if (const std::size_t which = kShort.find(kind); which != std::string_view::npos) {
      out += kMeant[which];
      continue;
    }
    const std::int32_t unit = kind == 'u' ? unit_at(raw, at) : -1;
    if (unit < 0) return false;
    at += 4;
    auto c = static_cast<std::uint32_t>(unit);
    if (is_high(unit) && raw.substr(at, 2) == "\\u" && is_low(unit_at(raw, at + 2))) {
      c = 0x10000U + (c - 0xd800U) * 0x400U + (static_cast<std::uint32_t>(unit_at(raw, at + 2)) - 0xdc00U);
      at += 6;
    } else if (is_high(unit) || is_low(unit)) {
      c = 0xfffd;
    }
    append_utf8(out, c);
  }
  return true;
}

}  // namespace lynxbench::protocol
