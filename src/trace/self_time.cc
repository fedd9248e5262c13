#include "trace/self_time.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace lynxbench::trace {
namespace {

// The intervals of one thread that have begun and not been closed, outermost first.
class Sweep {
 public:
  Sweep(std::span<const Interval> intervals, std::vector<std::int64_t>& own)
      : intervals_(intervals), own_(own) {}

  void begin(std::size_t index) {
    const std::int64_t at = intervals_[index].begin_ns;
    close_until(at);
    if (!open_.empty()) own_[open_.back()] += at - now_;
    now_ = at;
    open_.push_back(index);
  }

  void finish() {
    while (!open_.empty()) close_last();
  }

 private:
  void close_until(std::int64_t at) {
    while (!open_.empty() && intervals_[open_.back()].end_ns <= at) close_last();
  }

  void close_last() {
    const std::int64_t end = intervals_[open_.back()].end_ns;
    if (end > now_) {
      own_[open_.back()] += end - now_;
      now_ = end;
    }
    open_.pop_back();
  }

  std::span<const Interval> intervals_;
  std::vector<std::int64_t>& own_;
  std::vector<std::size_t> open_;
  std::int64_t now_ = 0;
};

}  // namespace

std::vector<std::int64_t> self_times(std::span<const Interval> intervals) {
  std::vector<std::size_t> order(intervals.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Interval& left = intervals[a];
    const Interval& right = intervals[b];
    if (left.thread != right.thread) return left.thread < right.thread;
    if (left.begin_ns != right.begin_ns) return left.begin_ns < right.begin_ns;
    if (left.end_ns != right.end_ns) return left.end_ns > right.end_ns;
    return a > b;
  });
  std::vector<std::int64_t> own(intervals.size(), 0);
  Sweep sweep(intervals, own);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && intervals[order[i]].thread != intervals[order[i - 1]].thread) sweep.finish();
    sweep.begin(order[i]);
  }
  sweep.finish();
  return own;
}

}  // namespace lynxbench::trace
