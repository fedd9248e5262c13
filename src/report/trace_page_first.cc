// The first section of the page of traces: where the time went, in plain words.
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

std::string legend_of(const DeviceBudget& budget) {
  std::string out = "<p class=\"legend\">";
  for (const DeviceTimePart& part : budget.parts) {
    out += fmt::format("<span>{}{} {}</span> ", key_of(part.time), escaped(title_of(part.time)),
                       escaped(ratio_text(ratio_of(part.ns, budget.whole_ns))));
  }
  return out + "</p>\n";
}

bool has_damage(const TraceFileFigures& file) {
  return std::any_of(file.losses.begin(), file.losses.end(),
                     [](const Loss& loss) { return loss.severity != Severity::kNotice; });
}

}  // namespace

void add_first(Sheet& sheet, const TraceFigures& figures, const PageLabels& labels) {
  sheet.raw("<section><h1>Where the time went</h1>\n<div class=\"banner\"><b>" + escaped(headline(figures)) + "</b>");
  sheet.items(headline_reasons(figures));
  sheet.raw("</div>\n");
  std::vector<std::string> doubts = figures.notes;
  for (const TraceFileFigures& file : figures.files) {
    if (has_damage(file)) doubts.push_back(file.file + ": not everything in it could be read; see its losses below");
    for (const DeviceFigures& device : file.devices) {
      for (const std::string& warning : device.warnings) doubts.push_back(device_name(file, device) + ": " + warning);
    }
  }
  if (!doubts.empty()) {
    sheet.raw("<p><b>Before you rely on it:</b></p>");
    sheet.items(doubts);
  }
  for (const TraceFileFigures& file : figures.files) {
    for (const DeviceFigures& device : file.devices) {
      sheet.raw(fmt::format("<div class=\"device\"><b>{}</b>: worked {} of {}{}</div>\n", escaped(device_name(file, device)),
                            escaped(ratio_text(busy_ratio(device.span))), ns_text(device.span_ns), bar_of(device.span)));
    }
  }
  const DeviceBudget sum = all_devices(figures);
  if (!sum.parts.empty()) sheet.raw(legend_of(sum));
  sheet.raw("<dl>");
  for (const TraceFileFigures& file : figures.files) {
    const std::string writer = file.writer.empty() ? file.format : file.format + ", " + file.writer;
    sheet.raw(fmt::format("<dt>File</dt><dd>{} <span class=\"note\">({}; {} events; clock: {})</span></dd>", escaped(file.file),
                          escaped(writer), escaped(grouped(file.events)), escaped(file.clock)));
  }
  sheet.raw(fmt::format("<dt>Made</dt><dd>{}</dd><dt>Command</dt><dd><code>{}</code></dd></dl></section>\n", escaped(labels.created),
                        escaped(labels.command_line)));
}

}  // namespace lynxbench::report
