// The metrics of which a figure id is made: METRIC@POINT, or METRIC alone for the run as a whole
// (model/figures.h says what each is, docs/methodology.md from when to when).
//
//   find_metric("ttft.p95")->unit == "ns"
#pragma once

#include <span>
#include <string_view>

namespace lynxbench {

// What a target must give so that the figure can have a value.
enum class Needs {
  kNothing,
  kEndpoint,  // a target on the network: failures by kind, first bytes
  kStream,    // answers that come in pieces
  kTokens,    // a language model, which counts its tokens
  kScores,    // AccuracySpec::method other than kNone
};

struct Metric {
  std::string_view name;  // before the "@": "e2e.p95"
  std::string_view unit;  // "ns", "1/s", "ratio", "1"
  Needs needs = Needs::kNothing;
};

[[nodiscard]] std::span<const Metric> run_metrics();    // without a point
[[nodiscard]] std::span<const Metric> point_metrics();  // with one
// nullptr when there is none of this name.
[[nodiscard]] const Metric* find_metric(std::span<const Metric> metrics, std::string_view name);

}  // namespace lynxbench
