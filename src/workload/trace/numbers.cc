#include "workload/trace/numbers.h"

#include <array>
#include <charconv>
#include <chrono>

namespace lynxbench::workload::trace {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes text apart from the left; any step that does not fit makes it fail for good.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  // Exactly `digits` of them.
  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      char c = take();
      if (!is_digit(c)) ok_ = false;
      value = value * 10 + (c - '0');
    }
    return value;
  }
  void expect(char c) { ok_ = take() == c && ok_; }
  char take() {
    if (text_.empty()) {
      ok_ = false;
      return '\0';
    }
    char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  [[nodiscard]] char look() const { return text_.empty() ? '\0' : text_.front(); }
  [[nodiscard]] bool done() const { return ok_ && text_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }
  std::string_view take(std::size_t n) {
    std::string_view taken = text_.substr(0, n);
    ok_ = ok_ && taken.size() == n;
    text_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

struct Clock {
  int hour = 0, minute = 0, second = 0;
};

std::optional<std::int64_t> ns_since_1970(int year, int month, int day, Clock clock, std::int64_t fraction_ns,
                                          int offset_minutes) {
  using namespace std::chrono;
  year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                      std::chrono::day{static_cast<unsigned>(day)}};
  // What int64 nanoseconds hold, with some room; second 60 is a leap second.
  if (!date.ok() || year < 1700 || year > 2200) return std::nullopt;
  if (clock.hour > 23 || clock.minute > 59 || clock.second > 60) return std::nullopt;
  std::int64_t days = sys_days(date).time_since_epoch().count();
  std::int64_t seconds = ((days * 24 + clock.hour) * 60 + clock.minute - offset_minutes) * 60 + clock.second;
  return seconds * kNsPerSecond + fraction_ns;
}

Clock read_clock(Cursor& at) {
  Clock clock;
  clock.hour = at.number(2);
  at.expect(':');
  clock.minute = at.number(2);
  at.expect(':');
  clock.second = at.number(2);
  return clock;
}

std::int64_t read_fraction(Cursor& at) {
  if (at.look() != '.' && at.look() != ',') return 0;
  at.take();
  std::int64_t ns = 0, unit = kNsPerSecond / 10;
  do {
    ns += at.number(1) * unit;
    unit /= 10;
  } while (is_digit(at.look()));
  return ns;
}

// "+hh:mm", "-hhmm", "Z" or nothing, in minutes.
int read_offset(Cursor& at) {
  char sign = at.look();
  if (sign == 'Z' || sign == 'z') at.take();
  if (sign != '+' && sign != '-') return 0;
  at.take();
  int hours = at.number(2);
  if (at.look() == ':') at.take();
  int minutes = hours * 60 + (at.look() == '\0' ? 0 : at.number(2));
  return sign == '-' ? -minutes : minutes;
}

}  // namespace

std::optional<std::int64_t> scaled(std::string_view decimal, int power) {
  bool negative = decimal.starts_with('-');
  if (negative || decimal.starts_with('+')) decimal.remove_prefix(1);
  std::size_t e = decimal.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view exponent = decimal.substr(e + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    int value = 0;
    auto [end, problem] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
    if (problem != std::errc{} || end != exponent.data() + exponent.size() || value < -1000 || value > 1000) return std::nullopt;
    power += value;
    decimal = decimal.substr(0, e);
  }
  std::int64_t value = 0;
  bool after_point = false, any = false;
  for (char c : decimal) {
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(c)) return std::nullopt;
    any = true;
    if (after_point && power <= 0) continue;  // cut off
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value) || __builtin_add_overflow(value, c - '0', &value)) {
      return std::nullopt;
    }
    if (after_point) --power;
  }
  if (!any) return std::nullopt;
  for (; power > 0 && value != 0; --power) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
  }
  for (; power < 0 && value != 0; ++power) value /= 10;
  return negative ? -value : value;
}

std::optional<std::int64_t> whole_number(std::string_view decimal, std::int64_t most) {
  std::optional<std::int64_t> value = scaled(decimal, 0), finer = scaled(decimal, 3);
  if (!value || *value < 0 || *value > most) return std::nullopt;
  if (finer && *finer != *value * 1000) return std::nullopt;
  return value;
}

std::optional<std::int64_t> ns_of_date(std::string_view text) {
  Cursor at(text);
  int year = at.number(4);
  at.expect('-');
  int month = at.number(2);
  at.expect('-');
  int day = at.number(2);
  char between = at.take();
  if (between != ' ' && between != 'T' && between != 't') return std::nullopt;
  Clock clock = read_clock(at);
  std::int64_t fraction = read_fraction(at);
  int offset = read_offset(at);
  if (!at.done()) return std::nullopt;
  return ns_since_1970(year, month, day, clock, fraction, offset);
}

std::optional<std::int64_t> ns_of_log_date(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  Cursor at(text);
  int day = at.number(2);
  at.expect('/');
  std::size_t month = kMonths.find(at.take(3));
  at.expect('/');
  int year = at.number(4);
  at.expect(':');
  Clock clock = read_clock(at);
  if (at.look() == ' ') at.take();
  int offset = read_offset(at);
  if (!at.done() || month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  return ns_since_1970(year, static_cast<int>(month / 3) + 1, day, clock, 0, offset);
}

}  // namespace lynxbench::workload::trace
