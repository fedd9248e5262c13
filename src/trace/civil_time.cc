#include "trace/civil_time.h"

#include <chrono>

namespace lynxbench::trace {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

// Reads a text from the left; what does not fit ends it.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `digits` digits, whose number is at most `most`.
  std::optional<int> number(std::size_t digits, int most) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    if (value > most) return std::nullopt;
    return value;
  }
  // Digits of a second's fraction as nanoseconds: 1 to 9 of them.
  std::optional<std::int64_t> fraction_ns() {
    std::int64_t value = 0;
    std::int64_t unit = kSecondNs;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (unit == 1) return std::nullopt;
      unit /= 10;
      value += unit * (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (unit == kSecondNs) return std::nullopt;
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<std::int64_t> date_ns(Scanner& in) {
  namespace chrono = std::chrono;
  const std::optional<int> year = in.number(4, 2260);
  const char separator = in.take('-') ? '-' : '/';
  if (!year || *year < 1970 || (separator == '/' && !in.take('/'))) return std::nullopt;
  const std::optional<int> month = in.number(2, 12);
  if (!month || !in.take(separator)) return std::nullopt;
  const std::optional<int> day = in.number(2, 31);
  if (!day) return std::nullopt;
  const chrono::year_month_day date(chrono::year(*year),
                                    chrono::month(static_cast<unsigned>(*month)),
                                    chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return chrono::nanoseconds(chrono::sys_days(date).time_since_epoch()).count();
}

std::optional<std::int64_t> clock_ns(Scanner& in) {
  const std::optional<int> hour = in.number(2, 23);
  if (!hour || !in.take(':')) return std::nullopt;
  const std::optional<int> minute = in.number(2, 59);
  if (!minute || !in.take(':')) return std::nullopt;
  const std::optional<int> second = in.number(2, 60);  // 60: a leap second
  if (!second) return std::nullopt;
  const std::int64_t whole = kSecondNs * (std::int64_t{*hour} * 3600 + *minute * 60 + *second);
  if (!in.take('.')) return whole;
  const std::optional<std::int64_t> fraction = in.fraction_ns();
  if (!fraction) return std::nullopt;
  return whole + *fraction;
}

// "Z", "+01:00" or "-0530" as what local time is ahead of UTC.
std::optional<std::int64_t> zone_ns(Scanner& in) {
  if (in.take('Z') || in.take('z')) return 0;
  const bool behind = in.take('-');
  if (!behind && !in.take('+')) return std::nullopt;
  const std::optional<int> hours = in.number(2, 23);
  if (!hours) return std::nullopt;
  in.take(':');
  const std::optional<int> minutes = in.number(2, 59);
  if (!minutes) return std::nullopt;
  const std::int64_t ahead = kSecondNs * 60 * (std::int64_t{*hours} * 60 + *minutes);
  return behind ? -ahead : ahead;
}

}  // namespace

std::optional<CivilTime> civil_time(std::string_view text) {
  Scanner in(text);
  const std::optional<std::int64_t> date = date_ns(in);
  if (!date || (!in.take('T') && !in.take(' '))) return std::nullopt;
  const std::optional<std::int64_t> clock = clock_ns(in);
  if (!clock) return std::nullopt;
  if (in.at_end()) return CivilTime{*date + *clock, false};
  const std::optional<std::int64_t> zone = zone_ns(in);
  if (!zone || !in.at_end()) return std::nullopt;
  return CivilTime{*date + *clock - *zone, true};
}

std::optional<std::int64_t> time_of_day_ns(std::string_view text) {
  Scanner in(text);
  const std::optional<std::int64_t> clock = clock_ns(in);
  if (!clock || !in.at_end()) return std::nullopt;
  return clock;
}

}  // namespace lynxbench::trace
