// Where the time of trace files went, as a page: no script, no file beside it. A first page in plain
// words, then each device in full.
#include "report/load_plot.h"
#include "report/sheet.h"
#include "report/time_colours.h"
#include "report/trace_page.h"
#include "report/traces.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr const char* kStyle = R"(
:root { --fill: #e9eef4; } @media (prefers-color-scheme: dark) { :root { --fill: #242b33; } }
svg.stack { max-width: none; width: 100%; height: 34px; border-radius: 5px; } svg.hidden { height: 10px; margin-top: 3px; }
svg line.roof { stroke: var(--ink); stroke-width: 1.6; } svg circle { fill-opacity: 0.8; }
i.key { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 8px; vertical-align: -1px; }
td.name { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 16rem; max-width: 34rem; }
td.class { text-align: left; white-space: normal; min-width: 15rem; } td.class small { display: block; padding-left: 20px; color: var(--soft); }
td.wide { text-align: left; min-width: 12rem; } td.share { min-width: 6rem; } td.left { text-align: left; }
td .bar { display: block; height: 7px; border-radius: 2px; background: var(--memory_bound); } td .bar.idle { background: var(--idle_python); }
.flame { display: flex; gap: 1px; margin: 8px 0 4px; height: 40px; }
.flame span { background: var(--fill); border: 1px solid var(--line); border-radius: 4px; overflow: hidden; white-space: nowrap;
  text-overflow: ellipsis; font-size: 0.75rem; line-height: 36px; padding: 0 3px; min-width: 0; flex-basis: 0; }
.legend span { display: inline-block; } p.legend { margin: 12px 0; } .legend i.key { width: 12px; height: 12px; margin-right: 6px; } .device { margin-top: 16px; } .device b { font-weight: 600; }
.two { display: grid; gap: 4px 18px; grid-template-columns: max-content 1fr; }
h2 { overflow-wrap: anywhere; }
.scroll { margin-top: 8px; } .scroll + .scroll { margin-top: 18px; } dl { margin-top: 12px; }
@media (max-width: 640px) { td.class { min-width: 9.5rem; } table { font-size: 0.875rem; } main { padding: 10px 8px; } section { padding: 16px 14px; } dl { grid-template-columns: 1fr; }
  dt { margin-top: 6px; } td.name { min-width: 11rem; } }
@media print { section { break-inside: auto; border: 0; } }
)";

}  // namespace

std::string traces_html(const TraceFigures& figures, const PageLabels& labels) {
  Sheet sheet("Where the time went", class_colours() + kStyle);
  add_first(sheet, figures, labels);
  if (figures.difference) add_difference(sheet, *figures.difference);
  add_side_by_side(sheet, figures);
  if (figures.client_server) add_client_server(sheet, *figures.client_server);
  if (figures.ranks) add_collectives(sheet, *figures.ranks);
  for (const TraceFileFigures& file : figures.files) {
    if (figures.files.size() > 1) sheet.raw("<h2>" + escaped(file.file) + "</h2>\n");
    for (const DeviceFigures& device : file.devices) add_device(sheet, file, device);
    if (file.requests) add_requests(sheet, *file.requests);
    if (file.graph) add_graph(sheet, *file.graph);
    if (file.iterations) add_iterations(sheet, *file.iterations);
    add_host(sheet, file);
    for (const HostRoofline& one : file.host_rooflines) add_host_roofline(sheet, one);
    add_series(sheet, file);
    add_totals(sheet, file);
    add_reading(sheet, file);
  }
  return sheet.finish();
}

}  // namespace lynxbench::report
