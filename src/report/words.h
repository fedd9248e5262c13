// What the report says in words, once for the terminal and the page: figures with their units, the
// outcome, the conditions of a rate, and what was left out.
//
//   quantity(12.3e6, "ns")               -> "12.3 ms"
//   bound_text(10.0, {}, "1/s")          -> "≥ 10/s"
//   figure_title("e2e.p95@half")         -> "p95 end-to-end latency (from due) at half"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/bundle.h"
#include "report/report.h"

namespace lynxbench::report {

// A value with its unit: "ns", "s", "1/s", "ratio", "bytes", "Hz", "cores", "1".
[[nodiscard]] std::string quantity(double value, std::string_view unit);
// A value that somebody stated, as exactly as six digits can: "100 ms", "12.345/s", "5 %".
[[nodiscard]] std::string stated_text(double value, std::string_view unit);
// "11.9–12.8 ms"; "980 µs – 1.02 ms" where the ends have different units.
[[nodiscard]] std::string range_text(double low, double high, std::string_view unit);
// "≥ 10/s", "≤ 100 ms"; "no bound" without one.
[[nodiscard]] std::string bound_text(const std::optional<double>& at_least,
                                     const std::optional<double>& at_most, std::string_view unit);

// The value, or "withheld" or "unknown".
[[nodiscard]] std::string value_text(const Estimate& estimate);
// The interval, "withheld", or "none" where a figure has none by nature (one session).
[[nodiscard]] std::string interval_text(const Estimate& estimate);
// "withheld" or "unknown", and the same with the reason.
[[nodiscard]] std::string missing_word(const Estimate& estimate);
[[nodiscard]] std::string missing_text(const Estimate& estimate);
// What it rests on; "–" where nothing was measured.
[[nodiscard]] std::string samples_text(const Estimate& estimate);
// "93.75 % interval"; "interval" when its confidence is not known.
[[nodiscard]] std::string confidence_text(const Estimate& estimate);

// The figure `id`, or an Estimate without a value that says that it is unknown.
[[nodiscard]] Estimate figure_of(const Figures& figures, const std::string& id);
[[nodiscard]] std::string figure_title(const std::string& id);
// "p95" for 0.95, "p99.9" for 0.999.
[[nodiscard]] std::string percentile_name(double quantile);

// Without these three no rate is printed: the batch policy, the concurrency and the latency budget.
struct Conditions {
  std::string batch_policy;
  std::string concurrency;
  std::string latency_budget;
};
[[nodiscard]] Conditions conditions(const Bundle& bundle);
// "open loop, Poisson arrivals, 50 % of capacity"; "closed loop, 4 at a time".
[[nodiscard]] std::string load_text(const LoadSpec& load);

// What the run says about the decision. `state` is "met", "missed" or "undecided", or what forbids a
// decision: "altered" (not as it was sealed), "incomplete", "invalid" (the client was the bottleneck).
struct Outcome {
  std::string state;
  std::string headline;  // one sentence
  std::string meaning;   // what follows from it, by the contract
  std::vector<std::string> reasons;
  // False when nothing may be decided from the run.
  [[nodiscard]] bool counts() const;
};
[[nodiscard]] Outcome outcome(const Bundle& bundle, const Context& context);

// The unit of the decision's figure; also where the figure itself is missing.
[[nodiscard]] std::string decision_unit(const Figures& figures);

// What was measured, in plain sentences: the model, the server, the machine.
[[nodiscard]] std::vector<std::string> subject(const Bundle& bundle);

// Facts of a layer by where they came from.
struct Completeness {
  std::uint64_t measured = 0;
  std::uint64_t declared = 0;
  std::uint64_t unknown = 0;
  [[nodiscard]] std::uint64_t known() const { return measured + declared; }
  [[nodiscard]] std::uint64_t total() const { return measured + declared + unknown; }
};
[[nodiscard]] Completeness completeness(const LayerRecord& layer);

// Something of the raw data that is in no figure, with how many of them and why.
struct LeftOut {
  std::string what;
  std::uint64_t count = 0;
  std::string why;
};
[[nodiscard]] std::vector<LeftOut> left_out(const Bundle& bundle);

// "lynxbench verify BUNDLE", quoted for a shell.
[[nodiscard]] std::string verify_command(const Context& context);

// A share of a whole, to a tenth of a percent: "12.3 %", "< 0.1 %".
[[nodiscard]] std::string share_text(double ratio);

// "1 234 567", with narrow gaps.
[[nodiscard]] std::string grouped(std::uint64_t count);
// "1 gap", "2 gaps".
[[nodiscard]] std::string counted(std::uint64_t count, const std::string& noun);

// What the search found beside the two rates, a line each: what was completed, sustained and at most, and
// what is odd about the server ("goodput cliff: ...").
[[nodiscard]] std::vector<std::string> search_lines(const Saturation& saturation);

}  // namespace lynxbench::report
