// Percentiles of a load, with what is known of their error. Inside metrics only.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/load_window.h"
#include "model/figures.h"
#include "stats/log_histogram.h"

namespace lynxbench::metrics {

inline constexpr std::array<std::pair<std::string_view, double>, 5> kLoadPercentiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}}};

// A percentile needs so many values beyond it: n (1 - q) >= 5.
inline constexpr double kLeastBeyond = 5;
// "80 requests: p99 needs 500"; "" where there are enough.
[[nodiscard]] std::string too_few(std::uint64_t count, const std::string& name, double q,
                                  std::string_view what);

using RowTime = std::optional<std::int64_t> (*)(const LoadRow& row);

// Adds NAME.p50 ... NAME.max of `time` over the requests due in the window that have it. `missing`:
// why there is none, when there is none. `rounding` says how exactly the rows hold it; "": exactly.
void add_row_percentiles(std::map<std::string, Estimate>& figures, const std::string& name,
                         const LoadWindow& window, RowTime time, const std::string& missing,
                         const std::string& rounding = "");

// The same of what was only counted by size. `what`: "gaps".
void add_histogram_percentiles(std::map<std::string, Estimate>& figures, const std::string& name,
                               const stats::LogHistogram& histogram, const std::string& unit,
                               const std::string& what, const std::string& missing);

}  // namespace lynxbench::metrics
