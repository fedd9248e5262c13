// Sections of the page of traces that tell the rest of a file: host, requests, iterations, quantities,
// totals, and what was read.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/load_plot.h"
#include "report/trace_cells.h"
#include "report/trace_page.h"
#include "report/trace_words.h"
#include "report/words.h"

namespace lynxbench::report {
void add_host(Sheet& sheet, const TraceFileFigures& file) {
  if (file.host_top.empty()) return;
  sheet.open("The host's own time");
  sheet.note(fmt::format("{} over all threads, each moment with what a thread was in most closely.",
                         duration_text(static_cast<double>(file.host_own_ns))));
  sheet.raw("<div class=\"flame\">");
  double shown = 0;
  for (const NameFigure& one : file.host_top) {
    constexpr double kLeastShare = 0.01;
    if (one.share < kLeastShare) break;
    shown += one.share;
    sheet.raw(fmt::format("<span style=\"flex-grow:{:.4f}\" title=\"{}: {}\">{}</span>", one.share, escaped(one.name),
                          escaped(ratio_text(one.share)), escaped(one.name.substr(0, 60))));
  }
  if (shown < 0.999) sheet.raw(fmt::format("<span style=\"flex-grow:{:.4f}\">others</span>", 1 - shown));
  sheet.raw("</div>\n");
  add_names(sheet, "By name", file.host_top, file.host_names);
  sheet.close();
}

void add_requests(Sheet& sheet, const RequestFigures& requests) {
  sheet.open("Requests by stage");
  sheet.note(fmt::format("{}, of which {} failed; {} have no begin or end and are in no sum.", counted(requests.requests, "request"),
                         grouped(requests.failed), grouped(requests.incomplete)));
  sheet.head({"stage", "sum", "share", "", "p50", "p99", "requests"});
  for (const StageFigure& stage : requests.stages) {
    const double share = ratio_of(stage.sum_ns, requests.whole_ns);
    sheet.row({"<td class=\"left\">" + escaped(stage.stage) + "</td>", ns_text(stage.sum_ns), escaped(ratio_text(share)),
               bar_cell(share, ""), ns_text(stage.p50_ns), ns_text(stage.p99_ns), escaped(grouped(stage.requests))});
  }
  sheet.row({"<td class=\"left\"><b>sum = whole</b></td>", "<b>" + ns_text(requests.whole_ns) + "</b>", "<b>100 %</b>", "", "", "", ""});
  sheet.end_table();
  sheet.close();
}

void add_iterations(Sheet& sheet, const IterationFigures& iterations) {
  sheet.open(fmt::format("Iterations: {} × {}", grouped(iterations.count), iterations.pattern));
  sheet.note(fmt::format("Of the host, p50 {}, p99 {}; of the devices, p50 {}.", duration_text(static_cast<double>(iterations.host_p50_ns)),
                         duration_text(static_cast<double>(iterations.host_p99_ns)),
                         duration_text(static_cast<double>(iterations.device_p50_ns))));
  sheet.head({"iteration", "host", "devices worked", "kernels"});
  for (const IterationFigure& one : iterations.shown) {
    sheet.row({name_cell(one.name), ns_text(one.host_ns), ns_text(one.device_ns), escaped(grouped(one.kernels))});
  }
  sheet.end_table();
  if (iterations.count > iterations.shown.size()) sheet.note("The first ones are shown.");
  sheet.close();
}

void add_series(Sheet& sheet, const TraceFileFigures& file) {
  if (file.series.empty()) return;
  sheet.open("Quantities over time");
  for (const RegimeFigure& one : file.regimes) {
    const std::string device = one.device ? fmt::format("device {}", *one.device) : "the device";
    sheet.raw(fmt::format("<p>Recorded of {}: <b>{}</b> ({}).</p>\n", device, escaped(one.regime), escaped(one.because)));
  }
  sheet.head({"quantity", "<th class=\"left\">of</th>", "samples", "missing", "least", "median", "most", "unit"});
  for (const SeriesFigure& one : file.series) {
    const auto value = [&](double number) { return escaped(one.counter ? "+" + number_text(number) : number_text(number)); };
    sheet.row({name_cell(one.name), "<td class=\"name\">" + escaped(one.labels) + "</td>", escaped(grouped(one.samples)),
               escaped(grouped(one.missing)), value(one.least), value(one.median), value(one.most), escaped(one.unit)});
  }
  sheet.end_table();
  sheet.close();
}

void add_totals(Sheet& sheet, const TraceFileFigures& file) {
  if (file.totals.empty()) return;
  sheet.open("Totals that the tool gave");
  add_names(sheet, "", file.totals, file.totals.size());
  sheet.close();
}

void add_reading(Sheet& sheet, const TraceFileFigures& file) {
  sheet.open("What was read, and what was not");
  sheet.items(file.notes);
  if (file.losses.empty()) sheet.note("Everything in the file was read.");
  if (!file.losses.empty()) {
    sheet.head({"what", "", "how many", "first"});
    for (const Loss& loss : file.losses) {
      const char* word = loss.severity == Severity::kNotice ? "notice" : loss.severity == Severity::kLoss ? "lost" : "damaged";
      const char* tone = loss.severity == Severity::kNotice ? "" : loss.severity == Severity::kLoss ? "warn" : "bad";
      sheet.row({name_cell(loss.what), fmt::format("<td class=\"{}\">{}</td>", tone, word), escaped(grouped(loss.count)),
                 escaped(loss.where.empty() ? "–" : loss.where)});
    }
    sheet.end_table();
  }
  sheet.close();
}

}  // namespace lynxbench::report
