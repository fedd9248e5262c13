#include "trace/prometheus/series_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace lynxbench::trace::prometheus {
namespace {

using Kind = TraceSeries::Kind;
using protocol::MetricKind;

constexpr std::array<std::string_view, 4> kFamilyEnds = {"_bucket", "_count", "_sum", "_total"};

// Ends of names of counters, for texts without TYPE lines: DCGM's and Triton's have them.
constexpr std::array<std::string_view, 11> kCounterEnds = {
    "_total",         "_bucket",         "_count",           "_sum",
    "_duration_us",   "_request_success", "_request_failure", "_energy_consumption",
    "_ENERGY_CONSUMPTION", "_PCIE_REPLAY_COUNTER", "_VIOLATION"};

// How HELP lines spell units, and ours. Longer words first where one is inside another.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kUnitWords = {{
    {"nanoseconds", "ns"},
    {"microseconds", "us"},
    {"milliseconds", "ms"},
    {"seconds", "s"},
    {"bytes", "B"},
    {"watts", "W"},
    {"millijoules", "mJ"},
    {"joules", "J"},
    {"MHz", "MHz"},
    {"MiB", "MiB"},
    {"ns", "ns"},
    {"us", "us"},
    {"ms", "ms"},
    {"percent", "%"},
}};

std::string_view short_unit(std::string_view word) {
  for (const auto& [spelled, unit] : kUnitWords) {
    if (spelled == word) return unit;
  }
  return {};
}

// "SM clock frequency (in MHz).", "... duration in microseconds (includes cached requests)"
std::string unit_of_help(std::string_view help) {
  constexpr std::string_view kBracket = "(in ";
  if (const std::size_t at = help.find(kBracket); at != std::string_view::npos) {
    const std::string_view rest = help.substr(at + kBracket.size());
    const std::string_view unit = rest.substr(0, rest.find(')'));
    const std::string_view known = short_unit(unit);
    return std::string(known.empty() ? unit : known);
  }
  for (std::size_t at = help.find(" in "); at != std::string_view::npos;
       at = help.find(" in ", at + 1)) {
    std::string_view word = help.substr(at + 4);
    word = word.substr(0, word.find_first_of(" .,;:()"));
    if (const std::string_view unit = short_unit(word); !unit.empty()) return std::string(unit);
  }
  return "";
}

// "request_latency_seconds" -> "s": both formats ask for the unit at a name's end.
std::string unit_of_name(std::string_view family) {
  const std::size_t at = family.rfind('_');
  if (at == std::string_view::npos) return "";
  return std::string(short_unit(family.substr(at + 1)));
}

bool has_label(const MetricSample& sample, std::string_view name) {
  return std::any_of(sample.labels.begin(), sample.labels.end(),
                     [name](const auto& label) { return label.first == name; });
}

bool ends_with_any(std::string_view name, const auto& ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [name](std::string_view end) { return name.ends_with(end); });
}

Kind counting_kind(const MetricSample& sample, MetricKind kind) {
  const bool is_part = sample.name.ends_with("_count") || sample.name.ends_with("_sum");
  switch (kind) {
    case MetricKind::kCounter:
      return Kind::kCounter;
    case MetricKind::kHistogram:
      return Kind::kCounter;
    case MetricKind::kSummary:
      return is_part ? Kind::kCounter : Kind::kGauge;
    case MetricKind::kUnknown:
      if (has_label(sample, "quantile")) return Kind::kGauge;
      return has_label(sample, "le") || ends_with_any(sample.name, kCounterEnds) ? Kind::kCounter
                                                                                 : Kind::kGauge;
    default:
      return Kind::kGauge;
  }
}

}  // namespace

std::string_view family_name(std::string_view sample_name) {
  for (const std::string_view end : kFamilyEnds) {
    if (sample_name.size() > end.size() && sample_name.ends_with(end)) {
      return sample_name.substr(0, sample_name.size() - end.size());
    }
  }
  return sample_name;
}

SampleKind kind_of(const MetricSample& sample, const protocol::MetricFamily* family) {
  const protocol::MetricFamily none;
  if (family == nullptr) family = &none;
  SampleKind found{"", counting_kind(sample, family->kind)};
  // Buckets and _count count observations, whatever unit these have.
  const bool counts = sample.name.ends_with("_count") || has_label(sample, "le");
  if (counts) return found;
  const std::string_view said = short_unit(family->unit);
  found.unit = said.empty() ? family->unit : std::string(said);
  if (found.unit.empty()) found.unit = unit_of_help(family->help);
  if (found.unit.empty()) found.unit = unit_of_name(family_name(sample.name));
  return found;
}

bool names_a_host(std::string_view label) {
  constexpr std::array<std::string_view, 20> kLabels = {
      "Hostname",  "hostname",      "host",     "host_name",         "instance",
      "node",      "nodename",      "node_name", "kubernetes_node",  "pod",
      "pod_name",  "pod_uid",       "exported_pod", "exported_instance", "container",
      "exported_container", "namespace", "exported_namespace", "ip", "address"};
  return std::find(kLabels.begin(), kLabels.end(), label) != kLabels.end();
}

std::optional<std::int64_t> device_of(const MetricLabels& labels) {
  for (const auto& [name, value] : labels) {
    if (name != "gpu") continue;
    std::int64_t device = 0;
    const char* last = value.data() + value.size();
    const auto [end, problem] = std::from_chars(value.data(), last, device);
    if (problem == std::errc() && end == last && device >= 0) return device;
  }
  return std::nullopt;
}

// dcgm_structs.h: *_BLANK and the three values after it (not found, not supported, not permitted)
// of each type. The four of 64 bits are one double.
bool is_missing(const MetricSample& sample) {
  if (std::isnan(sample.value)) return true;
  if (!sample.name.starts_with("DCGM_")) return false;
  constexpr double kInt64Blank = 9223372036854775792.0;
  constexpr double kInt32Blank = 2147483632.0;
  constexpr double kFloatBlank = 140737488355328.0;
  const auto is_one_of_four = [&](double blank) {
    return sample.value >= blank && sample.value <= blank + 3;
  };
  return is_one_of_four(kInt64Blank) || is_one_of_four(kInt32Blank) || is_one_of_four(kFloatBlank);
}

}  // namespace lynxbench::trace::prometheus
