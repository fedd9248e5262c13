#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "model/json.h"
#include "report/sections.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr std::size_t kOperatorRows = 10;

// "serving (ML platform), demand (product)"
std::string candidates(const Figures& figures, TimeClass time_class) {
  for (const ClassOwners& rule : figures.owners) {
    if (rule.time_class != time_class) continue;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rule.layers.size(); ++i) {
      std::string owner = i < rule.owners.size() && !rule.owners[i].empty() ? rule.owners[i] : "unknown";
      names.push_back(fmt::format("{} ({})", name_of(rule.layers[i]), owner));
    }
    return names.empty() ? "none, by the contract" : joined(names, "or");
  }
  return "unknown: no rule";
}

void print_breakdown(Paper& paper, const Bundle& bundle, const TimeBreakdown& breakdown) {
  const Figures& figures = bundle.figures;
  double requests = static_cast<double>(breakdown.requests);
  double mean = static_cast<double>(breakdown.total_ns) / requests;
  auto percentile = [&](const std::string& name) {
    return value_text(figure_of(figures, fmt::format("e2e.{}@{}", name, breakdown.point)));
  };
  paper.paragraph(fmt::format("{}, {} requests: mean {} from due to done (n = {}; the point's p50 {}, p95 {}, p99 {})",
                              breakdown.point, breakdown.requests_kind, duration_text(mean),
                              grouped(breakdown.requests), percentile("p50"), percentile("p95"),
                              percentile("p99")),
                  Tone::kStrong);
  int bar_columns = std::max(8, paper.columns() - 56);
  Table table{{{.title = "class", .wrap_to = 16},
               {.title = "mean", .align = Align::kRight},
               {.title = "share", .align = Align::kRight},
               {.title = ""}},
              {}};
  for (TimeClass time_class : kTimeClassesShown) {
    std::int64_t time = breakdown.by_class_ns[static_cast<std::size_t>(time_class)];
    if (time == 0 && time_class != TimeClass::kUnattributed) continue;
    double share = breakdown.total_ns == 0 ? 0
                                           : static_cast<double>(time) / static_cast<double>(breakdown.total_ns);
    table.rows.push_back({{std::string(title_of(time_class))},
                          {duration_text(static_cast<double>(time) / requests)},
                          {share_text(share)},
                          {bar(share, bar_columns), Tone::kGood}});
  }
  paper.table(table);
  if (breakdown.left_out > 0) {
    paper.paragraph(fmt::format("{} left out: failed, or nothing is known of their way.",
                                counted(breakdown.left_out, "request")),
                    Tone::kWarning);
  }
}

// Once for all breakdowns: whose layer a class's time may be.
void print_candidates(Paper& paper, const Figures& figures) {
  Table table{{{.title = "class", .wrap_to = 16}, {.title = "may be owned by", .wrap_to = 20}}, {}};
  for (TimeClass time_class : kTimeClassesShown) {
    auto i = static_cast<std::size_t>(time_class);
    bool occurs = std::any_of(figures.breakdowns.begin(), figures.breakdowns.end(),
                              [i](const TimeBreakdown& one) { return one.by_class_ns[i] != 0; });
    if (!occurs) continue;
    table.rows.push_back({{std::string(title_of(time_class))}, {candidates(figures, time_class)}});
  }
  if (!table.rows.empty()) paper.table(table);
}

std::string or_unknown(const std::optional<double>& value, const std::string& unit) {
  return value ? quantity(*value, unit) : "unknown";
}

Table operator_table(const std::vector<OperatorFigure>& operators, const std::string& title) {
  Table table{{{.title = title, .wrap_to = 18},
               {.title = "time", .align = Align::kRight},
               {.title = "share", .align = Align::kRight},
               {.title = "cumulative", .align = Align::kRight},
               {.title = "bound"},
               {.title = "of ceiling", .align = Align::kRight, .drop = 1},
               {.title = "calls", .align = Align::kRight, .drop = 2}},
              {}};
  for (std::size_t i = 0; i < std::min(operators.size(), kOperatorRows); ++i) {
    const OperatorFigure& one = operators[i];
    table.rows.push_back({{one.node.empty() ? one.op_type : one.node},
                          {duration_text(static_cast<double>(one.total_ns))},
                          {share_text(one.share)},
                          {share_text(one.cumulative_share)},
                          {one.bound.empty() ? "unknown" : one.bound},
                          {or_unknown(one.of_ceiling, "ratio")},
                          {grouped(one.calls)}});
  }
  return table;
}


