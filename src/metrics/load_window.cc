#include "metrics/load_window.h"

#include <algorithm>
#include <cmath>

#include "metrics/look.h"
#include "stats/quantile.h"

namespace lynxbench::metrics {
namespace {

// Requests that had fallen due before `at_ns` and had not left by then.
double in_system(const LoadWindow& window, std::int64_t at_ns) {
  std::uint64_t count = 0;
  window.for_each_due([&](const LoadRow& row) {
    count += row.due_ns() < at_ns && (!row.left() || row.left_ns() >= at_ns) ? 1 : 0;
  });
  return static_cast<double>(count);
}

// Median stay of the requests of the window's first quarter; one that never left stayed to the end of
// the window at least.
double early_stay_ns(const LoadWindow& window, std::uint64_t due) {
  std::uint64_t quarter = (due + 3) / 4, at = 0;
  std::uint64_t step = (quarter + kMostSeries - 1) / kMostSeries;
  std::vector<double> stays;
  window.for_each_due([&](const LoadRow& row) {
    if (at < quarter && at % step == 0) {
      std::int64_t until = row.left() ? row.left_ns() : std::max(window.end_ns, row.due_ns());
      stays.push_back(static_cast<double>(until - row.due_ns()));
    }
    ++at;
  });
  return stats::median(stays).value_or(0);
}

}  // namespace

double mean_in_flight(const LoadWindow& window) {
  double sum_ns = 0;
  for (std::size_t i = 0; i < window.rows.size(); ++i) {
    const LoadRow& row = window.rows[i];
    if (!row.was_sent()) continue;
    std::int64_t until = row.left() ? std::min(row.left_ns(), window.end_ns) : window.end_ns;
    std::int64_t from = std::max(row.sent_ns(), window.begin_ns);
    if (until > from) sum_ns += static_cast<double>(until - from);
  }
  return sum_ns / static_cast<double>(window.end_ns - window.begin_ns);
}

std::optional<double> in_flight_by_littles_law(const LoadWindow& window) {
  double stay_ns = 0;
  std::uint64_t sent = 0, left = 0;
  for (std::size_t i = 0; i < window.rows.size(); ++i) {
    const LoadRow& row = window.rows[i];
    if (!row.was_sent() || !window.holds(row.sent_ns())) continue;
    ++sent;
    if (!row.left()) continue;
    ++left;
    stay_ns += static_cast<double>(row.service_ns());
  }
  if (left == 0) return std::nullopt;
  double rate_per_ns = static_cast<double>(sent) / static_cast<double>(window.end_ns - window.begin_ns);
  return rate_per_ns * stay_ns / static_cast<double>(left);
}

std::optional<double> growing_backlog(const LoadWindow& window) {
  std::uint64_t due = 0;
  Leaving leaving;
  window.for_each_due([&](const LoadRow&) { ++due; });
  for (std::size_t i = 0; i < window.rows.size(); ++i) {
    const LoadRow& row = window.rows[i];
    if (row.left() && window.holds(row.left_ns())) leaving.add(row.left_ns());
  }
  if (due == 0 || window.end_ns <= window.begin_ns) return std::nullopt;
  double n = static_cast<double>(due);
  double length = static_cast<double>(window.end_ns - window.begin_ns);
  double expected = leaving.per_ns(window.end_ns).value_or(n / length) * early_stay_ns(window, due);
  double at_end = in_system(window, window.end_ns);
  double half_way = in_system(window, window.begin_ns + (window.end_ns - window.begin_ns) / 2);
  bool grew = at_end - expected > 2 * std::sqrt(2 * n);
  bool steadily = half_way - expected > (at_end - expected) / 4;
  if (grew && steadily) return at_end;
  return std::nullopt;
}

}  // namespace lynxbench::metrics
