#include "report/trace_cells.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/load_plot.h"
#include "report/time_colours.h"
#include "report/trace_words.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr std::size_t kLongestName = 180;

}  // namespace

std::string ns_text(std::int64_t ns) { return escaped(duration_text(static_cast<double>(ns))); }

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
  if (budget.hidden_communication_ns == 0 && budget.hidden_copies.sum_ns() == 0) return out;
  out += "<svg class=\"stack hidden\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" "
         "aria-label=\"hidden communication and copies\">";
  at = 0;
  for (const auto& [time, ns] : {std::pair{DeviceTime::kCommunication, budget.hidden_communication_ns},
                                 {DeviceTime::kCopyPageable, budget.hidden_copies.pageable_ns},
                                 {DeviceTime::kCopyPinned, budget.hidden_copies.pinned_ns},
                                 {DeviceTime::kCopyOther, budget.hidden_copies.other_ns}}) {
    if (ns == 0) continue;
    out += fmt::format("<rect x=\"{:.2f}\" width=\"{:.2f}\" height=\"10\" style=\"fill:var({})\"/>", at, width(ns), colour_name(time));
    at += width(ns);
  }
  return out + "</svg>";
}

std::string hidden_text(const DeviceBudget& budget) {
  if (budget.hidden_communication_ns == 0 && budget.hidden_copies.sum_ns() == 0) return "";
  return fmt::format("Thin bar: hidden behind other work, so in no part above: communication {}, {}.",
                     duration_text(static_cast<double>(budget.hidden_communication_ns)),
                     hidden_copies_text(budget.hidden_copies));
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

}  // namespace lynxbench::report
