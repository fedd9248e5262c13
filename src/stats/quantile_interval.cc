#include "stats/quantile_interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "base/result.h"
#include "stats/proportion.h"
#include "stats/quantile.h"
#include "stats/series.h"

namespace lynxbench::stats {
namespace {

// Of the normal distribution, for a tail of 0.02 on each side: less than 0.025, because the
// inflation is estimated from the same series.
constexpr double kNormalTail = 2.0537489106318225;
// A normal share needs so many independent values on either side of the quantile.
constexpr double kEffectiveEachSide = 5;
constexpr double kCentral = 0.9;
// The quiet factor lies in 1..2 and is rounded up to one of these.
constexpr std::size_t kFactors = 9;

struct Sample {
  std::vector<double> sorted;
  double n = 0;
  double q = 0;
  double inflation = 1;  // with its uncertainty

  // The value that `over` of all exceed; nothing where there is none, or no number.
  [[nodiscard]] std::optional<double> exceeded_by(std::size_t over) const {
    if (over >= sorted.size()) return std::nullopt;
    double value = sorted[sorted.size() - 1 - over];
    if (value == std::numeric_limits<double>::infinity()) return std::nullopt;
    return value;
  }
  [[nodiscard]] double at_quantile() const { return sorted[quantile_rank(sorted.size(), q) - 1]; }
};

// The smallest value over which so few are that the quantile lies below it. The further above the
// measured quantile, the longer the queue would have to be, and the correlation.
std::optional<double> central_high(const Sample& sample) {
  double share = 1 - sample.q, quantile = sample.at_quantile();
  double single = share * sample.q * sample.inflation * sample.n;
  std::size_t over = sample.sorted.size() - quantile_rank(sample.sorted.size(), sample.q);
  for (;; --over) {
    double ratio = quantile > 0 ? sample.sorted[sample.sorted.size() - 1 - over] / quantile : 1;
    double half = kNormalTail * std::sqrt(single * std::min(2.0, ratio * ratio));
    if (static_cast<double>(over) <= sample.n * share - half) return sample.exceeded_by(over);
    if (over == 0) return std::nullopt;
  }
}

void give_central(QuantileInterval& interval, const Sample& sample) {
  double share = 1 - sample.q;
  interval.needed = kEffectiveEachSide * sample.inflation / std::min(share, sample.q);
  if (sample.n < interval.needed) return;
  interval.high = central_high(sample);
  double half = kNormalTail * std::sqrt(share * sample.q * sample.inflation * sample.n);
  double most = std::ceil(sample.n * share + half);
  if (most < sample.n) interval.low = sample.exceeded_by(static_cast<std::size_t>(most));
}

// Without any event the share is rejected from -ln(tail) = 3.91 clumps on. An interval that ends at
// the largest value says little, so twice that is called needed.
constexpr double kClumpsNeeded = 8;

// The smallest value over which there are few enough.
std::optional<double> high_end(const Sample& sample) {
  std::array<std::optional<std::size_t>, kFactors> few_enough;
  for (std::size_t i = 0; i < kFactors; ++i) {
    double factor = 1 + static_cast<double>(i) / (kFactors - 1);
    double inflation = std::min(sample.n, factor * sample.inflation);
    few_enough[i] = rejected_counts(sample.n, 1 - sample.q, inflation, kTailFor95).low;
  }
  double quantile = sample.at_quantile();
  std::size_t over = sample.sorted.size() - quantile_rank(sample.sorted.size(), sample.q);
  for (;; --over) {
    double factor = quiet_factor(sample.sorted[sample.sorted.size() - 1 - over], quantile);
    auto at = static_cast<std::size_t>(std::ceil((factor - 1) * (kFactors - 1)));
    if (few_enough[at] && over <= *few_enough[at]) return sample.exceeded_by(over);
    if (over == 0) return std::nullopt;
  }
}

void give_tail(QuantileInterval& interval, const Sample& sample) {
  double share = 1 - sample.q;
  interval.needed = kClumpsNeeded * (sample.inflation + 1) / 2 / share;
  interval.high = high_end(sample);
  RejectedCounts counts = rejected_counts(sample.n, share, sample.inflation, kTailFor95);
  interval.low = sample.exceeded_by(counts.high);
}

}  // namespace

QuantileInterval quantile_interval(std::span<const double> values,
                                   std::span<const std::size_t> lengths, double q) {
  CHECK(q > 0 && q < 1);
  QuantileInterval interval;
  if (values.empty()) return interval;
  Sample sample{{values.begin(), values.end()}, static_cast<double>(values.size()), q, 1};
  std::sort(sample.sorted.begin(), sample.sorted.end());
  double inflation = level_inflation(values, lengths, sample.at_quantile());
  if (q > kCentral) {
    double own = sample.sorted[quantile_rank(values.size(), kCentral) - 1];
    inflation = std::max({inflation, level_inflation(values, lengths, own),
                          variance_inflation(mid_ranks(values), lengths)});
  }
  sample.inflation = with_uncertainty(inflation, sample.n);
  interval.effective = sample.n / sample.inflation;
  if (q > kCentral) give_tail(interval, sample);
  else give_central(interval, sample);
  return interval;
}

}  // namespace lynxbench::stats
