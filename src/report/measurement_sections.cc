#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "base/units.h"
#include "model/json.h"
#include "report/sections.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr const char* kPercentiles[] = {"p50", "p90", "p95", "p99"};

// A rate never stands without its conditions.
void print_conditions(Paper& paper, const Bundle& bundle) {
  Conditions stated = conditions(bundle);
  paper.paragraph(fmt::format("Batch policy: {}. Latency limit: {}.", stated.batch_policy,
                              stated.latency_budget));
}

// Reasons of withheld values below a table, each once.
class Reasons {
 public:
  void note(const std::string& id, const Estimate& estimate) {
    if (estimate.withheld.empty()) return;
    by_reason_[missing_text(estimate)].push_back(id);
  }
  void print(Paper& paper) const {
    for (const auto& [reason, ids] : by_reason_) {
      paper.item(fmt::format("{}: {}", joined(ids, "and"), reason), Tone::kWarning);
    }
  }

 private:
  std::map<std::string, std::vector<std::string>> by_reason_;
};

std::string spread_text(const Estimate& estimate) {
  if (!estimate.value) return missing_word(estimate);
  if (!estimate.low || !estimate.high) return value_text(estimate);
  return value_text(estimate) + " (" + interval_text(estimate) + ")";
}

// How the intervals of these figures were made, each way once.
void print_methods(Paper& paper, const Figures& figures, const std::set<std::string>& ids) {
  std::set<std::string> methods;
  for (const std::string& id : ids) {
    Estimate estimate = figure_of(figures, id);
    if (!estimate.method.empty() && estimate.low) {
      methods.insert(confidence_text(estimate) + ": " + estimate.method);
    }
  }
  for (const std::string& method : methods) paper.paragraph(method, Tone::kFaint);
}

Tone tone_of(PointVerdict verdict) {
  if (verdict == PointVerdict::kPass) return Tone::kGood;
  return verdict == PointVerdict::kFail ? Tone::kBad : Tone::kWarning;
}

std::vector<Cell> step_row(const SearchStep& step) {
  bool any = step.requests > 0;
  return {{rate_text(step.rate_per_s)},
          {rate_text(step.achieved_per_s)},
          {step.purpose},
          {step.latency_ns ? duration_text(*step.latency_ns) : "withheld"},
          {any ? ratio_text(step.over_ratio) : "withheld"},
          {any ? range_text(step.over_low, step.over_high, "ratio") : "withheld"},
          {grouped(step.requests)},
          {number_text(step.effective_samples)},
          {std::string(name_of(step.verdict)), tone_of(step.verdict)}};
}

// The highest throughput that a point held over its sessions: a rate to plan with, unlike the peak.
void print_sustained(Paper& paper, const Bundle& bundle) {
  std::string best;
  for (const LoadPoint& point : bundle.contract.load.points) {
    std::string id = "throughput@" + point.name;
    Estimate found = figure_of(bundle.figures, id);
    bool higher = best.empty() || (found.value && *found.value > *figure_of(bundle.figures, best).value);
    if (found.value && higher) best = id;
  }
  if (best.empty()) return;
  Estimate held = figure_of(bundle.figures, best);
  paper.paragraph(fmt::format("Sustained: {} (interval {}) at {}, {}.", value_text(held), interval_text(held),
                              best.substr(best.find('@') + 1), held.method));
}

}  // namespace

void print_throughput(Paper& paper, const Bundle& bundle) {
  paper.heading("Throughput by point");
  print_conditions(paper, bundle);
  Table table{{{.title = "point"},
               {.title = "load", .wrap_to = 14, .drop = 2},
               {.title = "throughput", .align = Align::kRight},
               {.title = "interval", .align = Align::kRight, .drop = 1},
               {.title = "goodput", .align = Align::kRight},
               {.title = "errors", .align = Align::kRight},
               {.title = "concurrency", .align = Align::kRight, .wrap_to = 11},
               {.title = "batch size", .align = Align::kRight, .wrap_to = 10, .drop = 4},
               {.title = "n", .align = Align::kRight, .drop = 3}},
              {}};
  Reasons reasons;
  std::set<std::string> ids;
  for (const LoadPoint& point : bundle.contract.load.points) {
    auto figure = [&](const std::string& metric) {
      Estimate estimate = figure_of(bundle.figures, metric + "@" + point.name);
      reasons.note(metric + "@" + point.name, estimate);
      return estimate;
    };
    ids.insert("throughput@" + point.name);
    Estimate throughput = figure("throughput");
    table.rows.push_back({{point.name},
                          {load_text(point.load)},
                          {value_text(throughput)},
                          {interval_text(throughput)},
                          {value_text(figure("goodput"))},
                          {value_text(figure("errors"))},
                          {spread_text(figure("concurrency"))},
                          {spread_text(figure("batch_size"))},
                          {samples_text(throughput)}});
  }
  paper.table(table);
  print_methods(paper, bundle.figures, ids);
  reasons.print(paper);
  print_sustained(paper, bundle);
  Estimate peak = figure_of(bundle.figures, "peak_throughput");
  if (peak.value) {
    paper.paragraph(fmt::format("Peak throughput, whatever the latency: {} (interval {}).",
                                value_text(peak), interval_text(peak)));
  } else {
    paper.paragraph("Peak throughput " + missing_text(peak));
  }
}

