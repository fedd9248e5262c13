// The series of one reading, by name, and their sums. Inside metrics only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/server_metrics.h"

namespace lynxbench::metrics {

// Which series of a metric count: those of one model, and those with or without some label values.
struct SeriesFilter {
  std::string_view model_label{};
  std::string_view model{};
  std::string_view label{};
  std::vector<std::string_view> with{};
  std::vector<std::string_view> without{};
};

// Where a server tells a figure both as a whole and by part (a series without `dp_rank` or with an
// empty `priority` beside others), the whole alone counts.
class ServerSeries {
 public:
  // `scrape` must outlive it.
  explicit ServerSeries(const ServerScrape& scrape);

  // Sum over the series that count. Nothing where there is none, or one is no number. A name with ':'
  // is also found with '_' in its place.
  [[nodiscard]] std::optional<double> sum(std::string_view name, const SeriesFilter& filter) const;
  // Of a histogram's name_bucket: cumulative counts by upper edge.
  [[nodiscard]] std::map<double, double> buckets(std::string_view name, const SeriesFilter& filter) const;
  [[nodiscard]] bool has_prefix(std::string_view prefix) const;
  // The values of that label, of names that begin with `prefix`.
  [[nodiscard]] std::vector<std::string> values_of(std::string_view label, std::string_view prefix) const;

 private:
  [[nodiscard]] std::vector<const MetricSample*> matching(std::string_view name, const SeriesFilter& filter) const;

  std::map<std::string, std::vector<const MetricSample*>, std::less<>> by_name_;
};

}  // namespace lynxbench::metrics
