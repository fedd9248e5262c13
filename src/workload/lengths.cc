#include "workload/lengths.h"

#include <algorithm>
#include <cmath>

#include "workload/gamma.h"

namespace lynxbench::workload {

Status check_lengths(const LengthSpec& spec, std::string_view term) {
  std::int64_t high = spec.shape == LengthShape::kFixed ? spec.low : spec.high;
  if (spec.low < 1 || high < spec.low || high > kMostTokens) {
    return error(ErrorCode::kInvalidArgument,
                 "{}: lengths from {} to {} tokens cannot be; give 1 to {}, the smaller first", term,
                 spec.low, high, kMostTokens);
  }
  if (spec.shape != LengthShape::kLogNormal) return ok_status();
  if (spec.median > 0 && spec.median <= static_cast<double>(kMostTokens) && spec.sigma >= 0 && spec.sigma <= 10) {
    return ok_status();
  }
  return error(ErrorCode::kInvalidArgument,
               "{}: a log-normal length needs a median above 0 and a sigma of 0 to 10, not {} and {}",
               term, spec.median, spec.sigma);
}

std::int64_t draw_length(const LengthSpec& spec, Random& random) {
  switch (spec.shape) {
    case LengthShape::kFixed: return spec.low;
    case LengthShape::kUniform:
      return spec.low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(spec.high - spec.low) + 1));
    case LengthShape::kLogNormal: break;
  }
  double low = static_cast<double>(spec.low), high = static_cast<double>(spec.high);
  double drawn = spec.median * portable_exp(spec.sigma * normal(random));
  return static_cast<std::int64_t>(std::clamp(drawn, low, high) + 0.5);
}

}  // namespace lynxbench::workload
