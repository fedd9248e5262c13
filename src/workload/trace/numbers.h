// Numbers and dates of trace files as integers, exactly: a double has 53 bits, and nanoseconds since
// 1970 need 61.
//
//   whole_number("374")                                  -> 374            also "374.0"
//   scaled("27.5", 6)                                    -> 27'500'000     27.5 ms in ns
//   ns_of_date("2023-11-16 18:15:46.6805900")            -> ns since 1970, UTC where no zone is given
//   ns_of_log_date("10/Oct/2000:13:55:36 -0700")         -> ns since 1970
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lynxbench::workload::trace {

// decimal x 10^power; digits beyond the last whole one are cut off. Nothing when `decimal` is no
// decimal number or the result does not fit.
[[nodiscard]] std::optional<std::int64_t> scaled(std::string_view decimal, int power);

// >= 0 and without a fraction that is not 0; at most `most`.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view decimal,
                                                       std::int64_t most = std::int64_t{1} << 62);

// "YYYY-MM-DD hh:mm:ss" or with T, a fraction of any length, Z or an offset +hh:mm, +hhmm.
[[nodiscard]] std::optional<std::int64_t> ns_of_date(std::string_view text);

// "DD/Mon/YYYY:hh:mm:ss +hhmm", as web servers write it.
[[nodiscard]] std::optional<std::int64_t> ns_of_log_date(std::string_view text);

}  // namespace lynxbench::workload::trace
