// Exact order statistics of a series that can be gone through again, in constant memory: a pass that
// counts by size, then one or more through the buckets that hold the ranks.
//
//   auto each = [&](const auto& take) { for (const Row& row : rows) take(row.service_ns); };
//   std::vector<std::int64_t> two = stats::at_ranks({50, 99}, each);   // the 50th and 99th smallest
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/log_histogram.h"

namespace lynxbench::stats {

namespace ranks_detail {

// The values low <= value <= high hold the wanted one: it is the `left`-th smallest among them.
struct Search {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::uint64_t left = 0;
  int shift = 0;                       // of a cell's width
  std::vector<std::uint64_t> counts;   // by cell, while low < high
  [[nodiscard]] bool found() const { return low == high; }
};

inline constexpr int kCellBits = 11;

inline void prepare(Search& search) {
  auto width = static_cast<std::uint64_t>(search.high - search.low);
  search.shift = std::max(0, static_cast<int>(std::bit_width(width)) - kCellBits);
  search.counts.assign(std::size_t{1} << kCellBits, 0);
}

inline void narrow(Search& search) {
  std::size_t cell = 0;
  while (search.counts[cell] < search.left) search.left -= search.counts[cell++];
  std::int64_t width = std::int64_t{1} << search.shift;
  search.low += static_cast<std::int64_t>(cell) * width;
  search.high = std::min(search.high, search.low + width - 1);
  search.counts.clear();
}

}  // namespace ranks_detail

// The values at `ranks` (from 1, each at most the number of values), in that order. `each(take)` calls
// take(value) for every value (>= 0), and for the same ones each time. At most 6 passes.
template <typename Each>
[[nodiscard]] std::vector<std::int64_t> at_ranks(std::span<const std::uint64_t> ranks, const Each& each) {
  using ranks_detail::Search;
  LogHistogram sizes;
  each([&](std::int64_t value) { sizes.add(value); });
  std::vector<Search> searches;
  std::vector<LogHistogram::Bucket> buckets = sizes.buckets();
  for (std::uint64_t rank : ranks) {
    CHECK(rank >= 1 && rank <= sizes.count());
    std::size_t at = 0;
    for (; buckets[at].count < rank; ++at) rank -= buckets[at].count;
    searches.push_back({.low = buckets[at].low, .high = buckets[at].high, .left = rank, .shift = 0, .counts = {}});
  }
  while (true) {
    std::vector<Search*> open;
    for (Search& search : searches) {
      if (search.found()) continue;
      ranks_detail::prepare(search);
      open.push_back(&search);
    }
    if (open.empty()) break;
    each([&](std::int64_t value) {
      for (Search* search : open) {
        if (value < search->low || value > search->high) continue;
        ++search->counts[static_cast<std::size_t>((value - search->low) >> search->shift)];
      }
    });
    for (Search* search : open) ranks_detail::narrow(*search);
  }
  std::vector<std::int64_t> values;
  for (const Search& search : searches) values.push_back(search.low);
  return values;
}

}  // namespace lynxbench::stats
