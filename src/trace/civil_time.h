// Dates and times of day as traces spell them, in nanoseconds since 1970.
//
//   civil_time("2024/06/01 11:27:05.177")          -> 1'717'241'225'177'000'000, zone unknown
//   civil_time("2026-02-25T10:00:02.5+01:00")      -> 1'772'010'002'500'000'000, zone known
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lynxbench::trace {

struct CivilTime {
  std::int64_t ns = 0;      // since 1970-01-01 UTC; without a zone: as if it were UTC
  bool zone_known = false;  // "Z" or an offset was there
};

// YYYY-MM-DD or YYYY/MM/DD, 'T' or a blank, HH:MM:SS, a fraction of up to nine digits, a zone: the
// last two may be absent. Nothing for anything else, and for years before 1970 or after 2260.
[[nodiscard]] std::optional<CivilTime> civil_time(std::string_view text);

// "11:27:05" and a fraction, as nanoseconds since midnight. Nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> time_of_day_ns(std::string_view text);

}  // namespace lynxbench::trace
