#include "trace/decimal.h"

#include <cstddef>
#include <limits>

#include "base/number.h"

namespace lynxbench::trace {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// The exponent after an 'e', held within +-100'000: beyond it every number is 0 or does not fit.
std::optional<std::int64_t> take_exponent(std::string_view& text) {
  if (!take(text, 'e') && !take(text, 'E')) return 0;
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const std::string_view digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (char digit : digits) {
    if (value < 100'000) value = value * 10 + (digit - '0');
  }
  return negative ? -value : value;
}

// Digits of a number without its point: whole part, then fraction.
struct Digits {
  std::string_view whole;
  std::string_view fraction;
  [[nodiscard]] std::int64_t count() const {
    return static_cast<std::int64_t>(whole.size() + fraction.size());
  }
  // 0 before the first and after the last.
  [[nodiscard]] int at(std::int64_t position) const {
    if (position < 0 || position >= count()) return 0;
    const auto index = static_cast<std::size_t>(position);
    return (index < whole.size() ? whole[index] : fraction[index - whole.size()]) - '0';
  }
};

// The number whose point stands after the first `length` digits, rounded.
std::optional<std::int64_t> rounded(const Digits& digits, std::int64_t length) {
  std::int64_t value = 0;
  for (std::int64_t i = 0; i < length; ++i) {
    if (value == 0 && i >= digits.count()) return 0;
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, std::int64_t{digits.at(i)}, &value)) return std::nullopt;
  }
  if (digits.at(length) >= 5 && __builtin_add_overflow(value, std::int64_t{1}, &value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<std::int64_t> scaled_decimal(std::string_view decimal, int power) {
  const bool negative = take(decimal, '-');
  Digits digits;
  digits.whole = take_digits(decimal);
  if (digits.whole.empty()) return std::nullopt;
  if (take(decimal, '.')) {
    digits.fraction = take_digits(decimal);
    if (digits.fraction.empty()) return std::nullopt;
  }
  const std::optional<std::int64_t> exponent = take_exponent(decimal);
  if (!exponent || !decimal.empty()) return std::nullopt;
  const std::int64_t length = static_cast<std::int64_t>(digits.whole.size()) + *exponent + power;
  const std::optional<std::int64_t> value = rounded(digits, length);
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  return number_in<std::int64_t>(text);
}

}  // namespace lynxbench::trace
