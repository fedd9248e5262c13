// The section of one device on the page of traces.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/load_plot.h"
#include "report/trace_cells.h"
#include "report/trace_page.h"
#include "report/trace_words.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr std::size_t kCulpritsShown = 25;

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

void add_facts(Sheet& sheet, const DeviceFigures& device) {
  std::vector<std::string> facts{fmt::format("{}, {}, {} on {}", counted(device.kernels, "kernel"),
                                             device.copies == 1 ? "1 copy" : grouped(device.copies) + " copies",
                                             counted(device.sets, "set"), counted(device.streams, "stream"))};
  const std::optional<double> link = device.roofline ? device.roofline->link_bytes_per_s : std::nullopt;
  if (device.host_to_device.count != 0) facts.push_back("Copies to the device: " + copy_text(device.host_to_device, link));
  if (device.device_to_host.count != 0) facts.push_back("Copies from the device: " + copy_text(device.device_to_host, link));
  for (const CopyRow& row : device.copy_rows) facts.push_back("Copies " + copy_row_title(row) + ": " + copy_text(row.copies, link));
  if (device.request_queue) facts.push_back("Requests: " + request_queue_text(*device.request_queue));
  if (device.launch_delay_p50_ns) {
    facts.push_back(fmt::format("Launch delay, launch's end to kernel's begin: p50 {}, p99 {}, of {} kernels",
                                duration_text(static_cast<double>(*device.launch_delay_p50_ns)),
                                duration_text(static_cast<double>(device.launch_delay_p99_ns.value_or(0))),
                                grouped(device.launched_kernels)));
  }
  if (device.occupancy) facts.push_back("Occupancy: " + occupancy_text(*device.occupancy));
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

}  // namespace

void add_device(Sheet& sheet, const TraceFileFigures& file, const DeviceFigures& device) {
  sheet.open(device_name(file, device));
  add_budget(sheet, device);
  add_facts(sheet, device);
  add_culprits(sheet, device);
  add_launches(sheet, device);
  add_names(sheet, "Device work by name", device.top, device.names);
  if (device.roofline) {
    sheet.raw("<h3>Roofline: what bounds the kernels</h3>\n");
    add_roofline(sheet, "kernel", *device.roofline);
  }
  sheet.close();
}

}  // namespace lynxbench::report
