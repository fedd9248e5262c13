#include "attribution/device/interval_set.h"

#include <algorithm>
#include <cstddef>

namespace lynxbench::attribution {

void add(IntervalSet& set, std::int64_t begin_ns, std::int64_t end_ns) {
  if (end_ns <= begin_ns) return;
  if (!set.empty() && begin_ns <= set.back().end_ns) {
    set.back().end_ns = std::max(set.back().end_ns, end_ns);
  } else {
    set.push_back({begin_ns, end_ns});
  }
}

std::int64_t length(const IntervalSet& set) {
  std::int64_t total = 0;
  for (const Moment& one : set) total += one.end_ns - one.begin_ns;
  return total;
}

IntervalSet unite(const IntervalSet& a, const IntervalSet& b) {
  IntervalSet result;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const bool take_a = j == b.size() || (i < a.size() && a[i].begin_ns <= b[j].begin_ns);
    const Moment& next = take_a ? a[i++] : b[j++];
    add(result, next.begin_ns, next.end_ns);
  }
  return result;
}

IntervalSet intersection(const IntervalSet& a, const IntervalSet& b) {
  IntervalSet result;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const std::int64_t begin = std::max(a[i].begin_ns, b[j].begin_ns);
    const std::int64_t end = std::min(a[i].end_ns, b[j].end_ns);
    if (begin < end) result.push_back({begin, end});
    a[i].end_ns < b[j].end_ns ? ++i : ++j;
  }
  return result;
}

IntervalSet difference(const IntervalSet& a, const IntervalSet& b) {
  IntervalSet result;
  std::size_t j = 0;
  for (const Moment& one : a) {
    std::int64_t at = one.begin_ns;
    while (j < b.size() && b[j].end_ns <= at) ++j;
    for (std::size_t k = j; k < b.size() && b[k].begin_ns < one.end_ns; ++k) {
      if (b[k].begin_ns > at) result.push_back({at, b[k].begin_ns});
      at = std::max(at, b[k].end_ns);
    }
    if (at < one.end_ns) result.push_back({at, one.end_ns});
  }
  return result;
}

IntervalSet within(const IntervalSet& set, std::int64_t begin_ns, std::int64_t end_ns) {
  IntervalSet result;
  auto one = std::upper_bound(set.begin(), set.end(), begin_ns,
                              [](std::int64_t ns, const Moment& it) { return ns < it.end_ns; });
  for (; one != set.end() && one->begin_ns < end_ns; ++one) {
    add(result, std::max(one->begin_ns, begin_ns), std::min(one->end_ns, end_ns));
  }
  return result;
}

}  // namespace lynxbench::attribution
