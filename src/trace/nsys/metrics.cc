// Metrics that the profiler sampled on the GPU.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "trace/nsys/import.h"

namespace lynxbench::trace::nsys {
namespace {

using MetricId = std::pair<std::int64_t, std::int64_t>;  // typeId, metricId

// The GPU is the lowest byte of a type's number.
std::int64_t gpu_of_type(std::int64_t type) { return type & 0xFF; }

// "SMs Active [Throughput %]" -> its name and, in brackets, its unit.
TraceSeries series_named(std::string_view name, std::int64_t gpu) {
  TraceSeries series;
  series.device = gpu;
  series.labels = fmt::format("gpu={}", gpu);
  const std::size_t bracket = name.rfind(" [");
  if (bracket != std::string_view::npos && name.ends_with(']')) {
    series.unit = name.substr(bracket + 2, name.size() - bracket - 3);
    name = name.substr(0, bracket);
  }
  series.name = name;
  return series;
}

std::map<MetricId, std::string> read_metric_names(Import& import) {
  enum { kType, kMetric, kName };
  std::map<MetricId, std::string> names;
  Scan rows = import.database.scan("TARGET_INFO_GPU_METRICS", {"typeId", "metricId", "metricName"},
                                   import.losses);
  while (rows.next()) {
    names.emplace(MetricId{rows.integer(kType), rows.integer(kMetric)}, rows.text(kName));
  }
  return names;
}

class SeriesOfMetrics {
 public:
  explicit SeriesOfMetrics(Import& import) : import_(import), names_(read_metric_names(import)) {}

  TraceSeries& of(const MetricId& id) {
    if (last_ != rows_.end() && last_->first == id) return series(last_->second);
    bool is_new = false;
    std::tie(last_, is_new) = rows_.try_emplace(id, import_.timeline.series.size());
    if (is_new) add(id);
    return series(last_->second);
  }

 private:
  TraceSeries& series(std::size_t row) { return import_.timeline.series[row]; }
  void add(const MetricId& id) {
    const auto name = names_.find(id);
    import_.timeline.series.push_back(
        series_named(name != names_.end() ? name->second : fmt::format("metric {}", id.second),
                     gpu_of_type(id.first)));
  }

  Import& import_;
  std::map<MetricId, std::string> names_;
  std::map<MetricId, std::size_t> rows_;
  std::map<MetricId, std::size_t>::iterator last_ = rows_.end();
};

}  // namespace

void read_metrics(Import& import) {
  enum { kTime, kType, kMetric, kValue };
  SeriesOfMetrics all(import);
  Scan rows = import.database.scan(
      "GPU_METRICS", {"timestamp|rawTimestamp", "typeId", "metricId", "value"}, import.losses);
  while (rows.next()) {
    const std::optional<std::int64_t> time = import.time_in(rows, kTime);
    if (!time) {
      import.losses.add_all(Severity::kLoss, "sample without a usable time", 1,
                            fmt::format("GPU_METRICS, row {}", rows.rows()));
      continue;
    }
    TraceSeries& series = all.of({rows.integer(kType), rows.integer(kMetric)});
    if (rows.missing(kValue)) {
      ++series.missing;
      continue;
    }
    series.at_ns.push_back(*time);
    series.value.push_back(rows.real(kValue));
  }
  import.timeline.events += rows.rows();
}

}  // namespace lynxbench::trace::nsys
