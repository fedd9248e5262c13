// What a metric's name, labels and family say of it: its unit, whether it counts up, on which device.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/server_metrics.h"
#include "model/trace.h"
#include "protocol/exposition.h"

namespace lynxbench::trace::prometheus {

// The family of a sample's name: "x_seconds_bucket" -> "x_seconds" when the family is a histogram.
struct SampleKind {
  std::string unit;  // "" when neither UNIT, HELP nor the name has one
  TraceSeries::Kind kind = TraceSeries::Kind::kGauge;
};

// `family`: of sample.name, or of it without _bucket, _count, _sum, _total; nullptr: none is known.
[[nodiscard]] SampleKind kind_of(const MetricSample& sample, const protocol::MetricFamily* family);

// "x_seconds_bucket" -> "x_seconds"; the name itself without such an end.
[[nodiscard]] std::string_view family_name(std::string_view sample_name);

// Whether a label says on which machine or in which container something runs.
[[nodiscard]] bool names_a_host(std::string_view label);

// The label gpu as a number.
[[nodiscard]] std::optional<std::int64_t> device_of(const MetricLabels& labels);

// Whether the value means that there is none: NaN, and DCGM's sentinels in DCGM's metrics.
[[nodiscard]] bool is_missing(const MetricSample& sample);

}  // namespace lynxbench::trace::prometheus
