#include "stats/series.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stats/moments.h"
#include "stats/quantile.h"

namespace lynxbench::stats {
namespace {

// Means of `length` neighbours; an incomplete block at the end is left out.
std::vector<double> block_means(std::span<const double> values, std::size_t length) {
  std::vector<double> means;
  means.reserve(values.size() / length);
  for (std::size_t at = 0; at + length <= values.size(); at += length) {
    means.push_back(*mean(values.subspan(at, length)));
  }
  return means;
}

double covariance(std::span<const double> centered, std::size_t lag) {
  const double* early = centered.data();
  const double* late = early + lag;
  const double* end = early + centered.size();
  double sum = 0;
  while (late < end) sum += *early++ * *late++;
  return sum / static_cast<double>(centered.size());
}

// Geyer's initial monotone sequence: the sum over all lags of the covariances, positive and
// negative lags, in pairs of neighbours for as long as the pairs are positive, none larger than the
// one before.
double covariance_sum(std::span<const double> centered) {
  double sum = 0, last = 0;
  for (std::size_t lag = 0; lag + 1 < centered.size(); lag += 2) {
    double pair = covariance(centered, lag) + covariance(centered, lag + 1);
    if (pair <= 0) break;
    if (lag > 0) pair = std::min(pair, last);
    sum += pair;
    last = pair;
  }
  return 2 * sum - covariance(centered, 0);
}

// 1 where the value is over `level`, else 0.
std::vector<double> over(std::span<const double> values, double level) {
  std::vector<double> marks(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) marks[i] = values[i] > level ? 1 : 0;
  return marks;
}

// How much longer the correlation lasts at `limit` than at `level`, where both are about equal.
double level_factor(double limit, double level) {
  if (!(level > 0) || level >= limit) return 1;
  double squared = (limit / level) * (limit / level);
  return squared <= 2 ? squared : std::max(1.0, 4 / squared);
}

}  // namespace

double autocorrelation(std::span<const double> values, std::size_t lag) {
  std::vector<double> centered(values.begin(), values.end());
  double center = mean(values).value_or(0);
  for (double& value : centered) value -= center;
  double all = covariance(centered, 0);
  return all > 0 ? covariance(centered, lag) / all : 0;
}

double variance_inflation(std::span<const double> values) {
  double n = static_cast<double>(values.size());
  std::optional<double> single = variance(values);
  if (!single || *single <= 0) return 1;
  std::size_t length = (values.size() + kMostBlocks - 1) / kMostBlocks;
  std::vector<double> blocks = block_means(values, length);
  double center = *mean(blocks);
  for (double& block : blocks) block -= center;
  double of_mean = covariance_sum(blocks) / static_cast<double>(blocks.size());
  double raw = of_mean * n / *single;
  return std::clamp(raw, 1.0, n);
}

std::vector<double> mid_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    double shared = static_cast<double>(first + 1 + end) / 2;
    for (; first < end; ++first) ranks[order[first]] = shared;
  }
  return ranks;
}

double tail_inflation(std::span<const double> values, double limit, double q) {
  if (values.size() < 2) return 1;
  double n = static_cast<double>(values.size());
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  double own = sorted[quantile_rank(sorted.size(), 0.9) - 1];
  double estimate =
      std::max({variance_inflation(mid_ranks(values)), variance_inflation(over(values, limit)),
                variance_inflation(over(values, own))});
  estimate *= level_factor(limit, sorted[quantile_rank(sorted.size(), q) - 1]);
  estimate *= 1 + 2 * std::sqrt(estimate / n);
  return std::clamp(estimate, 1.0, n);
}

}  // namespace lynxbench::stats
