#include "trace/array_scanner.h"

#include <algorithm>
#include <cstdint>

namespace lynxbench::trace {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEventHead = "{\"cat\"";
// An element in which an event line was met is followed this much further, no more: else a file of
// nothing but broken events would be read once for each of them.
constexpr std::size_t kPatience = std::size_t{1} << 14;

std::size_t first_not_blank(std::string_view text, std::size_t from) {
  return std::min(text.find_first_not_of(kBlanks, from), text.size());
}

// Whether an event begins at `brace` on a line of its own.
bool is_event_line(std::string_view text, std::size_t brace) {
  return text.substr(brace, kEventHead.size()) == kEventHead;
}

struct Extent {
  bool matched = false;
  std::size_t end = 0;
};

// From an opening brace or bracket to the one that matches it, strings passed over.
Extent extent_from(std::string_view text, std::size_t begin) {
  std::size_t limit = text.size();
  std::int64_t depth = 0;
  bool in_string = false;
  for (std::size_t i = begin; i < limit; ++i) {
    switch (text[i]) {
      case '"':
        in_string = !in_string;
        break;
      case '\\':
        if (in_string) ++i;
        break;
      case '{':
      case '[':
        if (!in_string) ++depth;
        break;
      case '}':
      case ']':
        if (!in_string && --depth == 0) return {true, i + 1};
        break;
      case '\n':
        if (limit - i > kPatience && is_event_line(text, i + 1)) limit = i + kPatience;
        break;
      default:
        break;
    }
  }
  return {false, limit};
}

}  // namespace

bool is_one_object(std::string_view text) {
  if (text.empty() || text.front() != '{') return false;
  const Extent extent = extent_from(text, 0);
  return extent.matched && extent.end == text.size();
}

ArrayScanner::ArrayScanner(std::string_view text) : text_(text) {
  at_ = first_not_blank(text, 0);
  if (at_ < text.size()) ++at_;  // the bracket
}

// The end of an element that is no object.
std::size_t ArrayScanner::end_of_other(std::size_t begin) const {
  if (text_[begin] == '[') {
    const Extent extent = extent_from(text_, begin);
    return extent.matched ? extent.end : event_line_after(begin);
  }
  if (text_[begin] != '"') return std::min(text_.find_first_of(",]{", begin + 1), text_.size());
  for (std::size_t i = begin + 1; i < text_.size(); ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == '"') {
      return ends_element(i + 1) ? i + 1 : event_line_after(begin);
    }
  }
  return event_line_after(begin);
}

std::size_t ArrayScanner::event_line_after(std::size_t from) const {
  for (std::size_t line = text_.find('\n', from); line != std::string_view::npos;
       line = text_.find('\n', line + 1)) {
    if (is_event_line(text_, line + 1)) return line + 1;
  }
  return text_.size();
}

bool ArrayScanner::ends_element(std::size_t at) const {
  const std::size_t next = first_not_blank(text_, at);
  return next == text_.size() || text_[next] == ',' || text_[next] == ']';
}

// The element from `begin` to `end`, without the separators behind it.
Element ArrayScanner::element_until(Element::Form form, std::size_t begin, std::size_t end) {
  at_ = end;
  std::string_view text = text_.substr(begin, end - begin);
  if (end == text_.size() && form == Element::Form::kBroken) form = Element::Form::kCut;
  if (form == Element::Form::kBroken || form == Element::Form::kCut) {
    const std::size_t last = text.find_last_not_of(", \t\r\n]");
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  }
  return {form, text, begin};
}

std::optional<Element> ArrayScanner::next() {
  at_ = std::min(text_.find_first_not_of(", \t\r\n", at_), text_.size());
  if (at_ == text_.size()) return std::nullopt;
  if (text_[at_] == ']') {
    closed_ = true;
    ++at_;
    return std::nullopt;
  }
  const std::size_t begin = at_;
  if (text_[begin] == '{') {
    const Extent extent = extent_from(text_, begin);
    if (extent.matched && ends_element(extent.end)) {
      return element_until(Element::Form::kObject, begin, extent.end);
    }
    return element_until(Element::Form::kBroken, begin, event_line_after(begin));
  }
  return element_until(Element::Form::kOther, begin, end_of_other(begin));
}

Element ArrayScanner::cut_short(const Element& element) {
  const std::size_t line = event_line_after(element.byte);
  if (line >= element.byte + element.text.size()) return element;
  return element_until(Element::Form::kBroken, element.byte, line);
}

Element ArrayScanner::widen(const Element& element) {
  return element_until(Element::Form::kBroken, element.byte, event_line_after(element.byte));
}

}  // namespace lynxbench::trace
