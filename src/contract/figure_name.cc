#include "contract/figure_name.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "contract/wording.h"

namespace lynxbench::contract {
namespace {

FigureUnit unit_of(const Metric& metric) {
  if (metric.unit == "1/s") return FigureUnit::kRate;
  if (metric.unit == "ns") return FigureUnit::kLatency;
  return metric.unit == "ratio" ? FigureUnit::kRatio : FigureUnit::kNumber;
}

std::vector<std::string> names_in(std::span<const Metric> metrics) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics) names.emplace_back(metric.name);
  return names;
}

// Metrics of one kind under one name: {"e2e", {".p50", ".p90", ".p95", ".p99"}}.
struct Family {
  std::vector<std::string> names;
  std::vector<std::string> endings;
};

// All metrics of a point by family; families with the same endings are one.
std::vector<Family> families() {
  std::vector<Family> found;
  for (const Metric& metric : point_metrics()) {
    std::size_t dot = metric.name.find('.');
    std::string name(metric.name.substr(0, dot));
    bool goes_on = !found.empty() && found.back().names.front() == name;
    if (!goes_on) found.push_back({{name}, {}});
    if (dot != std::string_view::npos) found.back().endings.emplace_back(metric.name.substr(dot));
  }
  std::vector<Family> merged;
  for (Family& family : found) {
    auto same = std::find_if(merged.begin(), merged.end(), [&](const Family& other) {
      return other.endings == family.endings;
    });
    if (same == merged.end()) {
      merged.push_back(std::move(family));
    } else {
      same->names.push_back(family.names.front());
    }
  }
  return merged;
}

// "throughput or goodput; e2e or service with .p50 or .p99; failures with .resolve, .connect ..."
std::string all_of_a_point() {
  constexpr std::size_t kMostEndings = 4;
  std::string text;
  for (const Family& family : families()) {
    text += (text.empty() ? "" : "; ") + joined(family.names, "or");
    if (family.endings.empty()) continue;
    bool cut = family.endings.size() > kMostEndings;
    std::vector<std::string> shown(family.endings.begin(),
                                   family.endings.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                family.endings.size(), kMostEndings)));
    text += " with " + joined(shown, "or") + (cut ? " and so on" : "");
  }
  return text;
}

}  // namespace

std::optional<FigureName> figure_named(std::string_view id) {
  std::size_t at = id.find('@');
  if (at == std::string_view::npos) {
    const Metric* metric = find_metric(run_metrics(), id);
    if (metric == nullptr) return std::nullopt;
    return FigureName{std::string(id), "", unit_of(*metric), metric->needs};
  }
  const Metric* metric = find_metric(point_metrics(), id.substr(0, at));
  if (metric == nullptr || at + 1 == id.size()) return std::nullopt;
  return FigureName{std::string(metric->name), std::string(id.substr(at + 1)), unit_of(*metric),
                    metric->needs};
}

NoFigure why_no_figure(std::string_view id, std::span<const std::string> points) {
  std::string said = "is \"" + shown(id) + "\"";
  std::string point = points.empty() ? "POINT" : points.front();
  std::string_view metric = id.substr(0, id.find('@'));
  if (find_metric(point_metrics(), metric) != nullptr) {  // no point named
    return {said + ", without the point at which it is measured",
            fmt::format("{}@ and one of the points {}", metric, joined(points, "or"))};
  }
  if (find_metric(run_metrics(), metric) != nullptr) {  // with a point
    return {said + fmt::format(", but {} belongs to the run and to no point", metric),
            std::string(metric)};
  }
  std::string all = fmt::format(
      "capacity, peak_throughput, or with @ and a point, such as e2e.p95@{}: {}", point,
      all_of_a_point());
  std::vector<std::string> known = names_in(point_metrics());
  for (const std::string& name : names_in(run_metrics())) known.push_back(name);
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
