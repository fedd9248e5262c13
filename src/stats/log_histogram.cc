#include "stats/log_histogram.h"

#include <algorithm>
#include <bit>

#include "stats/quantile.h"

namespace lynxbench::stats {
namespace {

constexpr int kBits = 10;  // of a doubling's buckets
constexpr std::uint64_t kPerDoubling = std::uint64_t{1} << kBits;
constexpr int kLastExponent = 62;  // of the largest std::int64_t
constexpr std::size_t kBuckets = (kLastExponent - kBits + 2) * kPerDoubling;

}  // namespace

LogHistogram::LogHistogram() : counts_(kBuckets) {}

std::size_t LogHistogram::index_of(std::uint64_t value) {
  if (value < 2 * kPerDoubling) return value;
  int shift = std::bit_width(value) - 1 - kBits;
  return static_cast<std::size_t>(shift) * kPerDoubling + (value >> shift);
}

LogHistogram::Bucket LogHistogram::bucket_of(std::size_t index) const {
  std::size_t shift = index < 2 * kPerDoubling ? 0 : index / kPerDoubling - 1;
  std::uint64_t low = (index - shift * kPerDoubling) << shift;
  std::uint64_t width = std::uint64_t{1} << shift;
  return {static_cast<std::int64_t>(low), static_cast<std::int64_t>(low + (width - 1)),
          counts_[index]};
}

void LogHistogram::add(std::int64_t value, std::uint64_t times) {
  if (times == 0) return;
  value = std::max<std::int64_t>(value, 0);
  smallest_ = count_ == 0 ? value : std::min(smallest_, value);
  largest_ = std::max(largest_, value);
  counts_[index_of(static_cast<std::uint64_t>(value))] += times;
  count_ += times;
  sum_ += static_cast<double>(value) * static_cast<double>(times);
}

void LogHistogram::merge(const LogHistogram& other) {
  if (other.count_ == 0) return;
  smallest_ = count_ == 0 ? other.smallest_ : std::min(smallest_, other.smallest_);
  largest_ = std::max(largest_, other.largest_);
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
}

std::optional<std::int64_t> LogHistogram::smallest() const {
  if (count_ == 0) return std::nullopt;
  return smallest_;
}

std::optional<std::int64_t> LogHistogram::largest() const {
  if (count_ == 0) return std::nullopt;
  return largest_;
}

std::optional<double> LogHistogram::mean() const {
  if (count_ == 0) return std::nullopt;
  return sum_ / static_cast<double>(count_);
}

std::optional<std::int64_t> LogHistogram::quantile(double q) const {
  if (count_ == 0) return std::nullopt;
  std::uint64_t left = quantile_rank(count_, q);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] >= left) return std::min(bucket_of(i).high, largest_);
    left -= counts_[i];
  }
  return largest_;
}

std::vector<LogHistogram::Bucket> LogHistogram::buckets() const {
  std::vector<Bucket> found;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > 0) found.push_back(bucket_of(i));
  }
  return found;
}

}  // namespace lynxbench::stats