// Why operators are of unknown bound, each reason once, and why some are above their ceiling.
void print_operator_remarks(Paper& paper, const std::vector<OperatorFigure>& operators) {
  if (std::any_of(operators.begin(), operators.end(), [](const OperatorFigure& one) { return one.of_ceiling > 1.0; })) {
    paper.item("above 100 % of the ceiling: a memory-bound operator found its data in the caches, or a "
               "compute-bound one was faster than the matrix product that set the ceiling");
  }
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const OperatorFigure& one : operators) {
    if (!one.reason.empty()) by_reason[one.reason].push_back(one.op_type);
  }
  for (const auto& [reason, types] : by_reason) {
    paper.item(fmt::format("unknown: {}: {}", joined(types, "and"), reason), Tone::kWarning);
  }
}

}  // namespace

void print_breakdowns(Paper& paper, const Bundle& bundle) {
  paper.heading("Where the time goes: mean per request, and who may own it");
  if (bundle.figures.breakdowns.empty()) {
    paper.paragraph("not measured: of no request is it known", Tone::kWarning);
    return;
  }
  for (const TimeBreakdown& breakdown : bundle.figures.breakdowns) {
    if (&breakdown != &bundle.figures.breakdowns.front()) paper.gap();
    if (breakdown.requests == 0) {
      paper.paragraph(fmt::format("{}, {} requests: not measured: of none is it known ({} left out)",
                                  breakdown.point, breakdown.requests_kind, grouped(breakdown.left_out)),
                      Tone::kWarning);
      continue;
    }
    print_breakdown(paper, bundle, breakdown);
  }
  paper.gap();
  print_candidates(paper, bundle.figures);
}

void print_operators(Paper& paper, const Bundle& bundle) {
  const Figures& figures = bundle.figures;
  paper.heading("Top operators (profiled batches)");
  if (figures.operators_by_type.empty()) {
    paper.paragraph(bundle.contract.load.profile ? "not measured: no profile was read"
                                                 : "not measured: the contract asks for no profile",
                    Tone::kWarning);
    return;
  }
  paper.table(operator_table(figures.operators_by_type, "type"));
  print_operator_remarks(paper, figures.operators_by_type);
  if (figures.operators_by_type.size() > kOperatorRows) {
    paper.paragraph(fmt::format("{} not shown.", counted(figures.operators_by_type.size() - kOperatorRows, "further type")),
                    Tone::kFaint);
  }
  if (!figures.operators.empty()) {
    paper.gap();
    paper.table(operator_table(figures.operators, "node"));
    if (figures.operators.size() > kOperatorRows) {
      paper.paragraph(fmt::format("{} not shown.", counted(figures.operators.size() - kOperatorRows, "further node")),
                      Tone::kFaint);
    }
  }
  const Roofline& roofline = figures.roofline;
  if (!roofline.missing.empty()) {
    paper.paragraph("Ceilings not measured: " + roofline.missing, Tone::kWarning);
    return;
  }
  paper.paragraph(fmt::format("Ceilings of this machine: {} ({}); {} ({}); ridge at {} flop/byte.",
                              or_unknown(roofline.flops_per_s, "flop/s"), roofline.matmul_method,
                              or_unknown(roofline.bytes_per_s, "B/s"), roofline.stream_method,
                              or_unknown(roofline.ridge, "1")));
}

void print_profiling(Paper& paper, const Bundle& bundle) {
  paper.heading("What profiling cost");
  if (bundle.figures.profiling.empty()) {
    paper.paragraph("not measured: nothing was profiled", Tone::kWarning);
    return;
  }
  Table table{{{.title = "point"},
               {.title = "profiled", .align = Align::kRight},
               {.title = "plain", .align = Align::kRight},
               {.title = "longer by", .align = Align::kRight},
               {.title = "batches", .align = Align::kRight}},
              {}};
  for (const ProfilingCost& cost : bundle.figures.profiling) {
    table.rows.push_back({{cost.point},
                          {cost.profiled_ns ? duration_text(*cost.profiled_ns) : "withheld"},
                          {cost.plain_ns ? duration_text(*cost.plain_ns) : "withheld"},
                          {cost.ratio ? ratio_text(*cost.ratio) : "withheld"},
                          {fmt::format("{} / {}", grouped(cost.profiled), grouped(cost.plain))}});
  }
  paper.table(table);
  for (const ProfilingCost& cost : bundle.figures.profiling) {
    if (!cost.withheld.empty()) paper.item("withheld: " + cost.point + ": " + cost.withheld, Tone::kWarning);
  }
  paper.paragraph("Median time of the runtime's call, batch sizes matched; batches: profiled / plain.",
                  Tone::kFaint);
}

}  // namespace lynxbench::report
