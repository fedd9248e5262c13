// Has the warm-up settled?
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "metrics/metrics.h"
#include "metrics/requests.h"
#include "stats/levels.h"
#include "stats/quantile.h"

namespace lynxbench::metrics {
namespace {

// What was answered in one window.
struct Window {
  std::vector<double> latencies_ns;
};

// The last `count` whole windows, ending at the phase's end.
std::vector<Window> last_windows(const Phase& phase, std::int64_t length_ns, std::int64_t count) {
  std::vector<Window> windows(static_cast<std::size_t>(count));
  std::int64_t from = phase.end_ns - count * length_ns;
  for (const RequestRecord& record : phase.requests) {
    if (!answered(record) || record.done_ns < from || record.done_ns >= phase.end_ns) continue;
    auto index = static_cast<std::size_t>((record.done_ns - from) / length_ns);
    windows[index].latencies_ns.push_back(static_cast<double>(record.done_ns - record.due_ns));
  }
  return windows;
}

std::string spread_text(const std::vector<double>& values, std::string (*text)(double)) {
  auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return fmt::format("{} to {}", text(*smallest), text(*largest));
}

void compare(WarmUpFigure& figure, const std::vector<Window>& windows, const WarmUpSpec& spec) {
  std::vector<double> medians, counts;
  for (const Window& window : windows) {
    std::optional<double> middle = stats::median(window.latencies_ns);
    if (!middle) {
      figure.reason =
          fmt::format("not steady: no request was answered in one of the last {} windows of {}",
                      spec.windows, exact_duration(spec.window));
      return;
    }
    medians.push_back(*middle);
    counts.push_back(static_cast<double>(window.latencies_ns.size()));
  }
  bool latency_level = stats::level(medians, spec.tolerance);
  // Where a window ends moves its count by one.
  bool rate_level = stats::level(counts, spec.tolerance, 1);
  figure.steady = latency_level && rate_level;
  std::vector<std::string> moving;
  if (!latency_level) moving.emplace_back("median latency");
  if (!rate_level) moving.emplace_back("completion rate");
  std::string seen = fmt::format(
      "over the last {} windows of {} the median latency was {} and the requests "
      "answered {} a window",
      spec.windows, exact_duration(spec.window), spread_text(medians, duration_text),
      spread_text(counts, count_text));
  figure.reason = figure.steady ? "steady: " + seen
                                : fmt::format("not steady: {} moved by more than {:.4g} %: {}",
                                              joined(moving, "and"), spec.tolerance * 100, seen);
}

}  // namespace

WarmUpFigure judge_warm_up(const Phase& phase, const WarmUpSpec& spec) {
  WarmUpFigure figure;
  figure.session = phase.session;
  figure.length_ns = phase.end_ns - phase.begin_ns;
  figure.requests = phase.requests.size();
  std::int64_t needed = std::max<std::int64_t>(1, spec.windows);
  std::int64_t length_ns = std::max<std::int64_t>(1, spec.window.count());
  if (figure.length_ns < std::max(spec.at_least.count(), needed * length_ns)) {
    figure.reason =
        fmt::format("not steady: warmed up for {}, at least {} and {} windows of {} are asked for",
                    duration_text(static_cast<double>(figure.length_ns)),
                    exact_duration(spec.at_least), needed, exact_duration(spec.window));
    return figure;
  }
  compare(figure, last_windows(phase, length_ns, needed), spec);
  return figure;
}

}  // namespace lynxbench::metrics
