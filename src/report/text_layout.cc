#include "report/text_layout.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace lynxbench::report {
namespace {

constexpr utf8proc_int32_t kReplacement = 0xFFFD;

// The next character of `text`, which is taken off its front.
utf8proc_int32_t next_character(std::string_view& text) {
  utf8proc_int32_t character = kReplacement;
  utf8proc_ssize_t bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &character);
  if (bytes <= 0) {
    character = kReplacement;
    bytes = 1;
  }
  text.remove_prefix(static_cast<std::size_t>(bytes));
  return character;
}

void append(std::string& out, utf8proc_int32_t character) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  utf8proc_ssize_t count = utf8proc_encode_char(character, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(count));
}

bool is_blank(utf8proc_int32_t character) {
  return character == ' ' || character == '\n' || character == '\t' || character == '\r';
}

bool would_mislead(utf8proc_int32_t character) {
  constexpr utf8proc_int32_t kNonJoiner = 0x200C, kJoiner = 0x200D;  // part of ordinary writing
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
      return true;
    case UTF8PROC_CATEGORY_CF:
      return character != kNonJoiner && character != kJoiner;
    default:
      return false;
  }
}

// The part of `word` that fits into `columns`, never cut before a combining mark; up to a mark
// between parts of a name, where there is one in its second half.
std::string_view fitting(std::string_view word, int columns) {
  std::string_view rest = word;
  int used = 0;
  while (!rest.empty()) {
    std::string_view after = rest;
    int more = utf8proc_charwidth(next_character(after));
    if (used + more > columns && rest.size() < word.size()) break;
    used += more;
    rest = after;
  }
  std::string_view piece = word.substr(0, word.size() - rest.size());
  std::size_t mark = rest.empty() ? std::string_view::npos : piece.find_last_of("/@_.-");
  bool late = mark != std::string_view::npos && mark >= piece.size() / 2;
  return late ? piece.substr(0, mark + 1) : piece;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  bool blank_before = false;
  while (!text.empty()) {
    utf8proc_int32_t character = next_character(text);
    bool blank = is_blank(character);
    if (blank && !blank_before) out += ' ';
    if (!blank && would_mislead(character)) {
      out += fmt::format("\\u{{{:X}}}", static_cast<std::uint32_t>(character));
    } else if (!blank) {
      append(out, character);
    }
    blank_before = blank;
  }
  return out;
}

int width(std::string_view text) {
  int columns = 0;
  while (!text.empty()) columns += utf8proc_charwidth(next_character(text));
  return columns;
}

std::string padded(std::string_view text, int columns, Align align) {
  std::string blanks(static_cast<std::size_t>(std::max(0, columns - width(text))), ' ');
  return align == Align::kLeft ? std::string(text) + blanks : blanks + std::string(text);
}

std::vector<std::string> wrapped(std::string_view text, int columns) {
  columns = std::max(columns, 2);
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    std::string joint = lines.back().empty() ? "" : " ";
    if (width(lines.back()) + width(joint) + width(word) <= columns) {
      lines.back().append(joint).append(word);
      continue;
    }
    if (!lines.back().empty()) lines.emplace_back();
    while (width(word) > columns) {
      std::string_view piece = fitting(word, columns);
      lines.back() = piece;
      lines.emplace_back();
      word.remove_prefix(piece.size());
    }
    lines.back() = word;
  }
  return lines;
}

std::string bar(double ratio, int columns) {
  static constexpr std::array<std::string_view, 8> kParts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  int eighths = static_cast<int>(std::clamp(ratio, 0.0, 1.0) * columns * 8 + 0.5);
  if (ratio > 0 && eighths == 0) eighths = 1;  // a little is not nothing
  std::string blocks;
  for (int i = 0; i < eighths / 8; ++i) blocks += "█";
  blocks += kParts[static_cast<std::size_t>(eighths % 8)];
  return padded(blocks, columns, Align::kLeft);
}

}  // namespace lynxbench::report
