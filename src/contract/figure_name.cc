#include "contract/figure_name.h"

#include "base/result.h"
#include "base/text.h"
#include "contract/wording.h"

namespace lynxbench::contract {
namespace {

struct Metric {
  std::string_view name;
  FigureUnit unit;
};

constexpr Metric kOfTheRun[] = {{"capacity", FigureUnit::kRate},
                                {"peak_throughput", FigureUnit::kRate}};

constexpr Metric kOfAPoint[] = {{"throughput", FigureUnit::kRate},
                                {"goodput", FigureUnit::kRate},
                                {"errors", FigureUnit::kRatio},
                                {"e2e.p50", FigureUnit::kLatency},
                                {"e2e.p90", FigureUnit::kLatency},
                                {"e2e.p95", FigureUnit::kLatency},
                                {"e2e.p99", FigureUnit::kLatency},
                                {"service.p50", FigureUnit::kLatency},
                                {"service.p90", FigureUnit::kLatency},
                                {"service.p95", FigureUnit::kLatency},
                                {"service.p99", FigureUnit::kLatency},
                                {"schedule_lag.p50", FigureUnit::kLatency},
                                {"schedule_lag.p99", FigureUnit::kLatency},
                                {"schedule_lag.max", FigureUnit::kLatency},
                                {"concurrency", FigureUnit::kNumber},
                                {"batch_size", FigureUnit::kNumber},
                                {"cpu", FigureUnit::kNumber}};

std::vector<std::string> names_in(std::span<const Metric> metrics) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics) names.emplace_back(metric.name);
  return names;
}

std::optional<Metric> metric_in(std::span<const Metric> metrics, std::string_view name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric;
  }
  return std::nullopt;
}

}  // namespace

std::optional<FigureName> figure_named(std::string_view id) {
  std::size_t at = id.find('@');
  if (at == std::string_view::npos) {
    std::optional<Metric> metric = metric_in(kOfTheRun, id);
    if (!metric) return std::nullopt;
    return FigureName{std::string(id), "", metric->unit};
  }
  std::optional<Metric> metric = metric_in(kOfAPoint, id.substr(0, at));
  if (!metric || at + 1 == id.size()) return std::nullopt;
  return FigureName{std::string(metric->name), std::string(id.substr(at + 1)), metric->unit};
}

NoFigure why_no_figure(std::string_view id, std::span<const std::string> points) {
  std::string said = "is \"" + shown(id) + "\"";
  std::string point = points.empty() ? "POINT" : points.front();
  std::size_t at = id.find('@');
  std::string_view metric = id.substr(0, at);
  std::vector<std::string> of_a_point = names_in(kOfAPoint);
  if (metric_in(kOfAPoint, metric)) {  // no point named
    return {said + ", without the point at which it is measured",
            fmt::format("{}@ and one of the points {}", metric, joined(points, "or"))};
  }
  if (metric_in(kOfTheRun, metric)) {  // with a point
    return {said + fmt::format(", but {} belongs to the run and to no point", metric),
            std::string(metric)};
  }
  std::string all =
      fmt::format("capacity, peak_throughput, or one of {}, with @ and a point, such as e2e.p95@{}",
                  joined(of_a_point, "or"), point);
  std::vector<std::string> known = of_a_point;
  for (const std::string& name : names_in(kOfTheRun)) known.push_back(name);
  std::optional<std::string> nearest =
      metric.size() > 100 ? std::nullopt : nearest_word(metric, known);
  std::string what = said + ", which is no figure";
  if (nearest) what += fmt::format("; did you mean {}?", *nearest);
  return {what, all};
}

std::string_view kind_of(FigureUnit unit) {
  switch (unit) {
    case FigureUnit::kRate:
      return "a rate";
    case FigureUnit::kLatency:
      return "a latency";
    case FigureUnit::kRatio:
      return "a ratio";
    case FigureUnit::kNumber:
      return "a plain number";
  }
  CHECK(false);
}

std::string_view spelling_of(FigureUnit unit) {
  switch (unit) {
    case FigureUnit::kRate:
      return kRateWords;
    case FigureUnit::kLatency:
      return kDurationWords;
    case FigureUnit::kRatio:
      return kRatioWords;
    case FigureUnit::kNumber:
      return "a number without a unit, such as 3.5";
  }
  CHECK(false);
}

}  // namespace lynxbench::contract
