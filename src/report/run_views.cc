// The server's own figures beside the client's, of a run: a row for each session and point.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/sections.h"
#include "report/views.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

// The parts of all views, in the order of the first that has them.
std::vector<std::string> part_names(const std::vector<PhaseServerView>& views) {
  std::vector<std::string> names;
  for (const PhaseServerView& view : views) {
    for (const TimePart& part : view.reconciliation.split.parts) {
      if (std::find(names.begin(), names.end(), part.name) == names.end()) names.push_back(part.name);
    }
  }
  return names;
}

std::string mean_text(const ViewSplit& split, std::int64_t total_ns) {
  if (total_ns == 0) return "0";
  double mean = static_cast<double>(total_ns) / static_cast<double>(split.requests);
  return (mean < 0 ? "-" : "") + duration_text(mean < 0 ? -mean : mean);
}

Table table_of(const std::vector<PhaseServerView>& views) {
  std::vector<std::string> names = part_names(views);
  Table table{{{.title = "point"}, {.title = "session", .align = Align::kRight}, {.title = "both"},
               {.title = "e2e from sent", .align = Align::kRight}}, {}};
  for (const std::string& name : names) table.columns.push_back({.title = name, .align = Align::kRight, .wrap_to = 9});
  for (const PhaseServerView& view : views) {
    const ViewSplit& split = view.reconciliation.split;
    ViewsAgree state = views_verdict(view.reconciliation).state;
    Tone tone = state == ViewsAgree::kAgree ? Tone::kGood : state == ViewsAgree::kDisagree ? Tone::kBad : Tone::kWarning;
    bool known = split.missing.empty() && split.requests > 0;
    std::vector<Cell> row{{view.point}, {fmt::format("{}", view.session)},
                          {state == ViewsAgree::kAgree ? "agree" : state == ViewsAgree::kDisagree ? "DIFFER" : "unknown", tone},
                          {known ? mean_text(split, split.total_ns) : "unknown"}};
    for (const std::string& name : names) {
      auto part = std::find_if(split.parts.begin(), split.parts.end(), [&](const TimePart& one) { return one.name == name; });
      row.push_back({known && part != split.parts.end() ? mean_text(split, part->total_ns) : "unknown"});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

void print_run_views(Paper& paper, const Bundle& bundle) {
  const std::vector<PhaseServerView>& views = bundle.figures.server_views;
  if (views.empty()) return;
  paper.heading("The server's own figures beside the client's");
  paper.table(table_of(views));
  paper.paragraph("Means of the requests answered well, from sent to done, of all of the phase; the parts add up to the client's.",
                  Tone::kFaint);
  for (const PhaseServerView& view : views) {
    ViewsVerdict verdict = views_verdict(view.reconciliation);
    if (verdict.state == ViewsAgree::kAgree && verdict.reasons.empty()) continue;
    paper.item(fmt::format("{}, session {}: {}", view.point, view.session, verdict.headline), Tone::kWarning);
    for (const std::string& reason : verdict.reasons) paper.item("  " + reason, Tone::kWarning);
  }
  for (const std::string& line : views_lines(views.front().reconciliation)) {
    paper.item(fmt::format("{}, session {}: {}", views.front().point, views.front().session, line));
  }
}

}  // namespace lynxbench::report
