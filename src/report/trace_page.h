// The sections of the page of traces, one or more to a file of this folder: each adds itself to the
// sheet, or nothing when its figures have nothing to show.
//   add_first(sheet, figures, labels);      // trace_page_first.cc
//   add_device(sheet, file, device);        // trace_page_device.cc
#pragma once

#include <string_view>

#include "model/trace_figures.h"
#include "report/sheet.h"
#include "report/traces.h"

namespace lynxbench::report {

// trace_page_first.cc: what a reader in a hurry needs.
void add_first(Sheet& sheet, const TraceFigures& figures, const PageLabels& labels);

// trace_page_compared.cc: devices side by side, ranks in collectives, client and server, before and
// after.
void add_side_by_side(Sheet& sheet, const TraceFigures& figures);
void add_collectives(Sheet& sheet, const RankComparison& comparison);
void add_client_server(Sheet& sheet, const ClientServer& both);
void add_difference(Sheet& sheet, const TraceDifference& change);

// trace_page_device.cc: one device in full.
void add_device(Sheet& sheet, const TraceFileFigures& file, const DeviceFigures& device);

// trace_page_roofline.cc: what bounds work; `time` says whose time it is: "kernel", "own".
void add_roofline(Sheet& sheet, std::string_view time, const DeviceRoofline& roofline);
void add_host_roofline(Sheet& sheet, const HostRoofline& one);

// trace_page_graph.cc: the critical path and what-ifs.
void add_graph(Sheet& sheet, const GraphFigures& graph);

// trace_page_file.cc: the rest of a file.
void add_requests(Sheet& sheet, const RequestFigures& requests);
void add_iterations(Sheet& sheet, const IterationFigures& iterations);
void add_host(Sheet& sheet, const TraceFileFigures& file);
void add_series(Sheet& sheet, const TraceFileFigures& file);
void add_totals(Sheet& sheet, const TraceFileFigures& file);
void add_reading(Sheet& sheet, const TraceFileFigures& file);

}  // namespace lynxbench::report
