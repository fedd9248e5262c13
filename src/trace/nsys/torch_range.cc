#include "trace/nsys/torch_range.h"

#include <algorithm>

namespace lynxbench::trace::nsys {
namespace {

constexpr std::string_view kDigits = "0123456789";

// Where the appended fields begin; the text's length when there are none.
std::size_t fields_begin(std::string_view text) {
  for (std::size_t comma = text.find(','); comma != std::string_view::npos;
       comma = text.find(',', comma + 1)) {
    const std::string_view rest = text.substr(comma);
    for (std::string_view field : {", op_id = ", ", seq = ", ", sizes = ["}) {
      if (rest.starts_with(field)) return comma;
    }
  }
  return text.size();
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// A number, or a list in brackets, from the front of `text`; "" when there is neither.
std::string_view take_value(std::string_view& text) {
  std::size_t length = 0;
  if (!text.starts_with('[')) {
    length = std::min(text.find_first_not_of(kDigits), text.size());
  } else {
    int depth = 0;
    while (length < text.size()) {
      const char c = text[length++];
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (depth == 0) break;
    }
    if (depth != 0) length = 0;
  }
  const std::string_view value = text.substr(0, length);
  text.remove_prefix(length);
  return value;
}

bool take_dims(std::string_view& text) {
  if (!take(text, "[")) return false;
  while (!take(text, "]")) {
    take(text, "-");
    const std::size_t digits = std::min(text.find_first_not_of(kDigits), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
    if (!take(text, ",") && !text.starts_with(']')) return false;
  }
  return true;
}

bool is_list_of_dims(std::string_view text) {
  if (!take(text, "[")) return false;
  while (!take(text, "]")) {
    if (!take_dims(text)) return false;
    if (!take(text, ",") && !text.starts_with(']')) return false;
  }
  return text.empty();
}

std::string shapes_of(std::string_view value) {
  std::string shapes(value);
  std::erase(shapes, ' ');
  return is_list_of_dims(shapes) && shapes.find(",]") == std::string::npos ? shapes : "";
}

}  // namespace

std::optional<TorchRange> torch_range(std::string_view text) {
  const std::size_t begin = fields_begin(text);
  if (begin == 0 || begin == text.size()) return std::nullopt;
  TorchRange range{text.substr(0, begin), ""};
  std::string_view fields = text.substr(begin);
  for (std::string_view key : {"seq", "op_id", "sizes", "input_op_ids"}) {
    std::string_view rest = fields;
    if (!take(rest, ", ") || !take(rest, key) || !take(rest, " = ")) continue;
    const std::string_view value = take_value(rest);
    if (value.empty()) return std::nullopt;
    if (key == "sizes") range.shapes = shapes_of(value);
    fields = rest;
  }
  if (!fields.empty()) return std::nullopt;
  return range;
}

}  // namespace lynxbench::trace::nsys
