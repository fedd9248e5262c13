// What the terminal says of things set beside one another: ranks, client and server, before and after.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/trace_print.h"
#include "report/trace_words.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

std::string ns_text(std::int64_t ns) { return duration_text(static_cast<double>(ns)); }

std::string signed_text(std::int64_t ns) { return (ns > 0 ? "+" : "") + ns_text(ns); }

void print_rank_path(Paper& paper, const RankPath& path) {
  paper.gap();
  paper.labelled("Critical path", fmt::format("over all ranks: {}, bound by: {} ({})", ns_text(path.total_ns), path.bound_by,
                                              shares_text(path.classes, path.total_ns)));
  std::vector<std::pair<std::string, std::int64_t>> by_rank;
  for (const auto& [rank, ns] : path.by_rank) by_rank.emplace_back(fmt::format("rank {}", rank), ns);
  paper.labelled("By rank", shares_text(std::move(by_rank), path.total_ns));
  Table table{{{.title = "on the path", .wrap_to = 40},
               {.title = "rank", .align = Align::kRight},
               {.title = "what it is", .drop = 1},
               {.title = "times", .align = Align::kRight, .drop = 2},
               {.title = "time", .align = Align::kRight}},
              {}};
  for (std::size_t i = 0; i < std::min(kRowsShown, path.names.size()); ++i) {
    const RankPathName& one = path.names[i];
    table.rows.push_back({{one.name.empty() ? "–" : one.name}, {std::to_string(one.rank)}, {one.kind}, {grouped(one.steps)}, {ns_text(one.ns)}});
  }
  paper.table(table);
  if (path.hops != 0) {
    paper.paragraph(fmt::format("It goes {} to the rank that came last to a collective; first: rank {} waited {} for rank {} in {}.",
                                path.hops == 1 ? "once" : grouped(path.hops) + " times", path.first_hops.front().rank, ns_text(path.first_hops.front().waited_ns),
                                path.first_hops.front().last_rank, path.first_hops.front().collective));
  }
  paper.paragraph(clock_text(path), path.clock_residual_ns > kUsualResidualNs ? Tone::kWarning : Tone::kFaint);
  if (path.ranks_left_out != 0) {
    paper.paragraph(fmt::format("Left out: {} × rank without a graph, or sharing no collective.", grouped(path.ranks_left_out)), Tone::kWarning);
  }
}

}  // namespace

void print_client_server(Paper& paper, const ClientServer& both) {
  paper.heading("Client and server");
  paper.labelled("Client", fmt::format("{} ({} requests)", both.client, grouped(both.client_requests)));
  paper.labelled("Server", fmt::format("{} ({} requests)", both.server, grouped(both.server_requests)));
  if (both.left_out != 0) {
    paper.labelled("Left out", fmt::format("{} × request that failed or has no begin or end",
                                           grouped(both.left_out)));
  }
  if (!both.outside_ns) {
    paper.labelled("Outside", "unknown: " + both.unknown_because, Tone::kWarning);
    return;
  }
  Table table{{{.title = "where the client's time went"},
               {.title = "sum", .align = Align::kRight},
               {.title = "a request", .align = Align::kRight},
               {.title = "share", .align = Align::kRight}},
              {}};
  const auto row = [&](const std::string& name, std::int64_t ns) {
    table.rows.push_back({{name},
                          {ns_text(ns)},
                          {ns_text(ns / static_cast<std::int64_t>(std::max<std::uint64_t>(both.client_requests, 1)))},
                          {ratio_text(ratio_of(ns, both.client_ns))}});
  };
  for (const auto& [name, ns] : both.stages) row("server: " + name, ns);
  row("outside the server: network, protocol", *both.outside_ns);
  row("sum = client, sent to done", both.client_ns);
  paper.table(table);
}

void print_ranks(Paper& paper, const RankComparison& comparison) {
  paper.heading(fmt::format("Ranks: {}", comparison.ranks.size()));
  Table table{{{.title = "rank", .align = Align::kRight},
               {.title = "span", .align = Align::kRight},
               {.title = "compute", .align = Align::kRight},
               {.title = "communication, exposed", .align = Align::kRight},
               {.title = "waited in collectives", .align = Align::kRight},
               {.title = "transferred", .align = Align::kRight},
               {.title = "idle", .align = Align::kRight, .drop = 1}},
              {}};
  for (const RankFigure& one : comparison.ranks) {
    const Tone tone = comparison.straggler == one.rank ? Tone::kWarning : Tone::kPlain;
    table.rows.push_back({{std::to_string(one.rank), tone},
                          {ns_text(one.span_ns)},
                          {ns_text(one.compute_ns)},
                          {ns_text(one.exposed_communication_ns)},
                          {ns_text(one.wait_ns), tone},
                          {ns_text(one.transfer_ns)},
                          {ns_text(one.idle_ns)}});
  }
  paper.table(table);
  if (comparison.straggler) {
    paper.paragraph(fmt::format("Rank {} waited least: the others waited for it.",
                                *comparison.straggler));
  }
  Table kinds{{{.title = "collective", .wrap_to = 30},
               {.title = "group", .drop = 1},
               {.title = "on all ranks", .align = Align::kRight},
               {.title = "unmatched", .align = Align::kRight},
               {.title = "transfer", .align = Align::kRight},
               {.title = "waiting, all ranks", .align = Align::kRight}},
              {}};
  for (std::size_t i = 0; i < std::min(kRowsShown, comparison.collectives.size()); ++i) {
    const CollectiveFigure& one = comparison.collectives[i];
    kinds.rows.push_back({{one.name},
                          {one.group},
                          {grouped(one.count)},
                          {grouped(one.unmatched)},
                          {ns_text(one.transfer_ns)},
                          {ns_text(one.wait_ns)}});
  }
  if (!kinds.rows.empty()) {
    paper.gap();
    paper.table(kinds);
  }
  if (comparison.path) print_rank_path(paper, *comparison.path);
}

void print_difference(Paper& paper, const TraceDifference& change) {
  paper.heading("What changed");
  paper.labelled("Before", change.before);
  paper.labelled("After", change.after);
  for (const std::string& hardware : change.hardware) {
    paper.labelled("HARDWARE", hardware + "; no cause in software follows from the differences",
                   Tone::kWarning);
  }
  const bool by_iteration = change.per_before != 1 || change.per_after != 1;
  Table table{{{.title = by_iteration ? "for each iteration" : "first to last work"},
               {.title = "before", .align = Align::kRight},
               {.title = "after", .align = Align::kRight},
               {.title = "change", .align = Align::kRight}},
              {}};
  for (const ClassDifference& one : change.classes) {
    table.rows.push_back({{std::string(title_of(one.time))},
                          {ns_text(one.before_ns)},
                          {ns_text(one.after_ns)},
                          {signed_text(one.after_ns - one.before_ns)}});
  }
  table.rows.push_back({{"whole", Tone::kStrong},
                        {ns_text(change.before_ns), Tone::kStrong},
                        {ns_text(change.after_ns), Tone::kStrong},
                        {signed_text(change.after_ns - change.before_ns), Tone::kStrong}});
  paper.table(table);
}

}  // namespace lynxbench::report
