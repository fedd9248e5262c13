// Quantities as people write them in a contract, and back.
//
//   parse_duration("2.5ms")  -> 2'500'000 ns        ns, us, ms, s, min, h
//   parse_rate("120/s")      -> 120.0 per second    /s, /min, /h
//   parse_ratio("5%")        -> 0.05                "0.05" as well
//   parse_bytes("64MiB")     -> 67'108'864          B, kB, KiB, MB, MiB, GB, GiB
//   duration_text(2500000ns) -> "2.50 ms"           for people: three digits
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace lynxbench {

// Each fails with kInvalidInput, saying what was read and what would be right.
[[nodiscard]] Result<Nanos> parse_duration(std::string_view text);
[[nodiscard]] Result<double> parse_rate(std::string_view text);
[[nodiscard]] Result<double> parse_ratio(std::string_view text);
[[nodiscard]] Result<std::int64_t> parse_bytes(std::string_view text);

// The shortest exact form that parse_duration reads back: "2500us", "3s". The canonical contract.
[[nodiscard]] std::string exact_duration(Nanos value);

[[nodiscard]] std::string duration_text(double nanoseconds);
[[nodiscard]] std::string rate_text(double per_second);
[[nodiscard]] std::string ratio_text(double ratio);  // "12.3 %"
[[nodiscard]] std::string bytes_text(double bytes);  // binary units: "12.3 MiB"
// Three significant digits with k, M, G: "1.23 M".
[[nodiscard]] std::string count_text(double value);
// `digits` significant digits, no exponent between 1e-4 and 1e7.
[[nodiscard]] std::string number_text(double value, int digits = 3);

}  // namespace lynxbench
