// Mean and variance, and Student's t for intervals of means.
//
//   double half_width = stats::student_t(stats::Level::k975, n - 1) * sqrt(*variance(x) / n);
//
// Only + - x / on doubles, in a fixed order. Pure functions: any thread.
#pragma once

#include <optional>
#include <span>

namespace lynxbench::stats {

// Nothing of nothing.
[[nodiscard]] std::optional<double> mean(std::span<const double> values);
// About the mean, divided by n - 1; nothing for fewer than two values. Two passes.
[[nodiscard]] std::optional<double> variance(std::span<const double> values);

// One-sided probabilities: k975 is the bound of a two-sided 95 % interval.
enum class Level { k90, k95, k975, k99 };

// The value that a Student t variable with `degrees` >= 1 degrees of freedom does not exceed with
// probability `level`. A table to 200 degrees; between whole degrees the lower one (the wider
// interval), above 200 linear in 1/degrees towards the normal quantile (error below 5e-5).
[[nodiscard]] double student_t(Level level, double degrees);

// The same of the standard normal distribution.
[[nodiscard]] double normal_quantile(Level level);

}  // namespace lynxbench::stats
