#include "base/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace lynxbench {
namespace {

struct NamedUnit {
  std::string_view name;
  double factor;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A number and the unit behind it, as number x factor.
std::optional<double> parse_with_unit(std::string_view text, std::span<const NamedUnit> units) {
  text = trimmed(text);
  double number = 0;
  auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || !std::isfinite(number)) return std::nullopt;
  std::string_view unit = trimmed({rest, static_cast<std::size_t>(text.data() + text.size() - rest)});
  for (const NamedUnit& candidate : units) {
    if (candidate.name == unit) return number * candidate.factor;
  }
  return std::nullopt;
}

constexpr std::array<NamedUnit, 6> kDurations{
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}}};
constexpr std::array<NamedUnit, 3> kRates{{{"/s", 1}, {"/min", 1.0 / 60}, {"/h", 1.0 / 3600}}};
constexpr std::array<NamedUnit, 2> kRatios{{{"%", 0.01}, {"", 1}}};
constexpr std::array<NamedUnit, 7> kBytes{{{"B", 1},
                                       {"kB", 1e3},
                                       {"KiB", 1024},
                                       {"MB", 1e6},
                                       {"MiB", 1048576},
                                       {"GB", 1e9},
                                       {"GiB", 1073741824}}};

std::string scaled_text(double value, std::span<const NamedUnit> units, std::string_view space) {
  const NamedUnit* chosen = &units.front();
  for (const NamedUnit& unit : units) {
    if (std::abs(value) >= unit.factor) chosen = &unit;
  }
  return fmt::format("{}{}{}", number_text(value / chosen->factor), space, chosen->name);
}

}  // namespace

Result<Nanos> parse_duration(std::string_view text) {
  std::optional<double> value = parse_with_unit(text, kDurations);
  if (!value || *value < 0 || *value > 9e18) {
    return error(ErrorCode::kInvalidInput,
                 "\"{}\" is not a duration; write a number and ns, us, ms, s, min or h, such as 250ms", text);
  }
  return Nanos{std::llround(*value)};
}

Result<double> parse_rate(std::string_view text) {
  std::optional<double> value = parse_with_unit(text, kRates);
  if (!value || *value < 0) {
    return error(ErrorCode::kInvalidInput,
                 "\"{}\" is not a rate; write a number and /s, /min or /h, such as 20/s", text);
  }
  return *value;
}

Result<double> parse_ratio(std::string_view text) {
  std::optional<double> value = parse_with_unit(text, kRatios);
  if (!value || *value < 0) {
    return error(ErrorCode::kInvalidInput, "\"{}\" is not a ratio; write a percentage such as 5%, or 0.05", text);
  }
  return *value;
}

Result<std::int64_t> parse_bytes(std::string_view text) {
  std::optional<double> value = parse_with_unit(text, kBytes);
  if (!value || *value < 0 || *value > 9e18) {
    return error(ErrorCode::kInvalidInput,
                 "\"{}\" is not a size; write a number and B, kB, KiB, MB, MiB, GB or GiB, such as 64MiB", text);
  }
  return std::llround(*value);
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
  double magnitude = std::abs(value);
  if (magnitude < 1e-4 || magnitude >= 1e7) return fmt::format("{:.{}e}", value, digits - 1);
  int before = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, digits - before));
}

std::string duration_text(double nanoseconds) {
  static constexpr std::array<NamedUnit, 4> kShown{{{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
  return scaled_text(nanoseconds, kShown, " ");
}

std::string rate_text(double per_second) { return number_text(per_second) + "/s"; }

std::string ratio_text(double ratio) { return number_text(ratio * 100) + " %"; }

std::string bytes_text(double bytes) {
  static constexpr std::array<NamedUnit, 4> kShown{{{"B", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}}};
  return scaled_text(bytes, kShown, " ");
}

std::string count_text(double value) {
  static constexpr std::array<NamedUnit, 5> kShown{{{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}}};
  std::string text = scaled_text(value, kShown, " ");
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace lynxbench
