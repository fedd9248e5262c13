#include "attribution/graph/bursts.h"

#include <algorithm>
#include <limits>

namespace lynxbench::attribution {
namespace {

constexpr std::int64_t kShortestWaitNs = 20'000;
constexpr double kFilled = 0.8;              // of the time by the other thread's work
constexpr double kFilledOfWait = 0.5;        // where it is known to be a wait
constexpr std::size_t kMostThreads = 64;     // beyond, nothing is looked for: it costs each by each

}  // namespace

Bursts::Bursts(const Timeline& timeline)
    : timeline_(timeline), spans_(timeline.threads.size()), rank_(timeline.threads.size(), 0) {
  const HostTable& host = timeline.host;
  for (std::size_t row = 0; row < host.size(); ++row) {
    if (host.work[row] == HostWork::kOverhead) continue;
    std::vector<Span>& spans = spans_[host.thread[row]];
    if (!spans.empty() && host.begin_ns[row] <= spans.back().second) {
      spans.back().second = std::max(spans.back().second, host.end_ns[row]);
    } else {
      spans.emplace_back(host.begin_ns[row], host.end_ns[row]);
    }
  }
  for (std::uint32_t thread = 0; thread < spans_.size(); ++thread) {
    if (!spans_[thread].empty()) threads_.push_back(thread);
  }
  std::stable_sort(threads_.begin(), threads_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return spans_[a].front().first < spans_[b].front().first;
  });
  for (std::uint32_t i = 0; i < threads_.size(); ++i) rank_[threads_[i]] = i;
}

// What the thread did from the span that is open at the time's begin, or the first inside, on.
std::optional<Burst> Bursts::of_thread(std::uint32_t thread, std::int64_t begin_ns,
                                       std::int64_t end_ns) const {
  const std::vector<Span>& spans = spans_[thread];
  const auto first = std::partition_point(spans.begin(), spans.end(), [&](const Span& span) {
    return span.second <= begin_ns;
  });
  const auto after = std::partition_point(first, spans.end(), [&](const Span& span) {
    return span.first < end_ns;
  });
  if (first == after || (after - 1)->second >= end_ns) return std::nullopt;
  return Burst{thread, first->first, (after - 1)->second};
}

std::optional<Burst> Bursts::longest(std::uint32_t thread, std::int64_t begin_ns,
                                     std::int64_t end_ns, std::int64_t not_before_ns,
                                     double filled) const {
  if (end_ns - begin_ns < kShortestWaitNs || threads_.size() > kMostThreads) return std::nullopt;
  const auto worked = [&](const Burst& burst) {
    return burst.end_ns - std::max(burst.begin_ns, begin_ns);
  };
  std::optional<Burst> longest;
  for (std::size_t i = rank_[thread] + 1; i < threads_.size(); ++i) {
    if (timeline_.threads[threads_[i]].process != timeline_.threads[thread].process) continue;
    const std::optional<Burst> burst = of_thread(threads_[i], begin_ns, end_ns);
    if (!burst || burst->begin_ns < not_before_ns) continue;
    if (!longest || worked(*burst) > worked(*longest)) longest = burst;
  }
  if (!longest) return std::nullopt;
  const auto share =
      static_cast<double>(worked(*longest)) / static_cast<double>(end_ns - begin_ns);
  return share >= filled ? longest : std::nullopt;
}

std::optional<Burst> Bursts::until(std::uint32_t thread, std::int64_t begin_ns,
                                   std::int64_t end_ns) const {
  return longest(thread, begin_ns, end_ns, std::numeric_limits<std::int64_t>::min(),
                 kFilledOfWait);
}

std::optional<Burst> Bursts::inside(std::uint32_t thread, std::int64_t begin_ns,
                                    std::int64_t end_ns) const {
  return longest(thread, begin_ns, end_ns, begin_ns + 1, kFilled);
}

}  // namespace lynxbench::attribution
