// How many values fell where, in constant memory: buckets of width 1 below 2048, above that 1024 to
// each doubling, so a value is known to 1 part in 1024. 440 KB of address space; pages of it that no
// value fell into cost no memory.
//
//   LogHistogram delays;
//   delays.add(1'250'000);                     // 3 ns or so
//   std::optional<std::int64_t> p99 = delays.quantile(0.99);
//
// Source of the layout: G. Tene, HdrHistogram. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace lynxbench::stats {

class LogHistogram {
 public:
  LogHistogram();

  // Values below 0 count as 0.
  void add(std::int64_t value) { add(value, 1); }
  void add(std::int64_t value, std::uint64_t times);
  void merge(const LogHistogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  // Exact. Nothing of nothing.
  [[nodiscard]] std::optional<std::int64_t> smallest() const;
  [[nodiscard]] std::optional<std::int64_t> largest() const;
  // Of the sum, which is exact up to 2^53.
  [[nodiscard]] std::optional<double> mean() const;

  // The largest value of the bucket that holds the q-quantile (stats::quantile_rank), at most
  // largest(): never below the exact quantile, above it by at most 1 part in 1024.
  [[nodiscard]] std::optional<std::int64_t> quantile(double q) const;

  // The buckets that are not empty, by value: low <= values <= high.
  struct Bucket {
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::uint64_t count = 0;
  };
  [[nodiscard]] std::vector<Bucket> buckets() const;

 private:
  [[nodiscard]] static std::size_t index_of(std::uint64_t value);
  [[nodiscard]] Bucket bucket_of(std::size_t index) const;

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::int64_t smallest_ = 0;
  std::int64_t largest_ = 0;
};

}  // namespace lynxbench::stats
