#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/paper.h"
#include "report/trace_print.h"
#include "report/trace_words.h"
#include "report/traces.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr std::size_t kReasonsShown = 4;

std::string ns_text(std::int64_t ns) { return duration_text(static_cast<double>(ns)); }

std::string device_title(const DeviceFigures& device) {
  const std::string name = device.name.empty() ? "name not in the file" : device.name;
  return fmt::format("Device {} ({})", device.device, name);
}

Tone tone_of(Severity severity) {
  switch (severity) {
    case Severity::kNotice: return Tone::kFaint;
    case Severity::kLoss: return Tone::kWarning;
    case Severity::kDamage: return Tone::kBad;
  }
  return Tone::kPlain;
}

void print_file(Paper& paper, const TraceFileFigures& file) {
  paper.heading(file.file);
  std::string format = file.format;
  if (!file.writer.empty()) format += ", " + file.writer;
  if (file.rank) format += fmt::format(", rank {}", *file.rank);
  if (file.world_size) format += fmt::format(" of {}", *file.world_size);
  paper.labelled("Format", fmt::format("{}; {} events", format, grouped(file.events)));
  paper.labelled("Clock", file.clock);
  for (const std::string& note : file.notes) paper.labelled("Note", note);
  for (const Loss& loss : file.losses) {
    const std::string place = loss.where.empty() ? "" : fmt::format(" (first: {})", loss.where);
    paper.labelled(loss.severity == Severity::kNotice ? "Notice" : "LOST",
                   fmt::format("{} × {}{}", loss.count, loss.what, place), tone_of(loss.severity));
  }
}

// "application, framework" or, with a contract, "ML research (application), platform (framework)".
std::string owners_text(const DeviceTimeOwners& owners) {
  std::string text;
  for (Layer layer : owners.layers) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(layer));
  }
  if (text.empty()) return "nobody named";
  std::string teams;
  for (const std::string& owner : owners.owners) teams += (teams.empty() ? "" : ", ") + owner;
  return teams.empty() ? text : fmt::format("{} ({})", teams, text);
}

void print_budget(Paper& paper, const DeviceFigures& device) {
  Table table{{{.title = "where the time went"},
               {.title = "first to last work", .align = Align::kRight},
               {.title = "share", .align = Align::kRight},
               {.title = "whole file", .align = Align::kRight, .drop = 2},
               {.title = "may be of", .wrap_to = 20, .drop = 1}},
              {}};
  for (std::size_t i = 0; i < device.wall.parts.size(); ++i) {
    const DeviceTimePart& wall = device.wall.parts[i];
    std::int64_t span_ns = 0;
    for (const DeviceTimePart& part : device.span.parts) {
      if (part.time == wall.time) span_ns = part.ns;
    }
    const double share = ratio_of(span_ns, device.span.whole_ns);
    table.rows.push_back({{std::string(title_of(wall.time))},
                          {ns_text(span_ns)},
                          {ratio_text(share)},
                          {ns_text(wall.ns)},
                          {i < device.owners.size() ? owners_text(device.owners[i]) : ""}});
  }
  table.rows.push_back({{"sum = whole", Tone::kStrong},
                        {ns_text(device.span.whole_ns), Tone::kStrong},
                        {"100 %", Tone::kStrong},
                        {ns_text(device.wall.whole_ns), Tone::kStrong},
                        {""}});
  paper.table(table);
  if (device.span.hidden_communication_ns != 0 || device.span.hidden_copies.sum_ns() != 0) {
    paper.paragraph(fmt::format("Hidden behind other work, so in no line above: communication {}, "
                                "{}.",
                                ns_text(device.span.hidden_communication_ns),
                                hidden_copies_text(device.span.hidden_copies)));
  }
}

std::string throttle_text(const ThrottleFigure& throttle, std::int64_t busy_ns) {
  std::string text;
  if (throttle.covered_ns != 0) {
    text = fmt::format("{} of busy time lost to clocks below {:.0f} MHz, the highest seen ({}; "
                       "known for {} of it)",
                       ns_text(throttle.lost_ns), throttle.reference_hz / 1e6, throttle.series,
                       ratio_text(ratio_of(throttle.covered_ns, busy_ns)));
  }
  for (const auto& [reason, ns] : throttle.reasons) {
    text += fmt::format("{}{} during {} of it", text.empty() ? "" : "; ", reason, ns_text(ns));
  }
  return text;
}

