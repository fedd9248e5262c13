#include <fmt/format.h>

#include <algorithm>

#include "model/json.h"
#include "report/paper.h"
#include "report/report.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

std::string agreement_text(Agreement agreement) {
  switch (agreement) {
    case Agreement::kReproduced: return "REPRODUCED";
    case Agreement::kNotReproduced: return "NOT REPRODUCED";
    case Agreement::kInconclusive: return "INCONCLUSIVE";
    case Agreement::kNotComparable: return "NOT COMPARABLE";
  }
  CHECK(false);
}

Tone tone_of(Agreement agreement) {
  if (agreement == Agreement::kReproduced) return Tone::kGood;
  return agreement == Agreement::kInconclusive ? Tone::kWarning : Tone::kBad;
}

std::string lower(Agreement agreement) {
  std::string text = agreement_text(agreement);
  for (char& c : text) c = c == ' ' ? c : static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string median_text(std::vector<double> values, const std::string& unit) {
  if (values.empty()) return "withheld";
  std::sort(values.begin(), values.end());
  std::size_t half = values.size() / 2;
  return quantity(values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2, unit);
}

std::string spread_text(const std::vector<double>& values, const std::string& unit) {
  if (values.empty()) return "withheld";
  auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  return range_text(*least, *greatest, unit);
}

void print_differences(Paper& paper, const std::vector<LayerDifference>& differences) {
  paper.heading("Layers that differ");
  if (differences.empty()) {
    paper.paragraph("None: both executors have the same facts.");
    return;
  }
  for (const LayerDifference& layer : differences) {
    paper.paragraph(fmt::format("{} (owner: {})", name_of(layer.layer),
                                layer.owner.empty() ? "unknown" : layer.owner),
                    Tone::kStrong);
    Table table{{{.title = "fact", .wrap_to = 14}, {.title = "sealed", .wrap_to = 12}, {.title = "now", .wrap_to = 12}}, {}};
    for (const FactDifference& fact : layer.facts) {
      table.rows.push_back({{fact.name}, {fact.before}, {fact.after}});
    }
    paper.table(table);
  }
}

void print_comparisons(Paper& paper, const std::vector<FigureComparison>& comparisons) {
  paper.heading("Figures within their tolerances");
  if (comparisons.empty()) {
    paper.paragraph("not compared: the contract names no tolerance, or the executors differ",
                    Tone::kWarning);
    return;
  }
  Table table{{{.title = "figure", .wrap_to = 11},
               {.title = "sealed", .align = Align::kRight, .drop = 1},
               {.title = "sealed sessions", .align = Align::kRight, .drop = 3},
               {.title = "now", .align = Align::kRight, .drop = 1},
               {.title = "sessions now", .align = Align::kRight, .drop = 3},
               {.title = "ratio", .align = Align::kRight},
               {.title = "90 % interval", .align = Align::kRight},
               {.title = "agreed", .align = Align::kRight, .drop = 2},
               {.title = "result", .wrap_to = 12}},
              {}};
  for (const FigureComparison& one : comparisons) {
    bool interval = one.low && one.high;
    table.rows.push_back({{one.figure},
                          {median_text(one.baseline, one.unit)},
                          {spread_text(one.baseline, one.unit)},
                          {median_text(one.candidate, one.unit)},
                          {spread_text(one.candidate, one.unit)},
                          {one.ratio ? fmt::format("{:.3f}", *one.ratio) : "withheld"},
                          {interval ? fmt::format("{:.3f}–{:.3f}", *one.low, *one.high) : "withheld"},
                          {"1 ± " + stated_text(one.within, "1")},
                          {lower(one.agreement), tone_of(one.agreement)}});
  }
  paper.table(table);
  paper.paragraph("Sealed and now: the median of the sessions. Ratio: now / sealed, of the sessions' means.",
                  Tone::kFaint);
  for (const FigureComparison& one : comparisons) {
    if (!one.reason.empty()) paper.item(one.figure + ": " + one.reason);
  }
}

}  // namespace

std::string verification_text(const Verification& verification, const TerminalOptions& options) {
  Paper paper(options);
  paper.heading(agreement_text(verification.agreement));
  paper.paragraph(verification.reason, tone_of(verification.agreement));
  print_differences(paper, verification.differences);
  print_comparisons(paper, verification.comparisons);
  paper.heading("Record");
  auto known = [](const std::string& text) { return text.empty() ? std::string("unknown") : text; };
  paper.labelled("Bundle", "digest " + known(verification.bundle_digest));
  paper.labelled("Contract", "digest " + known(verification.contract_digest));
  return paper.text();
}

}  // namespace lynxbench::report
