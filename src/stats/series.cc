#include "stats/series.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "stats/moments.h"
#include "stats/quantile.h"

namespace lynxbench::stats {
namespace {

// The means of `length` neighbours, less the mean of these means, and how many of them each stretch
// has; an incomplete block at the end of a stretch is left out.
struct Blocks {
  std::vector<double> centered;
  std::vector<std::size_t> lengths;
};

Blocks blocks_of(std::span<const double> values, std::span<const std::size_t> lengths,
                 std::size_t length) {
  Blocks blocks;
  std::size_t begin = 0;
  for (std::size_t stretch : lengths) {
    std::size_t before = blocks.centered.size();
    for (std::size_t at = 0; at + length <= stretch; at += length) {
      blocks.centered.push_back(*mean(values.subspan(begin + at, length)));
    }
    blocks.lengths.push_back(blocks.centered.size() - before);
    begin += stretch;
  }
  double center = mean(blocks.centered).value_or(0);
  for (double& block : blocks.centered) block -= center;
  return blocks;
}

double lagged_sum(std::span<const double> centered, std::size_t lag) {
  if (lag >= centered.size()) return 0;
  const double* early = centered.data();
  const double* late = early + lag;
  const double* end = early + centered.size();
  double sum = 0;
  while (late < end) sum += *early++ * *late++;
  return sum;
}

double covariance(const Blocks& blocks, std::size_t lag) {
  double sum = 0;
  std::size_t begin = 0;
  for (std::size_t length : blocks.lengths) {
    sum += lagged_sum(std::span(blocks.centered).subspan(begin, length), lag);
    begin += length;
  }
  return sum / static_cast<double>(blocks.centered.size());
}

// Geyer's initial monotone sequence: the sum over all lags of the covariances, positive and
// negative lags, in pairs of neighbours for as long as the pairs are positive, none larger than the
// one before.
double covariance_sum(const Blocks& blocks) {
  double sum = 0, last = 0;
  std::size_t longest = *std::max_element(blocks.lengths.begin(), blocks.lengths.end());
  for (std::size_t lag = 0; lag + 1 < longest; lag += 2) {
    double pair = covariance(blocks, lag) + covariance(blocks, lag + 1);
    if (pair <= 0) break;
    if (lag > 0) pair = std::min(pair, last);
    sum += pair;
    last = pair;
  }
  return 2 * sum - covariance(blocks, 0);
}

// 1 where the value is over `level`, else 0.
std::vector<double> over(std::span<const double> values, double level) {
  std::vector<double> marks(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) marks[i] = values[i] > level ? 1 : 0;
  return marks;
}

}  // namespace

double autocorrelation(std::span<const double> values, std::size_t lag) {
  std::vector<double> centered(values.begin(), values.end());
  double center = mean(values).value_or(0);
  for (double& value : centered) value -= center;
  double all = lagged_sum(centered, 0);
  return all > 0 ? lagged_sum(centered, lag) / all : 0;
}

double variance_inflation(std::span<const double> values, std::span<const std::size_t> lengths) {
  double n = static_cast<double>(values.size());
  std::optional<double> single = variance(values);
  if (!single || *single <= 0) return 1;
  std::size_t length = (values.size() + kMostBlocks - 1) / kMostBlocks;
  Blocks blocks = blocks_of(values, lengths, length);
  if (blocks.centered.empty()) return 1;
  double of_mean = covariance_sum(blocks) / static_cast<double>(blocks.centered.size());
  return std::clamp(of_mean * n / *single, 1.0, n);
}

double variance_inflation(std::span<const double> values) {
  const std::size_t all[] = {values.size()};
  return variance_inflation(values, all);
}

std::vector<double> mid_ranks(std::span<const double> values) {
  std::vector<std::pair<double, std::size_t>> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = {values[i], i};
  std::sort(order.begin(), order.end());
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;
    while (end < order.size() && order[end].first == order[first].first) ++end;
    double shared = static_cast<double>(first + 1 + end) / 2;
    for (; first < end; ++first) ranks[order[first].second] = shared;
  }
  return ranks;
}

double level_inflation(std::span<const double> values, std::span<const std::size_t> lengths,
                       double level) {
  return variance_inflation(over(values, level), lengths);
}

double quiet_factor(double limit, double quantile) {
  if (!(quantile > 0) || quantile >= limit) return 1;
  double squared = (limit / quantile) * (limit / quantile);
  return squared <= 2 ? squared : std::max(1.0, 4 / squared);
}

double with_uncertainty(double inflation, double n) {
  return std::clamp(inflation * (1 + 2 * std::sqrt(inflation / n)), 1.0, n);
}

double tail_inflation(std::span<const double> values, std::span<const std::size_t> lengths,
                      double limit, double q) {
  if (values.size() < 2) return 1;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  double own = sorted[quantile_rank(sorted.size(), 0.9) - 1];
  double estimate = std::max({variance_inflation(mid_ranks(values), lengths),
                              level_inflation(values, lengths, limit),
                              level_inflation(values, lengths, own)});
  estimate *= quiet_factor(limit, sorted[quantile_rank(sorted.size(), q) - 1]);
  return with_uncertainty(estimate, static_cast<double>(values.size()));
}

double tail_inflation(std::span<const double> values, double limit, double q) {
  const std::size_t all[] = {values.size()};
  return tail_inflation(values, all, limit, q);
}

std::size_t ramp_up(double inflation, std::size_t length) {
  double values = 3 * (inflation - 1);
  return std::min(static_cast<std::size_t>(values), length / 4);
}

}  // namespace lynxbench::stats