void print_launches(Paper& paper, const DeviceFigures& device) {
  paper.labelled("Work", fmt::format("{} kernels, {} copies, {} sets on {} streams",
                                     grouped(device.kernels), grouped(device.copies),
                                     grouped(device.sets), device.streams));
  if (device.launch_delay_p50_ns) {
    paper.labelled("Launch delay",
                   fmt::format("p50 {}, p99 {} (launch's end to kernel's begin, {} kernels)",
                               ns_text(*device.launch_delay_p50_ns),
                               ns_text(*device.launch_delay_p99_ns),
                               grouped(device.launched_kernels)));
  }
  if (device.unlinked != 0) {
    paper.labelled("Unlinked", fmt::format("{} pieces of work ({}) whose launch is not in the "
                                           "file; their time counts",
                                           grouped(device.unlinked),
                                           ns_text(device.unlinked_sum_ns)));
  }
  const std::optional<double> link =
      device.roofline ? device.roofline->link_bytes_per_s : std::nullopt;
  const auto copy = [&](std::string_view label, const CopyFigure& figure) {
    if (figure.count != 0) paper.labelled(label, copy_text(figure, link));
  };
  copy("To device", device.host_to_device);
  copy("From device", device.device_to_host);
  for (const CopyRow& row : device.copy_rows) {
    paper.labelled("", fmt::format("{}: {}", copy_row_title(row), copy_text(row.copies, link)));
  }
  if (device.request_queue) paper.labelled("Requests", request_queue_text(*device.request_queue));
  if (device.launch_queue) {
    paper.labelled("Launch queue",
                   fmt::format("{} launches waiting on average, at most {}; none during {}",
                               number_text(device.launch_queue->mean),
                               grouped(device.launch_queue->most),
                               ns_text(device.launch_queue->empty_ns)));
  }
  if (device.occupancy) paper.labelled("Occupancy", occupancy_text(*device.occupancy));
  if (device.throttle) paper.labelled("Clocks", throttle_text(*device.throttle, device.busy_ns));
  for (const std::string& warning : device.warnings) {
    paper.labelled("WARNING", warning, Tone::kWarning);
  }
}

void print_culprits(Paper& paper, const DeviceFigures& device) {
  if (device.culprits.empty()) return;
  Table table{{{.title = "late while the device idled"},
               {.title = "what", .wrap_to = 30},
               {.title = "idle time", .align = Align::kRight},
               {.title = "of idle", .align = Align::kRight},
               {.title = "gaps", .align = Align::kRight, .drop = 1}},
              {}};
  for (std::size_t i = 0; i < std::min(kRowsShown, device.culprits.size()); ++i) {
    const Culprit& one = device.culprits[i];
    table.rows.push_back({{std::string(title_of(one.time).substr(6))},
                          {one.name},
                          {ns_text(one.ns)},
                          {ratio_text(ratio_of(one.ns, device.idle_ns))},
                          {grouped(one.gaps)}});
  }
  paper.gap();
  paper.table(table);
}

std::string roofline_summary(std::string_view time, const DeviceRoofline& roofline) {
  const std::int64_t all = roofline.known_ns() + roofline.unknown_ns;
  const std::string of = fmt::format("of {} of {} time", duration_text(static_cast<double>(all)), time);
  if (!roofline.missing.empty()) {
    return fmt::format("{} the bound is unknown: {} (give them with --ceilings)", of, roofline.missing);
  }
  return fmt::format("{} {} is compute-bound, {} memory-bound, {} unknown; ceilings: {}", of,
                     ratio_text(ratio_of(roofline.compute_bound_ns, all)),
                     ratio_text(ratio_of(roofline.memory_bound_ns, all)),
                     ratio_text(ratio_of(roofline.unknown_ns, all)), roofline.ceiling_source);
}

