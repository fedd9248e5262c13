#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "trace/ort/event.h"

namespace lynxbench::trace::ort {
namespace {

// Exactly as ONNX Runtime lays an event out; no other writer puts a blank before the colon only.
constexpr std::string_view kNameHead = "\"name\" :\"";
constexpr std::string_view kNameTail = "\",\"args\" :";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

void append_control(std::string& out, char c) {
  out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
}

// Bytes of the UTF-8 character at the head of `text`; 0 when there is none. No overlong forms, no
// surrogates, nothing beyond U+10FFFF (RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&byte](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

bool is_escape(std::string_view text) {
  if (text.size() < 2) return false;
  if (text[1] != 'u') return std::string_view("\"\\/bfnrt").find(text[1]) != std::string_view::npos;
  return text.size() >= 6 &&
         text.substr(2, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// Strings of a text that is JSON but for stray backslashes and control characters.
void append_json(std::string& out, std::string_view text) {
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') {
      if (is_escape(text.substr(i))) {
        out += text.substr(i, 2);
        ++i;
      } else {
        out += "\\\\";
      }
    } else if (in_string && is_control(c)) {
      append_control(out, c);
    } else {
      out += c;
    }
  }
}

void append_raw_name(std::string& out, std::string_view name) {
  for (char c : name) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (is_control(c)) {
      append_control(out, c);
    } else {
      out += c;
    }
  }
}

struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::optional<Extent> name_of_own_layout(std::string_view event) {
  const std::size_t head = event.find(kNameHead);
  if (head == std::string_view::npos) return std::nullopt;
  const std::size_t begin = head + kNameHead.size();
  const std::size_t end = event.find(kNameTail, begin);
  if (end == std::string_view::npos) return std::nullopt;
  return Extent{begin, end};
}

}  // namespace

Layout layout_of(std::string_view event) {
  if (name_of_own_layout(event)) return Layout::kOwn;
  return event.find(kNameHead) == std::string_view::npos ? Layout::kOther : Layout::kOwnTorn;
}

std::string repaired(std::string_view event) {
  const std::string text = valid_utf8(event);
  const std::string_view whole = text;
  std::string out;
  out.reserve(text.size() + 16);
  const std::optional<Extent> name = name_of_own_layout(whole);
  if (!name) {
    append_json(out, whole);
    return out;
  }
  append_json(out, whole.substr(0, name->begin - 1));
  out += '"';
  append_raw_name(out, whole.substr(name->begin, name->end - name->begin));
  out += '"';
  append_json(out, whole.substr(name->end + 1));
  return out;
}

}  // namespace lynxbench::trace::ort
