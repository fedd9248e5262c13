#include "stats/quantile.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/result.h"

namespace lynxbench::stats {

std::size_t quantile_rank(std::size_t count, double q) {
  CHECK(count > 0 && q >= 0 && q <= 1);
  double rank = std::ceil(q * static_cast<double>(count) - 1e-9);
  return std::clamp<std::size_t>(rank < 1 ? 1 : static_cast<std::size_t>(rank), 1, count);
}

std::optional<std::int64_t> quantile(std::span<const std::int64_t> sorted, double q) {
  if (sorted.empty()) return std::nullopt;
  return sorted[quantile_rank(sorted.size(), q) - 1];
}

std::optional<double> median(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

std::optional<Interval> median_interval(std::span<const double> values, double confidence) {
  std::size_t n = values.size();
  if (n < 2) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  // P(Binomial(n, 1/2) = k), k = 0, 1, ...: 2^-n n! / (k! (n-k)!). Halving is exact until it
  // underflows, beyond a thousand values; then the outermost ranks count as impossible, as they
  // are.
  double term = 1;
  for (std::size_t i = 0; i < n; ++i) term /= 2;
  std::size_t r = 1;
  double below = term;  // P(Binomial < r)
  double covered = 1 - 2 * below;
  for (std::size_t next = 2; next <= n / 2; ++next) {
    term = term * static_cast<double>(n - next + 2) / static_cast<double>(next - 1);
    below += term;
    if (1 - 2 * below < confidence) break;
    r = next;
    covered = 1 - 2 * below;
  }
  return Interval{sorted[r - 1], sorted[n - r], covered};
}

}  // namespace lynxbench::stats
