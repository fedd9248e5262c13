// One figure of one session at one point, and how sessions become an Estimate. Inside metrics only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::metrics {

// Sessions that a decision-grade figure needs.
inline constexpr std::size_t kSessionsNeeded = 5;
// Values beyond a percentile that it needs to be given: n (1 - q) >= 5.
inline constexpr double kBeyondPercentile = 5;

// The measured phases of one point in one session: nearly always one.
using SessionPhases = std::vector<const Phase*>;

// A figure of one session that is one number: a rate, a ratio, a mean.
struct SessionValue {
  std::optional<double> value;
  std::uint64_t samples = 0;
};

// Median over the sessions with its order-statistic interval; `what` is missing in a session
// without a value ("no request was due").
[[nodiscard]] Estimate estimate_of_values(std::span<const SessionValue> sessions, std::string unit,
                                          const std::string& what);

// The q-quantile: of each session where each has enough samples, else of all sessions together,
// else withheld. `name` is for people: "p99". The values of each session in due order: the interval of
// a single session follows from it (stats/quantile_interval.h), and decides nothing (outcomes.h).
[[nodiscard]] Estimate estimate_of_quantile(std::vector<std::vector<std::int64_t>> sessions,
                                            double q, const std::string& name);

// Does a percentile have enough values beyond it?
[[nodiscard]] bool enough_for(std::size_t samples, double q);

}  // namespace lynxbench::metrics
