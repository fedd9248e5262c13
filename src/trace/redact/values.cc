#include "trace/redact/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "trace/decimal.h"
#include "trace/redact/names.h"

namespace lynxbench::trace::redact {

using namespace std::string_view_literals;

bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t first = at;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[first] == '0')) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::string number_text(std::string_view text) {
  if (text.empty()) return "\"\"";
  if (const std::optional<std::int64_t> value = whole_number(text)) {
    return is_number(text) ? std::string(text) : std::to_string(*value);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return "null";
  if (is_number(text)) return std::string(text);
  return fmt::format("{:e}", value);  // what was no whole number must not become one
}

std::string time_text(std::string_view text) {
  const std::optional<std::int64_t> ns = nanoseconds_of_microseconds(text);
  if (!ns) return "null";
  if (is_number(text)) return std::string(text);
  return microseconds_text(*ns);
}

std::string microseconds_text(std::int64_t ns) {
  const std::uint64_t size = ns < 0 ? 0 - static_cast<std::uint64_t>(ns)
                                    : static_cast<std::uint64_t>(ns);
  return fmt::format("{}{}.{:03}", ns < 0 ? "-" : "", size / 1000, size % 1000);
}

std::string_view device_name(std::string_view text) {
  constexpr std::array kMakers{"NVIDIA "sv, "Tesla "sv,  "GeForce "sv, "Quadro "sv, "AMD "sv,
                               "Instinct "sv, "Radeon "sv, "gfx"sv, "Intel"sv, "TPU "sv, "GPU "sv,
                               "Trainium"sv, "Ascend"sv};
  constexpr std::size_t kLongest = 80;
  const bool known = std::any_of(kMakers.begin(), kMakers.end(),
                                 [&](std::string_view maker) { return text.starts_with(maker); });
  return known && text.size() <= kLongest && !looks_private(text) ? text : std::string_view();
}

}  // namespace lynxbench::trace::redact