// Of a device's `kernel` time, or of the `own` time of operators; `whose`: "", or who executed them.
void print_roofline(Paper& paper, const std::string& whose, std::string_view time,
                    const DeviceRoofline& roofline) {
  const std::int64_t all = roofline.known_ns() + roofline.unknown_ns;
  paper.gap();
  paper.labelled("Roofline", whose + roofline_summary(time, roofline));
  for (std::size_t i = 0; i < std::min(kReasonsShown, roofline.unknown.size()); ++i) {
    const UnknownBound& one = roofline.unknown[i];
    if (one.why == roofline.missing) continue;
    paper.labelled("Unknown", fmt::format("{}: {}", ratio_text(ratio_of(one.ns, all)), one.why));
  }
  if (roofline.points.empty()) return;
  Table table{{{.title = "operator by its shapes", .wrap_to = 30},
               {.title = "bound"},
               {.title = fmt::format("{} time", time), .align = Align::kRight},
               {.title = "FLOP/s", .align = Align::kRight},
               {.title = "bytes/s", .align = Align::kRight, .drop = 1},
               {.title = "of ceiling", .align = Align::kRight}},
              {}};
  for (std::size_t i = 0; i < std::min(kRowsShown, roofline.points.size()); ++i) {
    const RooflinePoint& one = roofline.points[i];
    const double seconds = static_cast<double>(one.work_ns) / 1e9;
    table.rows.push_back(
        {{one.op + " " + one.shapes.substr(0, 60)},
         {one.bound},
         {ns_text(one.work_ns)},
         {one.flops == 0 || seconds == 0 ? "–" : count_text(one.flops / seconds)},
         {seconds == 0 ? "–" : count_text(one.bytes / seconds)},
         {one.least_ns == 0 || seconds == 0 ? "–" : ratio_text(one.least_ns / 1e9 / seconds)}});
  }
  paper.table(table);
}

void print_names(Paper& paper, std::string_view title, const std::vector<NameFigure>& names,
                 std::uint64_t all) {
  if (names.empty()) return;
  Table table{{{.title = std::string(title), .wrap_to = 36},
               {.title = "count", .align = Align::kRight, .drop = 1},
               {.title = "time", .align = Align::kRight},
               {.title = "share", .align = Align::kRight},
               {.title = "so far", .align = Align::kRight}},
              {}};
  const std::size_t shown = std::min(kRowsShown, names.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const NameFigure& one = names[i];
    constexpr std::size_t kLongestName = 90;
    std::string name = one.name.substr(0, kLongestName);
    if (name.size() < one.name.size()) name += "...";
    table.rows.push_back({{name},
                          {grouped(one.count)},
                          {ns_text(one.sum_ns)},
                          {ratio_text(one.share)},
                          {ratio_text(one.cumulative_share)}});
  }
  paper.gap();
  paper.table(table);
  if (all > shown) paper.paragraph(fmt::format("{} more names.", all - shown), Tone::kFaint);
}

void print_requests(Paper& paper, const RequestFigures& requests) {
  paper.heading(fmt::format("Requests: {}, of which {} failed and {} have no begin or end",
                            grouped(requests.requests), grouped(requests.failed),
                            grouped(requests.incomplete)));
  Table table{{{.title = "stage"},
               {.title = "sum", .align = Align::kRight},
               {.title = "share", .align = Align::kRight},
               {.title = "p50", .align = Align::kRight},
               {.title = "p99", .align = Align::kRight},
               {.title = "requests", .align = Align::kRight, .drop = 1}},
              {}};
  for (const StageFigure& stage : requests.stages) {
    table.rows.push_back({{stage.stage},
                          {ns_text(stage.sum_ns)},
                          {ratio_text(ratio_of(stage.sum_ns, requests.whole_ns))},
                          {ns_text(stage.p50_ns)},
                          {ns_text(stage.p99_ns)},
                          {grouped(stage.requests)}});
  }
  table.rows.push_back({{"sum = whole", Tone::kStrong},
                        {ns_text(requests.whole_ns), Tone::kStrong},
                        {"100 %", Tone::kStrong},
                        {""},
                        {""},
                        {""}});
  paper.table(table);
}

void print_iterations(Paper& paper, const IterationFigures& iterations) {
  paper.gap();
  paper.labelled("Iterations",
                 fmt::format("{} of \"{}\": {} each on the host (p99 {}), {} of device work (p50)",
                             grouped(iterations.count), iterations.pattern,
                             ns_text(iterations.host_p50_ns), ns_text(iterations.host_p99_ns),
                             ns_text(iterations.device_p50_ns)));
}

