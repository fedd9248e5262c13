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

struct Metric {
  std::string_view name;  // before the "@"
  std::string_view unit;
};

inline constexpr std::array<Metric, 17> kMetrics{{{"throughput", "1/s"},
                                                  {"goodput", "1/s"},
                                                  {"errors", "ratio"},
                                                  {"e2e.p50", "ns"},
                                                  {"e2e.p90", "ns"},
                                                  {"e2e.p95", "ns"},
                                                  {"e2e.p99", "ns"},
                                                  {"service.p50", "ns"},
                                                  {"service.p90", "ns"},
                                                  {"service.p95", "ns"},
                                                  {"service.p99", "ns"},
                                                  {"schedule_lag.p50", "ns"},
                                                  {"schedule_lag.p99", "ns"},
                                                  {"schedule_lag.max", "ns"},
                                                  {"concurrency", "1"},
                                                  {"batch_size", "1"},
                                                  {"cpu", "1"}}};

inline constexpr std::array<std::pair<std::string_view, double>, 4> kPercentiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}}};

[[nodiscard]] inline std::string id_of(std::string_view metric, std::string_view point) {
  return std::string(metric) + "@" + std::string(point);
}

}  // namespace lynxbench::metrics
