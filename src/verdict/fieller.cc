#include "verdict/fieller.h"

#include <cmath>

#include "base/result.h"
#include "stats/moments.h"

namespace lynxbench::verdict {
namespace {

constexpr double kNormal80 = 0.8416212335729143;  // standard normal quantile of 0.8
constexpr int kMostSessions = 1000;

}  // namespace

Sessions summed_up(std::span<const double> values) {
  CHECK(values.size() >= 2);
  double count = static_cast<double>(values.size());
  return {*stats::mean(values), *stats::variance(values) / count, count};
}

std::optional<RatioInterval> ratio_interval(const Sessions& candidate, const Sessions& baseline) {
  double a = candidate.mean, b = baseline.mean;
  double va = candidate.variance_of_mean, vb = baseline.variance_of_mean;
  double ratio = a / b;
  double weighted = ratio * ratio * vb;  // the baseline's part of the variance of a - ratio * b
  if (va + weighted == 0) return RatioInterval{ratio, ratio, ratio, 0};
  double degrees = (va + weighted) * (va + weighted) /
                   (va * va / (candidate.count - 1) + weighted * weighted / (baseline.count - 1));
  if (!std::isfinite(degrees)) return std::nullopt;
  double t = stats::student_t(stats::Level::k95, degrees);
  // The ratios r with (a - r b)^2 <= t^2 (va + r^2 vb).
  double square = t * t;
  double leading = b * b - square * vb;
  if (!(leading > 0)) return std::nullopt;
  double half = t * std::sqrt(a * a * vb + va * leading);
  return RatioInterval{ratio, (a * b - half) / leading, (a * b + half) / leading, degrees};
}

std::optional<int> sessions_needed(const Sessions& candidate, const Sessions& baseline,
                                   double within) {
  double ratio = candidate.mean / baseline.mean;
  double off = ratio > 1 ? ratio - 1 : 1 - ratio;
  double gap = off > within ? off - within : within - off;
  // Relative variance of one session's ratio.
  double spread = candidate.variance_of_mean * candidate.count / (candidate.mean * candidate.mean) +
                  baseline.variance_of_mean * baseline.count / (baseline.mean * baseline.mean);
  for (int count = 3; count <= kMostSessions; ++count) {
    double t = stats::student_t(stats::Level::k95, 2.0 * (count - 1)) + kNormal80;
    if (t * ratio * std::sqrt(spread / count) <= gap) return count;
  }
  return std::nullopt;
}

}  // namespace lynxbench::verdict
