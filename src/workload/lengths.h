// Lengths in tokens, drawn from a LengthSpec.
//
//   TRY_STATUS(check_lengths(spec, "workload.prompts.prompt"));
//   std::int64_t tokens = draw_length(spec, random);
#pragma once

#include <cstdint>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "model/contract.h"

namespace lynxbench::workload {

inline constexpr std::int64_t kMostTokens = 10'000'000;

// kInvalidArgument, naming `term`, unless 1 <= low <= high <= kMostTokens and, for a log-normal one,
// the median is > 0 and sigma is in 0 .. 10.
[[nodiscard]] Status check_lengths(const LengthSpec& spec, std::string_view term);

// Of a spec that was checked. Fixed: `low`, and nothing is drawn. Log-normal: median e^(sigma z), to
// the nearest whole number, cut to low .. high.
[[nodiscard]] std::int64_t draw_length(const LengthSpec& spec, Random& random);

}  // namespace lynxbench::workload
