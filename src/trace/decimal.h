// Decimal numbers of a trace as integer nanoseconds, exactly: a double has 53 bits, and
// microseconds since 1970 with three decimals need 61.
//
//   nanoseconds_of_seconds("1.5")                          -> 1'500'000'000
//   nanoseconds_of_milliseconds("0.873472")                -> 873'472
//   nanoseconds_of_microseconds("12.5")                    -> 12'500
//   nanoseconds_of_microseconds("1763878266192103.001")    -> 1'763'878'266'192'103'001
//   nanoseconds_of_microseconds("1e3")                     -> 1'000'000
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lynxbench::trace {

// `decimal` x 10^power. Digits behind the point that remain are rounded, halves away from zero.
// Nothing when `decimal` is no decimal number (NaN, Infinity, "") or does not fit into 63 bits.
[[nodiscard]] std::optional<std::int64_t> scaled_decimal(std::string_view decimal, int power);

[[nodiscard]] inline std::optional<std::int64_t> nanoseconds_of_seconds(std::string_view decimal) {
  return scaled_decimal(decimal, 9);
}
[[nodiscard]] inline std::optional<std::int64_t> nanoseconds_of_milliseconds(
    std::string_view decimal) {
  return scaled_decimal(decimal, 6);
}
[[nodiscard]] inline std::optional<std::int64_t> nanoseconds_of_microseconds(
    std::string_view decimal) {
  return scaled_decimal(decimal, 3);
}

// A whole number and nothing else: "-12". Nothing for "", "1.5", " 1" and what does not fit.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace lynxbench::trace
