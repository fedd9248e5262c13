#include "metrics/session_values.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"
#include "stats/quantile.h"
#include "stats/quantile_interval.h"

namespace lynxbench::metrics {
namespace {

// The narrowest symmetric interval that covers the median with at least this probability.
constexpr double kCoverage = 0.9;

void give_median(Estimate& estimate) {
  std::size_t n = estimate.by_session.size();
  estimate.value = stats::median(estimate.by_session);
  if (n < kSessionsNeeded) {
    estimate.method = fmt::format("median of {} session{}", n, n == 1 ? "" : "s");
    estimate.withheld = fmt::format("no interval: {} session{}, a decision-grade figure needs {}",
                                    n, n == 1 ? "" : "s", kSessionsNeeded);
    return;
  }
  std::optional<stats::Interval> interval = stats::median_interval(estimate.by_session, kCoverage);
  estimate.low = interval->low;
  estimate.high = interval->high;
  estimate.confidence = interval->confidence;
  estimate.method = fmt::format("median of {} sessions, order-statistic interval", n);
}

std::uint64_t samples_needed(double q) {
  return static_cast<std::uint64_t>(std::ceil(kBeyondPercentile / (1 - q) - 1e-9));
}

void give_pooled(Estimate& estimate, std::vector<std::vector<std::int64_t>>& sessions, double q,
                 const std::string& name) {
  std::vector<std::int64_t> all;
  std::size_t fewest = sessions.front().size();
  for (const std::vector<std::int64_t>& values : sessions) {
    all.insert(all.end(), values.begin(), values.end());
    fewest = std::min(fewest, values.size());
  }
  std::sort(all.begin(), all.end());
  if (!enough_for(all.size(), q)) {
    estimate.withheld =
        fmt::format("{} requests: {} needs {}", all.size(), name, samples_needed(q));
    return;
  }
  estimate.value = static_cast<double>(*stats::quantile(all, q));
  estimate.method = fmt::format("of all requests of {} sessions together", sessions.size());
  estimate.withheld =
      fmt::format("no interval: a session had as few as {} requests, {} of one needs {}", fewest,
                  name, samples_needed(q));
}

// Of one session there is no spread between sessions; what its own length leaves uncertain is told.
void give_one_run(Estimate& estimate, const std::vector<std::int64_t>& in_order, double q) {
  std::vector<double> values(in_order.begin(), in_order.end());
  const std::size_t lengths[] = {values.size()};
  stats::QuantileInterval interval = stats::quantile_interval(values, lengths, q);
  if (!interval.low || !interval.high) {
    estimate.withheld += fmt::format("; nor one of this session alone: {} requests are worth {:.0f} independent "
                                     "ones, about {:.2g} would do",
                                     values.size(), std::floor(interval.effective), interval.needed);
    return;
  }
  estimate.low = interval.low;
  estimate.high = interval.high;
  estimate.confidence = stats::kQuantileConfidence;
  estimate.method = fmt::format("of one session: {} requests in a row, worth {:.0f} independent ones",
                                values.size(), std::floor(interval.effective));
  estimate.withheld = fmt::format("the interval is within 1 session, a decision-grade figure needs {}", kSessionsNeeded);
}

}  // namespace

bool enough_for(std::size_t samples, double q) {
  return static_cast<double>(samples) * (1 - q) >= kBeyondPercentile - 1e-9;
}

Estimate estimate_of_values(std::span<const SessionValue> sessions, std::string unit,
                            const std::string& what) {
  Estimate estimate;
  estimate.unit = std::move(unit);
  std::size_t missing = 0;
  for (const SessionValue& session : sessions) {
    estimate.samples += session.samples;
    if (session.value)
      estimate.by_session.push_back(*session.value);
    else
      ++missing;
  }
  if (estimate.by_session.empty()) {
    estimate.withheld = sessions.empty() ? "not measured" : what;
    return estimate;
  }
  give_median(estimate);
  if (missing > 0) {
    if (!estimate.withheld.empty()) estimate.withheld += "; ";
    estimate.withheld +=
        fmt::format("{} of {} sessions are left out: {}", missing, sessions.size(), what);
  }
  return estimate;
}

Estimate estimate_of_quantile(std::vector<std::vector<std::int64_t>> sessions, double q,
                              const std::string& name) {
  Estimate estimate;
  estimate.unit = "ns";
  bool each = !sessions.empty();
  std::vector<std::int64_t> in_order = sessions.size() == 1 ? sessions[0] : std::vector<std::int64_t>{};
  for (std::vector<std::int64_t>& values : sessions) {
    std::sort(values.begin(), values.end());
    estimate.samples += values.size();
    each = each && enough_for(values.size(), q);
  }
  if (sessions.empty()) {
    estimate.withheld = "not measured";
  } else if (!each) {
    give_pooled(estimate, sessions, q, name);
  } else {
    for (const std::vector<std::int64_t>& values : sessions) {
      estimate.by_session.push_back(static_cast<double>(*stats::quantile(values, q)));
    }
    give_median(estimate);
    if (sessions.size() == 1) give_one_run(estimate, in_order, q);
  }
  return estimate;
}

}  // namespace lynxbench::metrics
