#include "executor/fact.h"

#include <fmt/format.h>

namespace lynxbench::executor {
namespace {

// Length of the UTF-8 sequence at the start of `text`; 0 when it is none. Overlong forms,
// surrogates and values above U+10FFFF are none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!continues(1) || !continues(2)) return 0;
    bool overlong = first == 0xe0 && byte(1) < 0xa0;
    bool surrogate = first == 0xed && byte(1) > 0x9f;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    bool overlong = first == 0xf0 && byte(1) < 0x90;
    bool too_high = first == 0xf4 && byte(1) > 0x8f;
    return overlong || too_high ? 0 : 4;
  }
  return 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    std::size_t length = utf8_length(text);
    unsigned char first = static_cast<unsigned char>(text[0]);
    if (length == 0 || first < 0x20 || first == 0x7f) {
      shown += fmt::format("\\x{:02x}", first);
      length = 1;
    } else {
      shown += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return shown;
}

Fact measured(std::string name, std::string_view value, std::string source) {
  return {std::move(name), Provenance::kMeasured, printable(value), std::move(source), "", true};
}

Fact unknown(std::string name, std::string source, std::string reason) {
  return {std::move(name), Provenance::kUnknown, "", std::move(source), std::move(reason), true};
}

Fact passing(Fact fact) {
  fact.identity = false;
  return fact;
}

}  // namespace lynxbench::executor
