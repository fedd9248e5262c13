#include "metrics/server_series.h"
#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace lynxbench::metrics {
namespace {

const std::string* value_of(const MetricSample& sample, std::string_view label) {
  for (const auto& [name, value] : sample.labels) {
    if (name == label) return &value;
  }
  return nullptr;
}

bool counts(const MetricSample& sample, const SeriesFilter& filter) {
  if (!filter.model.empty()) {
    const std::string* model = value_of(sample, filter.model_label);
    if (model == nullptr || *model != filter.model) return false;
  }
  if (filter.label.empty()) return true;
  const std::string* value = value_of(sample, filter.label);
  if (!filter.with.empty()) return value != nullptr && is_one_of(filter.with, *value);
  return value == nullptr || !is_one_of(filter.without, *value);
}

// A part of a whole: it has the label, and some other series has not, or has it empty.
void keep_wholes(std::vector<const MetricSample*>& samples, std::string_view label) {
  auto is_whole = [&](const MetricSample* sample) {
    const std::string* value = value_of(*sample, label);
    return value == nullptr || value->empty();
  };
  if (std::any_of(samples.begin(), samples.end(), is_whole)) {
    std::erase_if(samples, [&](const MetricSample* sample) { return !is_whole(sample); });
  }
}

double edge_of(const std::string& text) {
  if (text == "+Inf" || text == "inf" || text == "Inf") return std::numeric_limits<double>::infinity();
  double value = std::numeric_limits<double>::quiet_NaN();
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

ServerSeries::ServerSeries(const ServerScrape& scrape) {
  for (const MetricSample& sample : scrape.samples) by_name_[sample.name].push_back(&sample);
}

std::vector<const MetricSample*> ServerSeries::matching(std::string_view name, const SeriesFilter& filter) const {
  auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    std::string plain(name);
    std::replace(plain.begin(), plain.end(), ':', '_');
    found = by_name_.find(plain);
  }
  std::vector<const MetricSample*> samples;
  if (found == by_name_.end()) return samples;
  std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(samples),
               [&](const MetricSample* sample) { return counts(*sample, filter); });
  for (std::string_view label : {"dp_rank", "priority"}) keep_wholes(samples, label);
  return samples;
}

std::optional<double> ServerSeries::sum(std::string_view name, const SeriesFilter& filter) const {
  std::vector<const MetricSample*> samples = matching(name, filter);
  if (samples.empty()) return std::nullopt;
  double sum = 0;
  for (const MetricSample* sample : samples) sum += sample->value;
  if (!std::isfinite(sum)) return std::nullopt;
  return sum;
}

std::map<double, double> ServerSeries::buckets(std::string_view name, const SeriesFilter& filter) const {
  std::map<double, double> found;
  for (const MetricSample* sample : matching(std::string(name) + "_bucket", filter)) {
    const std::string* le = value_of(*sample, "le");
    double edge = le == nullptr ? std::numeric_limits<double>::quiet_NaN() : edge_of(*le);
    if (!std::isnan(edge) && std::isfinite(sample->value)) found[edge] += sample->value;
  }
  return found;
}

bool ServerSeries::has_prefix(std::string_view prefix) const {
  auto first = by_name_.lower_bound(prefix);
  return first != by_name_.end() && first->first.starts_with(prefix);
}

std::vector<std::string> ServerSeries::values_of(std::string_view label, std::string_view prefix) const {
  std::vector<std::string> found;
  for (auto entry = by_name_.lower_bound(prefix); entry != by_name_.end() && entry->first.starts_with(prefix); ++entry) {
    for (const MetricSample* sample : entry->second) {
      const std::string* value = value_of(*sample, label);
      if (value != nullptr && std::find(found.begin(), found.end(), *value) == found.end()) found.push_back(*value);
    }
  }
  return found;
}

}  // namespace lynxbench::metrics