void print_graph(Paper& paper, const GraphFigures& graph) {
  paper.gap();
  paper.labelled("Critical path", fmt::format("{}, bound by: {} ({})", ns_text(graph.total_ns), graph.bound_by,
                                              shares_text(graph.classes, graph.total_ns)));
  if (!graph.what_ifs.empty()) {
    Table table{{{.title = "what if", .wrap_to = 36},
                 {.title = "expected", .align = Align::kRight},
                 {.title = "at least", .align = Align::kRight, .drop = 1},
                 {.title = "at most", .align = Align::kRight, .drop = 1},
                 {.title = "gain", .align = Align::kRight}},
                {}};
    for (const WhatIfFigure& one : graph.what_ifs) {
      if (!one.unknown_because.empty()) {
        table.rows.push_back({{one.scenario}, {"unknown"}, {""}, {""}, {one.unknown_because}});
        continue;
      }
      table.rows.push_back(
          {{one.scenario},
           {ns_text(one.expected_ns)},
           {ns_text(one.lower_ns)},
           {ns_text(one.upper_ns)},
           {ratio_text(ratio_of(one.measured_ns - one.expected_ns, one.measured_ns))}});
    }
    paper.gap();
    paper.table(table);
  }
  for (const std::string& doubt : graph.doubts) {
    paper.paragraph("Rests on inference: " + doubt + ".", Tone::kFaint);
  }
}

void print_regimes(Paper& paper, const std::vector<RegimeFigure>& regimes) {
  for (const RegimeFigure& one : regimes) {
    const std::string device = one.device ? fmt::format("device {}: ", *one.device) : "";
    paper.labelled("Regime", device + one.regime + ": " + one.because);
  }
}

void print_series(Paper& paper, const std::vector<SeriesFigure>& series) {
  if (series.empty()) return;
  Table table{{{.title = "series", .wrap_to = 34},
               {.title = "of", .wrap_to = 16, .drop = 1},
               {.title = "samples", .align = Align::kRight},
               {.title = "missing", .align = Align::kRight},
               {.title = "least", .align = Align::kRight},
               {.title = "median", .align = Align::kRight},
               {.title = "most", .align = Align::kRight},
               {.title = "unit"}},
              {}};
  for (const SeriesFigure& one : series) {
    const bool known = one.samples > (one.counter ? 1 : 0);
    const auto shown = [&](double value) { return known ? number_text(value, 6) : "–"; };
    table.rows.push_back({{one.counter ? one.name + " (increase)" : one.name},
                          {one.labels},
                          {grouped(one.samples)},
                          {grouped(one.missing)},
                          {one.counter ? "" : shown(one.least)},
                          {one.counter ? "" : shown(one.median)},
                          {shown(one.most)},
                          {one.unit}});
  }
  paper.gap();
  paper.table(table);
}

}  // namespace

std::string traces_terminal(const TraceFigures& figures, const TerminalOptions& options) {
  Paper paper(options);
  for (const TraceFileFigures& file : figures.files) {
    print_file(paper, file);
    for (const DeviceFigures& device : file.devices) {
      paper.heading(device_title(device));
      print_launches(paper, device);
      paper.gap();
      print_budget(paper, device);
      print_culprits(paper, device);
      print_names(paper, "device work by name", device.top, device.names);
      if (device.roofline) print_roofline(paper, "", "kernel", *device.roofline);
    }
    print_names(paper, "host, own time by name", file.host_top, file.host_names);
    for (const HostRoofline& one : file.host_rooflines) {
      print_roofline(paper, one.executor + ": ", "own", one.roofline);
    }
    print_names(paper, "totals that the tool gave", file.totals, file.totals.size());
    if (file.iterations) print_iterations(paper, *file.iterations);
    if (file.graph) print_graph(paper, *file.graph);
    if (file.requests) print_requests(paper, *file.requests);
    print_regimes(paper, file.regimes);
    print_series(paper, file.series);
  }
  if (figures.client_server) print_client_server(paper, *figures.client_server);
  if (figures.ranks) print_ranks(paper, *figures.ranks);
  if (figures.difference) print_difference(paper, *figures.difference);
  for (const std::string& note : figures.notes) paper.paragraph("Note: " + note, Tone::kWarning);
  return paper.text();
}

}  // namespace lynxbench::report
