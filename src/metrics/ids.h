// The figure ids of a contract. Inside metrics only.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/contract.h"

namespace lynxbench::metrics {

inline constexpr std::string_view kCapacity = "capacity";
inline constexpr std::string_view kPeakThroughput = "peak_throughput";

inline constexpr std::array<std::pair<std::string_view, double>, 4> kPercentiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}}};

[[nodiscard]] inline std::string id_of(std::string_view metric, std::string_view point) {
  return std::string(metric) + "@" + std::string(point);
}

}  // namespace lynxbench::metrics
