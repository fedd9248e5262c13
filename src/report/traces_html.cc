// Where the time of trace files went, as a page: no script, no file beside it. A first page in plain
// words, then each device in full.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/load_plot.h"
#include "report/roofline_plot.h"
#include "report/sheet.h"
#include "report/time_colours.h"
#include "report/trace_words.h"
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
.scroll { margin-top: 8px; } .scroll + .scroll { margin-top: 18px; } dl { margin-top: 12px; }
@media (max-width: 640px) { td.class { min-width: 9.5rem; } table { font-size: 0.875rem; } main { padding: 10px 8px; } section { padding: 16px 14px; } dl { grid-template-columns: 1fr; }
  dt { margin-top: 6px; } td.name { min-width: 11rem; } }
@media print { section { break-inside: auto; border: 0; } }
)";

constexpr std::size_t kCulpritsShown = 25;
constexpr std::size_t kNamesShown = 25;
constexpr std::size_t kPointsShown = 15;
constexpr std::size_t kLongestName = 180;

std::string ns_text(std::int64_t ns) { return escaped(duration_text(static_cast<double>(ns))); }

double ratio_of(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string name_cell(std::string_view name) {
  if (name.size() <= kLongestName) return "<td class=\"name\">" + escaped(name) + "</td>";
  return "<td class=\"name\">" + escaped(name.substr(0, kLongestName)) + "…</td>";
}

std::string bar_cell(double share, std::string_view kind) {
  return fmt::format("<td class=\"share\"><span class=\"bar {}\" style=\"width:{:.1f}%\"></span></td>", kind,
                     std::clamp(share, 0.0, 1.0) * 100);
}

std::string key_of(DeviceTime time) {
  return fmt::format("<i class=\"key\" style=\"background:var({})\"></i>", colour_name(time));
}

// The whole as a bar, and beneath it, thin, what it hides.
std::string bar_of(const DeviceBudget& budget) {
  const auto width = [&](std::int64_t ns) { return 1000 * ratio_of(ns, budget.whole_ns); };
  std::string out = "<svg class=\"stack\" viewBox=\"0 0 1000 34\" preserveAspectRatio=\"none\" role=\"img\" "
                    "aria-label=\"where the time went\">";
  double at = 0;
  for (const DeviceTimePart& part : budget.parts) {
    out += fmt::format("<rect x=\"{:.2f}\" width=\"{:.2f}\" height=\"34\" style=\"fill:var({})\"><title>{}: {}, {}</title></rect>",
                       at, width(part.ns), colour_name(part.time), escaped(title_of(part.time)), ns_text(part.ns),
                       escaped(ratio_text(ratio_of(part.ns, budget.whole_ns))));
    at += width(part.ns);
  }
  out += "</svg>";
  if (budget.hidden_communication_ns == 0 && budget.hidden_copy_ns == 0) return out;
  const double communication = width(budget.hidden_communication_ns);
  out += fmt::format("<svg class=\"stack hidden\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" "
                     "aria-label=\"hidden communication and copies\"><rect width=\"{:.2f}\" height=\"10\" style=\"fill:var({})\"/>"
                     "<rect x=\"{:.2f}\" width=\"{:.2f}\" height=\"10\" style=\"fill:var({})\"/></svg>",
                     communication, colour_name(DeviceTime::kCommunication), communication, width(budget.hidden_copy_ns),
                     colour_name(DeviceTime::kCopyPinned));
  return out;
}

std::string hidden_text(const DeviceBudget& budget) {
  if (budget.hidden_communication_ns == 0 && budget.hidden_copy_ns == 0) return "";
  return fmt::format("Thin bar: hidden behind other work, so in no part above: communication {}, copies {}.",
                     duration_text(static_cast<double>(budget.hidden_communication_ns)),
                     duration_text(static_cast<double>(budget.hidden_copy_ns)));
}

// ---- first page

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

// ---- devices side by side

void add_ranks(Sheet& sheet, const TraceFigures& figures) {
  std::size_t devices = 0;
  std::int64_t longest_ns = 0;
  for (const TraceFileFigures& file : figures.files) {
    devices += file.devices.size();
    for (const DeviceFigures& device : file.devices) longest_ns = std::max(longest_ns, device.span_ns);
  }
  if (devices < 2) return;
  sheet.open("Devices side by side");
  sheet.head({"", "span", "", "worked", "computing", "communication", "hidden", "copies", "idle"});
  for (const TraceFileFigures& file : figures.files) {
    for (const DeviceFigures& device : file.devices) {
      const auto share = [&](std::int64_t ns) { return escaped(ratio_text(ratio_of(ns, device.span_ns))); };
      sheet.row({"<td class=\"left\">" + escaped(device_name(file, device)) + "</td>", ns_text(device.span_ns),
                 bar_cell(ratio_of(device.span_ns, longest_ns), ""), share(device.busy_ns), share(device.compute_ns),
                 share(device.exposed_communication_ns), share(device.overlap_ns), share(device.exposed_copy_ns),
                 share(device.idle_ns)});
    }
  }
  sheet.end_table();
  sheet.note("Span: from first to last work; the rest are shares of it. Communication and copies: what nothing hides; hidden: "
             "communication behind computing.");
  sheet.close();
}

void add_collectives(Sheet& sheet, const RankComparison& comparison) {
  sheet.open("Ranks: who waited for whom");
  if (comparison.straggler) {
    sheet.raw(fmt::format("<p>Rank {} waited least in collectives: <b>the others waited for it</b>.</p>", *comparison.straggler));
  }
  sheet.head({"rank", "computing", "communication, exposed", "waited", "transferred", "idle"});
  for (const RankFigure& one : comparison.ranks) {
    sheet.row({escaped(std::to_string(one.rank)), ns_text(one.compute_ns), ns_text(one.exposed_communication_ns),
               comparison.straggler == one.rank ? "<td class=\"warn\">" + ns_text(one.wait_ns) + "</td>" : ns_text(one.wait_ns),
               ns_text(one.transfer_ns), ns_text(one.idle_ns)});
  }
  sheet.end_table();
  if (!comparison.collectives.empty()) {
    sheet.raw("<h3>Collective operations</h3>\n");
    sheet.head({"operation", "group", "on all ranks", "unmatched", "transfer", "waiting, all ranks"});
    const std::size_t shown = std::min(kPointsShown, comparison.collectives.size());
    for (std::size_t i = 0; i < shown; ++i) {
      const CollectiveFigure& one = comparison.collectives[i];
      sheet.row({name_cell(one.name), escaped(one.group), escaped(grouped(one.count)), escaped(grouped(one.unmatched)),
                 ns_text(one.transfer_ns), ns_text(one.wait_ns)});
    }
    sheet.end_table();
    if (comparison.collectives.size() > shown) {
      sheet.note(fmt::format("{} more operations.", comparison.collectives.size() - shown));
    }
  }
  sheet.close();
}

std::string change_text(std::int64_t before_ns, std::int64_t after_ns) {
  return (after_ns > before_ns ? "+" : "") + ns_text(after_ns - before_ns);
}

void add_difference(Sheet& sheet, const TraceDifference& change) {
  sheet.open("What changed");
  sheet.raw(fmt::format("<dl><dt>Before</dt><dd>{}</dd><dt>After</dt><dd>{}</dd></dl>", escaped(change.before), escaped(change.after)));
  for (const std::string& hardware : change.hardware) {
    sheet.raw("<p><b>Different hardware:</b> " + escaped(hardware) + "; no cause in software follows from the differences.</p>");
  }
  const bool by_iteration = change.per_before != 1 || change.per_after != 1;
  sheet.head({by_iteration ? "for each iteration" : "first to last work", "before", "after", "change"});
  for (const ClassDifference& one : change.classes) {
    sheet.row({"<td class=\"left\">" + key_of(one.time) + escaped(title_of(one.time)) + "</td>", ns_text(one.before_ns),
               ns_text(one.after_ns), change_text(one.before_ns, one.after_ns)});
  }
  sheet.row({"<td class=\"left\"><b>whole</b></td>", "<b>" + ns_text(change.before_ns) + "</b>", "<b>" + ns_text(change.after_ns) + "</b>",
             "<b>" + change_text(change.before_ns, change.after_ns) + "</b>"});
  sheet.end_table();
  if (!change.names.empty()) {
    sheet.raw("<h3>Kernels</h3>\n");
    sheet.head({"name", "count before", "after", "time before", "after", "change"});
    for (std::size_t i = 0; i < std::min(kPointsShown, change.names.size()); ++i) {
      const NameDifference& one = change.names[i];
      sheet.row({name_cell(one.name), escaped(grouped(one.before_count)), escaped(grouped(one.after_count)), ns_text(one.before_ns),
                 ns_text(one.after_ns), change_text(one.before_ns, one.after_ns)});
    }
    sheet.end_table();
  }
  sheet.close();
}

// ---- one device

void add_budget(Sheet& sheet, const DeviceFigures& device) {
  sheet.raw(bar_of(device.span));
  const std::string hidden = hidden_text(device.span);
  if (!hidden.empty()) sheet.note(hidden);
  sheet.head({"where the time went", "first to last work", "share", "whole file", "<th class=\"left\">may own it</th>"});
  for (const DeviceTimePart& wall : device.wall.parts) {
    const auto found = std::find_if(device.span.parts.begin(), device.span.parts.end(),
                                    [&](const DeviceTimePart& one) { return one.time == wall.time; });
    const std::int64_t span_ns = found == device.span.parts.end() ? 0 : found->ns;
    sheet.row({"<td class=\"class\">" + key_of(wall.time) + escaped(title_of(wall.time)) + "<small>" + escaped(hint_text(wall.time)) +
                   "</small></td>",
               ns_text(span_ns), escaped(ratio_text(ratio_of(span_ns, device.span.whole_ns))), ns_text(wall.ns),
               "<td class=\"wide\">" + escaped(owner_text(device, wall.time)) + "</td>"});
  }
  sheet.row({"<td class=\"left\"><b>sum = whole</b></td>", "<b>" + ns_text(device.span.whole_ns) + "</b>", "<b>100 %</b>",
             "<b>" + ns_text(device.wall.whole_ns) + "</b>", ""});
  sheet.end_table();
}

std::string copy_text(const CopyFigure& copy) {
  std::string text = fmt::format("{}, {}", counted(copy.count, "piece"), duration_text(static_cast<double>(copy.sum_ns)));
  if (const auto speed = copy.bytes_per_s()) {
    text += fmt::format(", {} at {}/s", bytes_text(static_cast<double>(copy.bytes)), bytes_text(*speed));
  }
  if (copy.without_bytes != 0) text += fmt::format("; of {} the size is unknown", grouped(copy.without_bytes));
  return text;
}

void add_facts(Sheet& sheet, const DeviceFigures& device) {
  std::vector<std::string> facts{fmt::format("{}, {}, {} on {}", counted(device.kernels, "kernel"),
                                             device.copies == 1 ? "1 copy" : grouped(device.copies) + " copies",
                                             counted(device.sets, "set"), counted(device.streams, "stream"))};
  if (device.host_to_device.count != 0) facts.push_back("Copies to the device: " + copy_text(device.host_to_device));
  if (device.device_to_host.count != 0) facts.push_back("Copies from the device: " + copy_text(device.device_to_host));
  if (device.launch_delay_p50_ns) {
    facts.push_back(fmt::format("Launch delay, launch's end to kernel's begin: p50 {}, p99 {}, of {} kernels",
                                duration_text(static_cast<double>(*device.launch_delay_p50_ns)),
                                duration_text(static_cast<double>(device.launch_delay_p99_ns.value_or(0))),
                                grouped(device.launched_kernels)));
  }
  if (device.unlinked != 0) {
    facts.push_back(fmt::format("{} pieces of work ({}) whose launch is not in the file; their time counts", grouped(device.unlinked),
                                duration_text(static_cast<double>(device.unlinked_sum_ns))));
  }
  if (device.throttle) {
    const ThrottleFigure& throttle = *device.throttle;
    facts.push_back(fmt::format("Clocks below the highest seen ({}, {} Hz): {} of {} of busy time would be saved at full clocks",
                                throttle.series, count_text(throttle.reference_hz),
                                duration_text(static_cast<double>(throttle.lost_ns)),
                                duration_text(static_cast<double>(throttle.covered_ns))));
    for (const auto& [reason, ns] : throttle.reasons) {
      facts.push_back(fmt::format("Held down for {}: {}", duration_text(static_cast<double>(ns)), reason));
    }
  }
  sheet.items(facts);
  for (const std::string& warning : device.warnings) sheet.raw("<p class=\"note\"><b>Warning:</b> " + escaped(warning) + "</p>");
}

void add_culprits(Sheet& sheet, const DeviceFigures& device) {
  if (device.culprits.empty()) return;
  sheet.raw("<h3>Late while the device idled</h3>\n");
  sheet.head({"what", "<th class=\"left\">the host was in</th>", "idle time", "of idle", "", "gaps"});
  const std::size_t shown = std::min(kCulpritsShown, device.culprits.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Culprit& one = device.culprits[i];
    const double share = ratio_of(one.ns, device.idle_ns);
    constexpr std::size_t kIdle = 6;  // "idle: "
    sheet.row({name_cell(one.name), "<td class=\"left\">" + key_of(one.time) + escaped(title_of(one.time).substr(kIdle)) + "</td>",
               ns_text(one.ns), escaped(ratio_text(share)), bar_cell(share, "idle"), escaped(grouped(one.gaps))});
  }
  sheet.end_table();
  const std::uint64_t more = device.culprits.size() - shown + device.culprits_left_out;
  if (more != 0) sheet.note(fmt::format("{} more names.", grouped(more)));
}

void add_names(Sheet& sheet, const std::string& title, const std::vector<NameFigure>& names, std::uint64_t all) {
  if (names.empty()) return;
  if (!title.empty()) sheet.raw("<h3>" + escaped(title) + "</h3>\n");
  sheet.head({"name", "count", "time", "share", "", "so far"});
  const std::size_t shown = std::min(kNamesShown, names.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const NameFigure& one = names[i];
    sheet.row({name_cell(one.name), escaped(grouped(one.count)), ns_text(one.sum_ns), escaped(ratio_text(one.share)),
               bar_cell(one.share, ""), escaped(ratio_text(one.cumulative_share))});
  }
  sheet.end_table();
  if (all > shown) sheet.note(fmt::format("{} more names.", grouped(all - shown)));
}

std::vector<PlotTick> time_ticks(double length_ns) {
  const double rough = length_ns / 6;
  double step = std::pow(10, std::floor(std::log10(rough)));
  if (rough / step > 5) step *= 10;
  else if (rough / step > 2) step *= 5;
  else if (rough / step > 1) step *= 2;
  std::vector<PlotTick> ticks;
  for (int i = 0; i * step <= length_ns; ++i) ticks.push_back({i * step, i == 0 ? "0" : duration_text(i * step)});
  return ticks;
}

Plot plot_over(const DeviceFigures& device, const std::string& title, const std::string& line) {
  const auto span = static_cast<double>(device.span_ns);
  return {.title = title, .x_title = "since the first work", .y_title = "", .lines = {{line, "--line0", {}}},
          .x_ticks = time_ticks(span), .x_low = 0, .x_high = span, .log_y = false, .y_unit = "1", .limit = {}};
}

void add_launches(Sheet& sheet, const DeviceFigures& device) {
  if (!device.launch_delays.empty()) {
    Plot delay = plot_over(device, "Launch delay: from a launch's end to the work's begin", "median of each stretch");
    delay.log_y = true;
    delay.y_unit = "ns";
    for (const LaunchDelaySlice& slice : device.launch_delays) {
      if (slice.p50_ns <= 0) continue;
      delay.lines[0].points.emplace_back(static_cast<double>(slice.begin_ns - device.begin_ns), static_cast<double>(slice.p50_ns));
    }
    sheet.raw(svg_of(delay));
  }
  if (!device.launch_queue) return;
  const LaunchQueue& queue = *device.launch_queue;
  Plot depth = plot_over(device, "Launched and not begun: near 0 the device waits for the host", "highest of each stretch");
  for (const auto& [at_ns, launches] : queue.over_time) {
    depth.lines[0].points.emplace_back(static_cast<double>(at_ns - device.begin_ns), static_cast<double>(launches));
  }
  sheet.raw(svg_of(depth));
  sheet.note(fmt::format("Mean {}, at most {}; nothing was queued for {}, {} of the span.", number_text(queue.mean), grouped(queue.most),
                         duration_text(static_cast<double>(queue.empty_ns)), ratio_text(ratio_of(queue.empty_ns, device.span_ns))));
}

void add_roofline(Sheet& sheet, const DeviceRoofline& roofline) {
  sheet.raw("<h3>Roofline: what bounds the kernels</h3>\n");
  const std::int64_t all_ns = roofline.known_ns + roofline.unknown_ns;
  sheet.note(fmt::format("Of {} of kernels, the bound is known for {}. Ceilings: {}.", duration_text(static_cast<double>(all_ns)),
                         ratio_text(ratio_of(roofline.known_ns, all_ns)),
                         roofline.missing.empty() ? roofline.ceiling_source : "unknown, " + roofline.missing));
  const std::string svg = svg_of(roofline);
  if (!svg.empty()) {
    sheet.raw("<figure><p class=\"legend\"><span>" + key_of(DeviceTime::kComputeBound) + "compute-bound</span> <span>" +
              key_of(DeviceTime::kMemoryBound) + "memory-bound</span> <span>" + key_of(DeviceTime::kComputeUnknown) +
              "unknown</span> <span>larger: more time</span></p>" + svg + "</figure>\n");
  }
  if (roofline.points.empty()) return;
  sheet.head({"operator", "<th class=\"left\">input shapes</th>", "count", "kernel time", "bound by", "of ceiling"});
  const std::size_t shown = std::min(kPointsShown, roofline.points.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const RooflinePoint& one = roofline.points[i];
    const std::string reached = one.least_ns > 0 && one.kernel_ns > 0
                                    ? ratio_text(one.least_ns / static_cast<double>(one.kernel_ns))
                                    : "–";
    sheet.row({"<td class=\"left\">" + escaped(one.op) + "</td>", name_cell(one.shapes), escaped(grouped(one.count)),
               ns_text(one.kernel_ns), escaped(one.bound), escaped(reached)});
  }
  sheet.end_table();
  const std::uint64_t more = roofline.points.size() - shown + roofline.points_left_out;
  if (more != 0) sheet.note(fmt::format("{} more operators and shapes.", grouped(more)));
}

void add_device(Sheet& sheet, const TraceFileFigures& file, const DeviceFigures& device) {
  sheet.open(device_name(file, device));
  add_budget(sheet, device);
  add_facts(sheet, device);
  add_culprits(sheet, device);
  add_launches(sheet, device);
  add_names(sheet, "Device work by name", device.top, device.names);
  if (device.roofline) add_roofline(sheet, *device.roofline);
  sheet.close();
}

// ---- host, requests, losses

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

std::string gain_text(const WhatIfFigure& one) {
  if (!one.unknown_because.empty()) return "unknown: " + escaped(one.unknown_because);
  return fmt::format("{} ({} – {})", ns_text(one.expected_ns), ns_text(one.lower_ns), ns_text(one.upper_ns));
}

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

void add_series(Sheet& sheet, const TraceFileFigures& file) {
  if (file.series.empty()) return;
  sheet.open("Quantities over time");
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

}  // namespace

std::string traces_html(const TraceFigures& figures, const PageLabels& labels) {
  Sheet sheet("Where the time went", class_colours() + kStyle);
  add_first(sheet, figures, labels);
  if (figures.difference) add_difference(sheet, *figures.difference);
  add_ranks(sheet, figures);
  if (figures.ranks) add_collectives(sheet, *figures.ranks);
  for (const TraceFileFigures& file : figures.files) {
    if (figures.files.size() > 1) sheet.raw("<h2>" + escaped(file.file) + "</h2>\n");
    for (const DeviceFigures& device : file.devices) add_device(sheet, file, device);
    if (file.requests) add_requests(sheet, *file.requests);
    if (file.graph) add_graph(sheet, *file.graph);
    if (file.iterations) add_iterations(sheet, *file.iterations);
    add_host(sheet, file);
    add_series(sheet, file);
    add_totals(sheet, file);
    add_reading(sheet, file);
  }
  return sheet.finish();
}

}  // namespace lynxbench::report