void print_saturation(Paper& paper, const Bundle& bundle) {
  const Saturation& saturation = bundle.figures.saturation;
  paper.heading("Saturation search");
  if (saturation.steps.empty()) {
    std::string reason = saturation.outcome;
    if (reason.empty()) reason = bundle.contract.load.search ? "no rate was tried" : "the contract asks for none";
    paper.paragraph("not measured: " + reason, Tone::kWarning);
    return;
  }
  paper.paragraph("Criterion: " + saturation.criterion);
  paper.paragraph("Outcome: " + saturation.outcome, Tone::kStrong);
  auto decisive = [](const std::optional<double>& rate) {
    return rate ? rate_text(*rate) : std::string("unknown: not confirmed");
  };
  paper.paragraph(fmt::format("Highest rate that passed: {}. Lowest rate that failed: {}.",
                              decisive(saturation.pass_per_s), decisive(saturation.fail_per_s)));
  for (const std::string& line : search_lines(saturation)) paper.item(line);
  print_conditions(paper, bundle);
  paper.paragraph(fmt::format("Concurrency: open loop, at most {} in flight.",
                              bundle.contract.load.max_in_flight));
  std::string limit = percentile_name(bundle.contract.slo.quantile);
  Table table{{{.title = "rate", .align = Align::kRight},
               {.title = "completed", .align = Align::kRight, .drop = 2},
               {.title = "purpose", .drop = 1},
               {.title = limit, .align = Align::kRight},
               {.title = "over limit", .align = Align::kRight},
               {.title = "95 % interval", .align = Align::kRight},
               {.title = "n", .align = Align::kRight, .drop = 4},
               {.title = "effective n", .align = Align::kRight, .drop = 3},
               {.title = "verdict"}},
              {}};
  for (const SearchStep& step : saturation.steps) table.rows.push_back(step_row(step));
  paper.table(table);
}

void print_latency(Paper& paper, const Bundle& bundle) {
  paper.heading("Latency: from due (end-to-end) and from sent (service time)");
  Table table{{{.title = "point"},
               {.title = ""},
               {.title = "from due", .align = Align::kRight},
               {.title = "interval", .align = Align::kRight},
               {.title = "from sent", .align = Align::kRight},
               {.title = "interval ", .align = Align::kRight, .drop = 2},
               {.title = "n", .align = Align::kRight, .drop = 1}},
              {}};
  Reasons reasons;
  std::set<std::string> ids;
  for (const LoadPoint& point : bundle.contract.load.points) {
    std::string name = point.name;
    for (const char* percentile : kPercentiles) {
      std::string due_id = fmt::format("e2e.{}@{}", percentile, point.name);
      std::string sent_id = fmt::format("service.{}@{}", percentile, point.name);
      Estimate due = figure_of(bundle.figures, due_id), sent = figure_of(bundle.figures, sent_id);
      reasons.note(due_id, due);
      reasons.note(sent_id, sent);
      ids.insert(due_id);
      table.rows.push_back({{name}, {percentile}, {value_text(due)}, {interval_text(due)},
                            {value_text(sent)}, {interval_text(sent)}, {samples_text(due)}});
      name.clear();
    }
  }
  if (table.rows.empty()) {
    paper.paragraph("not measured: the contract has no load points", Tone::kWarning);
    return;
  }
  paper.table(table);
  print_methods(paper, bundle.figures, ids);
  reasons.print(paper);
}

}  // namespace lynxbench::report
