#include "attribution/device/iterations.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "attribution/device/interval_set.h"
#include "stats/quantile.h"

namespace lynxbench::attribution {
namespace {

constexpr std::size_t kFewest = 3;
constexpr std::size_t kShown = 200;
constexpr std::string_view kProfilerStep = "ProfilerStep#";

std::string without_digits(std::string_view name) {
  std::string pattern;
  for (char c : name) {
    if (c < '0' || c > '9') pattern.push_back(c);
  }
  return pattern;
}

bool means_step(std::string_view pattern) {
  constexpr std::array<std::string_view, 8> kWords{"step", "iter", "batch", "execute_",
                                                   "decode", "prefill", "forward", "epoch"};
  std::string lower;
  for (char c : pattern) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// Rows of timeline.host with one pattern, in order of time.
struct Candidate {
  std::string pattern;
  std::vector<std::uint32_t> rows;
  std::int64_t total_ns = 0;
  bool overlapping = false;
};

std::vector<Candidate> candidates(const Timeline& timeline) {
  std::map<NameId, std::string> patterns;
  std::map<std::string, Candidate> found;
  const HostTable& host = timeline.host;
  for (std::uint32_t row = 0; row < host.size(); ++row) {
    if (host.work[row] != HostWork::kAnnotation && host.work[row] != HostWork::kOther) continue;
    auto [pattern, is_new] = patterns.try_emplace(host.name[row]);
    if (is_new) {
      pattern->second = without_digits(timeline.names[host.name[row]]);
      if (!means_step(pattern->second)) pattern->second.clear();
    }
    if (pattern->second.empty()) continue;
    Candidate& candidate = found[pattern->second];
    candidate.pattern = pattern->second;
    candidate.rows.push_back(row);
  }
  std::vector<Candidate> all;
  for (auto& [pattern, candidate] : found) {
    if (candidate.rows.size() >= kFewest || pattern == kProfilerStep) {
      all.push_back(std::move(candidate));
    }
  }
  return all;
}

void measure(Candidate& candidate, const HostTable& host) {
  std::stable_sort(candidate.rows.begin(), candidate.rows.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return host.begin_ns[a] < host.begin_ns[b];
                   });
  for (std::size_t i = 0; i < candidate.rows.size(); ++i) {
    const std::uint32_t row = candidate.rows[i];
    candidate.total_ns += host.end_ns[row] - host.begin_ns[row];
    if (i != 0 && host.begin_ns[row] < host.end_ns[candidate.rows[i - 1]]) {
      candidate.overlapping = true;
    }
  }
}

std::optional<Candidate> best(const Timeline& timeline) {
  std::optional<Candidate> found;
  for (Candidate& candidate : candidates(timeline)) {
    measure(candidate, timeline.host);
    if (candidate.overlapping) continue;
    if (candidate.pattern == kProfilerStep) return std::move(candidate);
    if (!found || candidate.total_ns > found->total_ns) found = std::move(candidate);
  }
  return found;
}

// The work of each iteration: what was launched between its begin and its end, by any thread.
class IterationWork {
 public:
  IterationWork(const Timeline& timeline, const Candidate& steps)
      : timeline_(timeline), steps_(steps), figures_(steps.rows.size()) {}

  std::vector<IterationFigure> run() {
    std::map<std::pair<std::size_t, std::int64_t>, IntervalSet> busy;  // iteration, device
    const DeviceTable& device = timeline_.device;
    for (std::size_t row = 0; row < device.size(); ++row) {
      const std::optional<std::size_t> step = step_of(row);
      if (!step) continue;
      add(busy[{*step, timeline_.lanes[device.lane[row]].device}], device.begin_ns[row],
          device.end_ns[row]);
      if (device.work[row] == DeviceWork::kKernel) ++figures_[*step].kernels;
    }
    for (const auto& [key, set] : busy) figures_[key.first].device_ns += length(set);
    for (std::size_t i = 0; i < figures_.size(); ++i) {
      const std::uint32_t row = steps_.rows[i];
      figures_[i].name = timeline_.names[timeline_.host.name[row]];
      figures_[i].begin_ns = timeline_.host.begin_ns[row];
      figures_[i].host_ns = timeline_.host.end_ns[row] - timeline_.host.begin_ns[row];
    }
    return std::move(figures_);
  }

 private:
  [[nodiscard]] std::optional<std::size_t> step_of(std::size_t device_row) const {
    const std::uint32_t call = timeline_.device.call[device_row];
    if (call == kNoRow) return std::nullopt;
    const HostTable& host = timeline_.host;
    const std::int64_t at = host.begin_ns[timeline_.calls.host_row[call]];
    const auto after =
        std::upper_bound(steps_.rows.begin(), steps_.rows.end(), at,
                         [&](std::int64_t time, std::uint32_t row) {
                           return time < host.begin_ns[row];
                         });
    if (after == steps_.rows.begin() || at >= host.end_ns[*(after - 1)]) return std::nullopt;
    return static_cast<std::size_t>(after - steps_.rows.begin()) - 1;
  }

  const Timeline& timeline_;
  const Candidate& steps_;
  std::vector<IterationFigure> figures_;
};

}  // namespace

std::optional<IterationFigures> iterations(const Timeline& timeline) {
  const std::optional<Candidate> steps = best(timeline);
  if (!steps) return std::nullopt;
  IterationFigures figures;
  figures.pattern = steps->pattern;
  figures.count = steps->rows.size();
  figures.shown = IterationWork(timeline, *steps).run();
  std::vector<std::int64_t> host;
  std::vector<std::int64_t> device;
  for (const IterationFigure& one : figures.shown) {
    host.push_back(one.host_ns);
    device.push_back(one.device_ns);
  }
  std::sort(host.begin(), host.end());
  std::sort(device.begin(), device.end());
  figures.host_p50_ns = *stats::quantile(host, 0.50);
  figures.host_p99_ns = *stats::quantile(host, 0.99);
  figures.device_p50_ns = *stats::quantile(device, 0.50);
  if (figures.shown.size() > kShown) figures.shown.resize(kShown);
  return figures;
}

}  // namespace lynxbench::attribution
