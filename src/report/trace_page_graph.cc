// The section of the critical path on the page of traces.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/load_plot.h"
#include "report/trace_cells.h"
#include "report/trace_page.h"
#include "report/trace_words.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

std::string gain_text(const WhatIfFigure& one) {
  if (!one.unknown_because.empty()) return "unknown: " + escaped(one.unknown_because);
  return fmt::format("{} ({} – {})", ns_text(one.expected_ns), ns_text(one.lower_ns), ns_text(one.upper_ns));
}

}  // namespace

void add_graph(Sheet& sheet, const GraphFigures& graph) {
  sheet.open("What decided when it ended: the critical path");
  sheet.note(fmt::format("{} long; bound by {}.", duration_text(static_cast<double>(graph.total_ns)), graph.bound_by));
  sheet.head({"on the path", "time", "share", ""});
  for (const auto& [name, ns] : graph.classes) {
    const double share = ratio_of(ns, graph.total_ns);
    sheet.row({"<td class=\"left\">" + escaped(name) + "</td>", ns_text(ns), escaped(ratio_text(share)), bar_cell(share, "")});
  }
  sheet.end_table();
  sheet.head({"name", "<th class=\"left\">what it is</th>", "times", "time"});
  for (std::size_t i = 0; i < std::min(kPointsShown, graph.names.size()); ++i) {
    const PathNameFigure& one = graph.names[i];
    sheet.row({name_cell(one.name), "<td class=\"left\">" + escaped(one.kind) + "</td>", escaped(grouped(one.steps)), ns_text(one.ns)});
  }
  sheet.end_table();
  if (!graph.what_ifs.empty()) {
    sheet.raw("<h3>What if</h3>\n");
    sheet.head({"change", "measured", "<th class=\"left\">expected (range)</th>", "of the work that changes", "<th class=\"left\">assumes</th>"});
    for (const WhatIfFigure& one : graph.what_ifs) {
      sheet.row({"<td class=\"name\">" + escaped(one.scenario) + "</td>", ns_text(one.measured_ns),
                 "<td class=\"left\">" + gain_text(one) + "</td>", ns_text(one.changed_ns),
                 "<td class=\"wide\">" + escaped(one.assumes) + "</td>"});
    }
    sheet.end_table();
  }
  sheet.items(graph.doubts);
  sheet.close();
}

}  // namespace lynxbench::report
