#include "stub/work_time.h"

#include <algorithm>

namespace lynxbench::stub {

WorkTime::WorkTime(std::vector<StallSpec> stalls, std::int64_t start_ns) : stalls_(std::move(stalls)) {
  for (StallSpec& stall : stalls_) stall.at_ns += start_ns;
}

void WorkTime::know(std::int64_t until) {
  while (!stalls_.empty()) {
    auto next = std::min_element(stalls_.begin(), stalls_.end(),
                                 [](const StallSpec& a, const StallSpec& b) { return a.at_ns < b.at_ns; });
    std::int64_t begin = next->at_ns, end = begin + next->length_ns;
    if (begin > until) return;
    if (next->every_ns > 0) next->at_ns += next->every_ns;
    else stalls_.erase(next);
    if (!windows_.empty() && begin <= windows_.back().end) {
      windows_.back().end = std::max(windows_.back().end, end);
      continue;
    }
    std::int64_t before = 0;
    if (!windows_.empty()) before = windows_.back().stalled_before + windows_.back().end - windows_.back().begin;
    windows_.push_back({begin, end, before});
  }
}

void WorkTime::complete(std::size_t index) {
  for (std::int64_t end = 0; end != windows_[index].end;) {
    end = windows_[index].end;
    know(end);
  }
}

std::size_t WorkTime::begun_at(std::int64_t real) {
  know(real);
  auto after = std::upper_bound(windows_.begin(), windows_.end(), real,
                                [](std::int64_t time, const Window& window) { return time < window.begin; });
  return static_cast<std::size_t>(after - windows_.begin());
}

std::int64_t WorkTime::work(std::int64_t real) {
  if (stalls_.empty() && windows_.empty()) return real;
  std::size_t begun = begun_at(real);
  if (begun == 0) return real;
  const Window& last = windows_[begun - 1];
  return last.begin - last.stalled_before + std::max<std::int64_t>(0, real - last.end);
}

std::int64_t WorkTime::real(std::int64_t work) {
  if (stalls_.empty() && windows_.empty()) return work;
  // Windows that have begun when so much work is done.
  auto earlier = [](std::int64_t amount, const Window& window) { return amount <= window.begin - window.stalled_before; };
  std::size_t at = static_cast<std::size_t>(std::upper_bound(windows_.begin(), windows_.end(), work, earlier) - windows_.begin());
  std::int64_t real = work;
  if (at > 0) {
    complete(at - 1);
    real += windows_[at - 1].stalled_before + windows_[at - 1].end - windows_[at - 1].begin;
  }
  for (know(real); at < windows_.size() && !earlier(work, windows_[at]); ++at, know(real)) {
    complete(at);
    real = work + windows_[at].stalled_before + windows_[at].end - windows_[at].begin;
  }
  return real;
}

std::optional<std::int64_t> WorkTime::stall_end(std::int64_t real) {
  if (stalls_.empty() && windows_.empty()) return std::nullopt;
  std::size_t begun = begun_at(real);
  if (begun == 0 || real >= windows_[begun - 1].end) return std::nullopt;
  complete(begun - 1);
  return windows_[begun - 1].end;
}

}  // namespace lynxbench::stub
