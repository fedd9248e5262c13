#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/sections.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

Tone tone_of(const std::string& state) {
  if (state == "met") return Tone::kGood;
  return state == "undecided" ? Tone::kWarning : Tone::kBad;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

std::string with_interval(const Estimate& estimate) {
  if (!estimate.value) return missing_text(estimate);
  std::string text = value_text(estimate);
  if (estimate.low && estimate.high) {
    text += fmt::format(" ({} {})", confidence_text(estimate), interval_text(estimate));
  } else if (!estimate.withheld.empty()) {
    text += fmt::format(" (interval withheld: {})", estimate.withheld);
  }
  return text;
}

std::string basis(const Estimate& estimate) {
  if (!estimate.value && estimate.samples == 0) return "nothing was measured";
  std::string text = fmt::format("n = {}", samples_text(estimate));
  if (!estimate.by_session.empty()) text += fmt::format(", {} sessions", estimate.by_session.size());
  return estimate.method.empty() ? text : text + "; " + estimate.method;
}

std::vector<Cell> target_row(const TargetOutcome& target, const Figures& figures) {
  Estimate estimate = figure_of(figures, target.figure);
  std::string unit = target.unit.empty() ? estimate.unit : target.unit;
  return {{target.figure},
          {value_text(estimate)},
          {interval_text(estimate)},
          {bound_text(target.at_least, target.at_most, unit)},
          {target.verdict, tone_of(target.verdict)},
          {samples_text(estimate)}};
}

}  // namespace

void print_decision(Paper& paper, const Bundle& bundle, const Context& context) {
  const Contract& contract = bundle.contract;
  const Decision& decision = contract.decision;
  Outcome judged = outcome(bundle, context);
  Estimate estimate = figure_of(bundle.figures, decision.figure);
  Conditions stated = conditions(bundle);
  paper.heading(upper(judged.state) + ": " + decision.question);
  paper.paragraph(judged.headline, tone_of(judged.state));
  for (const std::string& reason : judged.reasons) paper.item(reason, tone_of(judged.state));
  paper.labelled("What follows", judged.meaning.empty() ? "not stated in the contract" : judged.meaning);
  paper.labelled("Figure", figure_title(decision.figure));
  paper.labelled("Measured", with_interval(estimate));
  paper.labelled("Basis", basis(estimate));
  paper.labelled("Asked", bound_text(decision.bound.at_least, decision.bound.at_most,
                                      decision_unit(bundle.figures)));
  paper.labelled("Batch policy", stated.batch_policy);
  paper.labelled("Concurrency", stated.concurrency);
  paper.labelled("Latency limit", stated.latency_budget);
  for (const std::string& sentence : subject(bundle)) {
    paper.labelled(sentence == subject(bundle).front() ? "Measured on" : "", sentence);
  }
  paper.labelled("Measured by", fmt::format("{}, with {}, on {}", contract.measured_by,
                                            bundle.manifest.tool.empty() ? "unknown tool" : bundle.manifest.tool,
                                            bundle.manifest.created.empty() ? "unknown date"
                                                                            : bundle.manifest.created));
  paper.labelled("Decided by", decision.decided_by.empty() ? "unknown: not in the contract"
                                                           : decision.decided_by);
  for (const std::string& limitation : contract.limitations) {
    paper.labelled(limitation == contract.limitations.front() ? "Limitations" : "", limitation);
  }
}

void print_targets(Paper& paper, const Bundle& bundle, const Context& context) {
  const Figures& figures = bundle.figures;
  paper.heading("Figures with targets");
  if (Outcome judged = outcome(bundle, context); !judged.counts()) {
    paper.paragraph("These verdicts do not count. " + judged.headline, Tone::kBad);
  }
  Table table{{{.title = "figure", .wrap_to = 10},
               {.title = "value", .align = Align::kRight},
               {.title = "interval", .align = Align::kRight},
               {.title = "target", .align = Align::kRight},
               {.title = "verdict"},
               {.title = "n", .align = Align::kRight, .drop = 1}},
              {}};
  std::vector<TargetOutcome> targets{figures.decision};
  targets.insert(targets.end(), figures.targets.begin(), figures.targets.end());
  for (const TargetOutcome& target : targets) table.rows.push_back(target_row(target, figures));
  paper.table(table);
  std::map<std::string, std::vector<std::string>> by_reason;  // each reason once
  for (const TargetOutcome& target : targets) {
    Estimate estimate = figure_of(figures, target.figure);
    if (!target.reason.empty()) by_reason[target.reason].push_back(target.figure);
    if (!estimate.value) by_reason[missing_text(estimate)].push_back(target.figure);
  }
  for (const auto& [reason, ids] : by_reason) {
    paper.item(joined(ids, "and") + ": " + reason, Tone::kWarning);
  }
}

}  // namespace lynxbench::report
