#include "base/units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <span>

#include "base/number.h"

namespace lynxbench {
namespace {

// A unit as read: number x 10^exponent x multiply / divide, so that only one rounding happens.
struct ReadUnit {
  std::string_view name;
  int exponent = 0;
  std::int64_t multiply = 1;
  double divide = 1;
};

constexpr std::array<ReadUnit, 6> kDurations{
    {{"ns"}, {"us", 3}, {"ms", 6}, {"s", 9}, {"min", 9, 60}, {"h", 9, 3600}}};
constexpr std::array<ReadUnit, 3> kRates{{{"/s"}, {"/min", 0, 1, 60}, {"/h", 0, 1, 3600}}};
constexpr std::array<ReadUnit, 2> kRatios{{{"%", -2}, {""}}};
constexpr std::array<ReadUnit, 7> kBytes{{{"B"},
                                          {"kB", 3},
                                          {"KiB", 0, 1024},
                                          {"MB", 6},
                                          {"MiB", 0, 1048576},
                                          {"GB", 9},
                                          {"GiB", 0, 1073741824}}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A decimal number and the unit behind it, taken apart.
struct Quantity {
  std::string_view mantissa;  // "2.5"
  int exponent = 0;           // of "2.5e3"
  const ReadUnit* unit = nullptr;
};

std::optional<Quantity> taken_apart(std::string_view text, std::span<const ReadUnit> units) {
  static constexpr std::string_view kDigits = "0123456789";
  text = trimmed(text);
  std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  Quantity quantity;
  quantity.mantissa = text.substr(0, end);
  std::string_view rest = text.substr(end);
  if (rest.starts_with('e') || rest.starts_with('E')) {
    std::string_view exponent = rest.substr(1);
    std::size_t digits = exponent.starts_with('+') || exponent.starts_with('-') ? 1 : 0;
    std::size_t stop = std::min(exponent.find_first_not_of(kDigits, digits), exponent.size());
    if (exponent.starts_with('+')) exponent.remove_prefix(1), --stop;
    std::optional<int> value = number_in<int>(exponent.substr(0, stop));
    if (!value || std::abs(*value) > 1000) return std::nullopt;
    quantity.exponent = *value;
    rest = exponent.substr(stop);
  }
  for (const ReadUnit& candidate : units) {
    if (candidate.name == trimmed(rest)) quantity.unit = &candidate;
  }
  if (quantity.unit == nullptr) return std::nullopt;
  return quantity;
}

std::optional<double> as_double(const Quantity& quantity) {
  int exponent = quantity.exponent + quantity.unit->exponent;
  std::optional<double> scaled =
      number_in<double>(fmt::format("{}e{}", quantity.mantissa, exponent));
  if (!scaled) return std::nullopt;
  double value = *scaled * static_cast<double>(quantity.unit->multiply) / quantity.unit->divide;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

// Rounded to a whole number; exact where a double is not, when it was written without a fraction.
std::optional<std::int64_t> as_whole(const Quantity& quantity) {
  std::optional<std::int64_t> whole;
  if (quantity.exponent == 0) whole = number_in<std::int64_t>(quantity.mantissa);
  std::int64_t factor = quantity.unit->multiply;
  for (int i = 0; i < quantity.unit->exponent; ++i) factor *= 10;
  std::int64_t product = 0;
  if (whole && !__builtin_mul_overflow(*whole, factor, &product)) return product;
  std::optional<double> value = as_double(quantity);
  if (!value || *value >= 0x1p63) return std::nullopt;
  return std::llround(*value);
}

std::optional<double> read_double(std::string_view text, std::span<const ReadUnit> units) {
  std::optional<Quantity> quantity = taken_apart(text, units);
  return quantity ? as_double(*quantity) : std::nullopt;
}

std::optional<std::int64_t> read_whole(std::string_view text, std::span<const ReadUnit> units) {
  std::optional<Quantity> quantity = taken_apart(text, units);
  return quantity ? as_whole(*quantity) : std::nullopt;
}

// A unit as shown to people.
struct ShownUnit {
  std::string_view name;
  double factor;
};

// The largest unit of which the value, rounded to what is shown, is at least one.
std::string scaled_text(double value, std::span<const ShownUnit> units) {
  double rounded = number_in<double>(fmt::format("{:.2e}", std::abs(value))).value_or(0);
  const ShownUnit* chosen = &units.front();
  for (const ShownUnit& unit : units) {
    if (rounded >= unit.factor) chosen = &unit;
  }
  return fmt::format("{} {}", number_text(value / chosen->factor), chosen->name);
}

}  // namespace

Result<Nanos> parse_duration(std::string_view text) {
  std::optional<std::int64_t> value = read_whole(text, kDurations);
  if (!value) {
    return error(
        ErrorCode::kInvalidInput,
        "\"{}\" is not a duration; write a number and ns, us, ms, s, min or h, such as 250ms",
        text);
  }
  return Nanos{*value};
}

Result<double> parse_rate(std::string_view text) {
  std::optional<double> value = read_double(text, kRates);
  if (!value) {
    return error(ErrorCode::kInvalidInput,
                 "\"{}\" is not a rate; write a number and /s, /min or /h, such as 20/s", text);
  }
  return *value;
}

Result<double> parse_ratio(std::string_view text) {
  std::optional<double> value = read_double(text, kRatios);
  if (!value) {
    return error(ErrorCode::kInvalidInput,
                 "\"{}\" is not a ratio; write a percentage such as 5%, or 0.05", text);
  }
  return *value;
}

Result<std::int64_t> parse_bytes(std::string_view text) {
  std::optional<std::int64_t> value = read_whole(text, kBytes);
  if (!value) {
    return error(
        ErrorCode::kInvalidInput,
        "\"{}\" is not a size; write a number and B, kB, KiB, MB, MiB, GB or GiB, such as 64MiB",
        text);
  }
  return *value;
}

std::string exact_duration(Nanos value) {
  std::int64_t n = value.count();
  if (n == 0) return "0s";
  if (n % 1'000'000'000 == 0) return fmt::format("{}s", n / 1'000'000'000);
  if (n % 1'000'000 == 0) return fmt::format("{}ms", n / 1'000'000);
  if (n % 1'000 == 0) return fmt::format("{}us", n / 1'000);
  return fmt::format("{}ns", n);
}

std::string number_text(double value, int digits) {
  if (value == 0) return "0";
  // The exponent after rounding: 9.996 is 10.0 with three digits.
  std::string scientific = fmt::format("{:.{}e}", value, digits - 1);
  std::size_t e = scientific.find('e');
  if (e == std::string::npos) return scientific;  // not finite
  int exponent = std::atoi(scientific.c_str() + e + 1);
  if (exponent < -4 || exponent >= 7) return scientific;
  return fmt::format("{:.{}f}", value, std::max(0, digits - 1 - exponent));
}

std::string duration_text(double nanoseconds) {
  static constexpr std::array<ShownUnit, 4> kShown{
      {{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
  return scaled_text(nanoseconds, kShown);
}

std::string rate_text(double per_second) { return number_text(per_second) + "/s"; }

std::string ratio_text(double ratio) { return number_text(ratio * 100) + " %"; }

std::string bytes_text(double bytes) {
  static constexpr std::array<ShownUnit, 4> kShown{
      {{"B", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}}};
  return scaled_text(bytes, kShown);
}

std::string count_text(double value) {
  static constexpr std::array<ShownUnit, 5> kShown{
      {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}}};
  std::string text = scaled_text(value, kShown);
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace lynxbench
