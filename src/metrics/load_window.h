// The rows of a load by due time, and the window that its figures are about. Inside metrics only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "metrics/load_rows.h"

namespace lynxbench::metrics {

// Times are since the load began. [begin_ns, end_ns)
struct LoadWindow {
  const LoadRows& rows;  // by due time
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;

  [[nodiscard]] bool holds(std::int64_t at_ns) const { return at_ns >= begin_ns && at_ns < end_ns; }
  [[nodiscard]] double length_s() const { return static_cast<double>(end_ns - begin_ns) / 1e9; }

  template <typename Take>
  void for_each_due(const Take& take) const {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (holds(rows[i].due_ns())) take(rows[i]);
    }
  }
};

// Mean number of requests in the server over the window: the exact integral of [sent, left).
[[nodiscard]] double mean_in_flight(const LoadWindow& window);
// Little's law: requests sent in the window per second x their mean stay; nothing when none left.
[[nodiscard]] std::optional<double> in_flight_by_littles_law(const LoadWindow& window);

// The requests in the system at the window's end, when they show that requests came faster than they
// left (as judge() has it). Nothing: they did not.
[[nodiscard]] std::optional<double> growing_backlog(const LoadWindow& window);

// Series for statistics are thinned to at most so many values, evenly by number. A part of the
// requests says less than all of them, so what follows from it errs on the side of "not known".
inline constexpr std::size_t kMostSeries = std::size_t{1} << 18;

// `value(row)` of the requests due in the window, in due order, thinned; nothing: left out.
template <typename Value>
[[nodiscard]] std::vector<double> series_of(const LoadWindow& window, const Value& value) {
  std::uint64_t count = 0;
  window.for_each_due([&](const LoadRow& row) { count += value(row) ? 1 : 0; });
  std::uint64_t step = (count + kMostSeries - 1) / kMostSeries, at = 0;
  std::vector<double> series;
  series.reserve(step == 0 ? 0 : count / step + 1);
  window.for_each_due([&](const LoadRow& row) {
    std::optional<double> found = value(row);
    if (found && at++ % step == 0) series.push_back(*found);
  });
  return series;
}

}  // namespace lynxbench::metrics
