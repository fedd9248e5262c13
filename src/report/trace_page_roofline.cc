// The rooflines on the page of traces: of a device's kernels, and of the operators that a host executed.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/load_plot.h"
#include "report/roofline_plot.h"
#include "report/trace_cells.h"
#include "report/trace_page.h"
#include "report/trace_words.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr std::size_t kReasonsShown = 10;

void add_reasons(Sheet& sheet, const DeviceRoofline& roofline) {
  const bool ceilings_alone =
      roofline.unknown.size() == 1 && roofline.unknown.front().why == roofline.missing;
  if (roofline.unknown.empty() || ceilings_alone) return;
  sheet.head({"bound unknown because", "pieces", "time"});
  const std::size_t shown = std::min(kReasonsShown, roofline.unknown.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const UnknownBound& one = roofline.unknown[i];
    sheet.row({name_cell(one.why), escaped(grouped(one.count)), ns_text(one.ns)});
  }
  sheet.end_table();
  const std::size_t more = roofline.unknown.size() - shown;
  if (more != 0) sheet.note(counted(more, "more reason") + ".");
}

void add_points(Sheet& sheet, std::string_view time, const DeviceRoofline& roofline) {
  sheet.head({"operator", "<th class=\"left\">input shapes</th>", "count", fmt::format("{} time", time), "operations",
              "bytes", "bound by", "of ceiling"});
  const std::size_t shown = std::min(kPointsShown, roofline.points.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const RooflinePoint& one = roofline.points[i];
    const std::string reached =
        one.least_ns > 0 && one.work_ns > 0 ? ratio_text(one.least_ns / static_cast<double>(one.work_ns)) : "–";
    sheet.row({"<td class=\"left\">" + escaped(one.op) + "</td>", name_cell(one.shapes), escaped(grouped(one.count)),
               ns_text(one.work_ns), escaped(count_text(one.flops)), escaped(count_text(one.bytes)), escaped(one.bound),
               escaped(reached)});
  }
  sheet.end_table();
  const std::uint64_t more = roofline.points.size() - shown + roofline.points_left_out;
  if (more != 0) sheet.note(fmt::format("{} more operators and shapes.", grouped(more)));
}

}  // namespace

void add_roofline(Sheet& sheet, std::string_view time, const DeviceRoofline& roofline) {
  const std::int64_t all_ns = roofline.known_ns() + roofline.unknown_ns;
  const auto share = [&](std::int64_t ns) { return ratio_text(ratio_of(ns, all_ns)); };
  sheet.note(fmt::format("Of {} of {} time, {} is compute-bound, {} memory-bound, {} unknown. Ceilings: {}.",
                         duration_text(static_cast<double>(all_ns)), time, share(roofline.compute_bound_ns),
                         share(roofline.memory_bound_ns), share(roofline.unknown_ns),
                         roofline.missing.empty() ? roofline.ceiling_source : "unknown, " + roofline.missing));
  const std::string svg = svg_of(roofline);
  if (!svg.empty()) {
    sheet.raw("<figure><p class=\"legend\"><span>" + key_of(DeviceTime::kComputeBound) + "compute-bound</span> <span>" +
              key_of(DeviceTime::kMemoryBound) + "memory-bound</span> <span>" + key_of(DeviceTime::kComputeUnknown) +
              "unknown</span> <span>larger: more time</span></p>" + svg + "</figure>\n");
  }
  if (!roofline.points.empty()) add_points(sheet, time, roofline);
  add_reasons(sheet, roofline);
}

void add_host_roofline(Sheet& sheet, const HostRoofline& one) {
  sheet.open("Roofline: what bounds the operators of " + one.executor);
  add_roofline(sheet, "own", one.roofline);
  sheet.close();
}

}  // namespace lynxbench::report
