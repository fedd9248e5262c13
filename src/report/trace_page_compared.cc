// Sections of the page of traces that set devices, ranks, and two traces beside each other.
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

std::string change_text(std::int64_t before_ns, std::int64_t after_ns) {
  return (after_ns > before_ns ? "+" : "") + ns_text(after_ns - before_ns);
}

void add_rank_path(Sheet& sheet, const RankPath& path) {
  sheet.raw("<h3>The critical path over all ranks</h3>\n");
  sheet.note(fmt::format("{} long; bound by {}. A rank that came early to a collective has only its transfer on the path; before it stands what "
                         "the last rank did. {}",
                         duration_text(static_cast<double>(path.total_ns)), path.bound_by, clock_text(path)));
  const auto shares = [&](const std::string& title, const std::string& name, std::int64_t ns) {
    const double share = ratio_of(ns, path.total_ns);
    sheet.row({"<td class=\"left\">" + title + escaped(name) + "</td>", ns_text(ns), escaped(ratio_text(share)), bar_cell(share, "")});
  };
  sheet.head({"on the path", "time", "share", ""});
  for (const auto& [rank, ns] : path.by_rank) shares("rank ", std::to_string(rank), ns);
  sheet.end_table();
  sheet.head({"on the path", "time", "share", ""});
  for (const auto& [name, ns] : path.classes) shares("", name, ns);
  sheet.end_table();
  sheet.head({"name", "rank", "<th class=\"left\">what it is</th>", "times", "time"});
  for (std::size_t i = 0; i < std::min(kPointsShown, path.names.size()); ++i) {
    const RankPathName& one = path.names[i];
    sheet.row({name_cell(one.name.empty() ? "–" : one.name), escaped(std::to_string(one.rank)), "<td class=\"left\">" + escaped(one.kind) + "</td>",
               escaped(grouped(one.steps)), ns_text(one.ns)});
  }
  sheet.end_table();
  if (path.hops == 0) return;
  sheet.head({"collective", "rank", "waited for rank", "for"});
  const std::size_t shown = std::min(kPointsShown, path.first_hops.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const RankHop& one = path.first_hops[i];
    sheet.row({name_cell(one.collective), escaped(std::to_string(one.rank)), escaped(std::to_string(one.last_rank)), ns_text(one.waited_ns)});
  }
  sheet.end_table();
  if (path.hops > shown) sheet.note(fmt::format("{} more collectives at which the path goes to another rank.", grouped(path.hops - shown)));
}

}  // namespace

void add_side_by_side(Sheet& sheet, const TraceFigures& figures) {
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
  if (comparison.path) add_rank_path(sheet, *comparison.path);
  sheet.close();
}

void add_client_server(Sheet& sheet, const ClientServer& both) {
  sheet.open("Client and server");
  sheet.raw(fmt::format("<dl><dt>Client</dt><dd>{}: {} requests</dd><dt>Server</dt><dd>{}: {} requests</dd></dl>", escaped(both.client),
                        grouped(both.client_requests), escaped(both.server), grouped(both.server_requests)));
  if (both.left_out != 0) sheet.note(fmt::format("{} × request that failed, or has no begin or end, left out.", grouped(both.left_out)));
  if (!both.outside_ns) {
    sheet.raw("<p><b>What is outside the server is unknown:</b> " + escaped(both.unknown_because) + ".</p>");
    return sheet.close();
  }
  sheet.head({"where the client's time went", "sum", "share", ""});
  const auto row = [&](const std::string& name, std::int64_t ns) {
    const double share = ratio_of(ns, both.client_ns);
    sheet.row({"<td class=\"left\">" + escaped(name) + "</td>", ns_text(ns), escaped(ratio_text(share)), bar_cell(share, "")});
  };
  for (const auto& [name, ns] : both.stages) row("server: " + name, ns);
  row("outside the server: network, protocol, connection", *both.outside_ns);
  sheet.row({"<td class=\"left\"><b>sum = client, sent to done</b></td>", "<b>" + ns_text(both.client_ns) + "</b>", "<b>100 %</b>", ""});
  sheet.end_table();
  sheet.close();
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

}  // namespace lynxbench::report
