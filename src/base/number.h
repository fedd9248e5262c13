// A number that is a whole text, in the C locale.
//
//   number_in<double>("2.5e3")      -> 2500
//   number_in<std::int64_t>("-12")  -> -12
//   number_in<std::int64_t>("12 ")  -> nothing; neither for "", "+1", "1.5" and what does not fit
//
// Of double, "inf" and "nan" are numbers too.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace lynxbench {

template <typename Number>
[[nodiscard]] std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace lynxbench
