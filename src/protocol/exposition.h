// The text in which servers tell their figures: Prometheus' exposition format 0.0.4 and OpenMetrics
// 1.0, as one language.
//
//   Exposition found = parse_exposition(body);
//   for (const MetricSample& sample : found.samples) ...
//
// A line that is not of the form is left out, counted, and its place kept; all others count. A server
// that writes one odd line does not lose the rest.
//
// Sources: prometheus.io/docs/instrumenting/exposition_formats, and the OpenMetrics specification.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/server_metrics.h"

namespace lynxbench::protocol {

enum class MetricKind {
  kUnknown,  // no TYPE, "untyped", "unknown", or a word that is no type
  kCounter,
  kGauge,
  kHistogram,
  kGaugeHistogram,
  kSummary,
  kInfo,
  kStateSet,
};

// What HELP, TYPE and UNIT say of a name.
struct MetricFamily {
  MetricKind kind = MetricKind::kUnknown;
  std::string help;
  std::string unit;
};

struct MalformedLine {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1, in bytes
  std::string what;        // "no value", "the label value has no end"
};

struct Exposition {
  std::map<std::string, MetricFamily> families;
  std::vector<MetricSample> samples;  // in the order of the text; labels by name
  std::uint64_t timestamps = 0;       // samples that carried one; it is the server's clock, so unused
  std::uint64_t exemplars = 0;        // samples that carried one
  std::uint64_t malformed = 0;
  std::vector<MalformedLine> malformed_lines;  // the first kMostMalformed
  bool ended = false;  // "# EOF" was seen: OpenMetrics' sign that nothing was cut off
};
inline constexpr std::size_t kMostMalformed = 16;

// Any bytes. A sample said twice (same name, same labels) counts once, as it was said first; the
// second is malformed.
[[nodiscard]] Exposition parse_exposition(std::string_view text);

// "+Inf", "NaN", "1.5e3" and every other number that strconv.ParseFloat of Go takes, which both
// formats refer to, without its hexadecimal and underscored ones; nothing for anything else.
[[nodiscard]] std::optional<double> parse_value(std::string_view text);

}  // namespace lynxbench::protocol
