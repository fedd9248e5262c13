#include "stats/moments.h"

#include "base/result.h"
#include "stats/student_t_table.h"

namespace lynxbench::stats {

std::optional<double> mean(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> variance(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  double center = *mean(values), squares = 0;
  for (double value : values) squares += (value - center) * (value - center);
  return squares / static_cast<double>(values.size() - 1);
}

double normal_quantile(Level level) { return kNormal[static_cast<std::size_t>(level)]; }

double student_t(Level level, double degrees) {
  CHECK(degrees >= 1);
  std::size_t column = static_cast<std::size_t>(level);
  constexpr double kLast = static_cast<double>(std::size(kStudentT));
  if (degrees <= kLast) return kStudentT[static_cast<std::size_t>(degrees) - 1][column];
  return kNormal[column] +
         (kStudentT[std::size(kStudentT) - 1][column] - kNormal[column]) * (kLast / degrees);
}

}  // namespace lynxbench::stats
