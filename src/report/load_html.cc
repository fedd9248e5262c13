// One load as a page: no script, no file beside it.
#include <fmt/format.h>

#include <cmath>

#include "base/units.h"
#include "model/json.h"
#include "report/load.h"
#include "report/load_plot.h"
#include "report/sheet.h"
#include "report/views.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr const char* kColumns[] = {"p50", "p90", "p95", "p99", "p99.9", "max"};

const Estimate* found(const LoadFigures& figures, const std::string& id) {
  auto at = figures.figures.find(id);
  return at == figures.figures.end() ? nullptr : &at->second;
}

// A cell's text; where there is no value, the reason on the dash.
std::string shown(const LoadFigures& figures, const std::string& id) {
  const Estimate* estimate = found(figures, id);
  if (estimate == nullptr) return "–";
  if (!estimate->value) return fmt::format("<span title=\"{}\">–</span>", escaped(estimate->withheld));
  std::string text = escaped(quantity(*estimate->value, estimate->unit));
  if (!estimate->low || !estimate->high) return text;
  return fmt::format("<span title=\"95 % interval {}; {}\">{}</span>", escaped(range_text(*estimate->low, *estimate->high, estimate->unit)),
                     escaped(estimate->method), text);
}

void add_first(Sheet& html, const LoadFigures& figures, const std::string& command_line, const std::string& created) {
  LoadVerdict verdict = load_verdict(figures);
  html.raw("<section><h1>Load on " + escaped(figures.target) + "</h1>\n");
  html.raw(fmt::format("<div class=\"banner {}\"><b>{}</b>", verdict.state, escaped(verdict.headline)));
  html.items(verdict.reasons);
  html.raw("</div><dl>");
  auto line = [&](const std::string& title, const std::string& text) {
    if (!text.empty()) html.raw("<dt>" + escaped(title) + "</dt><dd>" + escaped(text) + "</dd>");
  };
  line("Load", load_sentence(figures));
  line("Connections", figures.connection_policy);
  if (figures.reconciliation) line("Server says", views_verdict(*figures.reconciliation).headline);
  line("Inputs", figures.inputs_digest.empty() ? "" : "SHA-256 " + figures.inputs_digest);
  line("Made", created);
  html.raw("<dt>Command</dt><dd><code>" + escaped(command_line) + "</code></dd></dl></section>\n");
}

void add_slo(Sheet& html, const LoadFigures& figures) {
  if (figures.slo.empty()) return;
  html.open("SLO");
  html.head({"term", "verdict", "measured", "over the limit", "95 % interval", "n", "worth"});
  for (const SloOutcome& outcome : figures.slo) {
    const SearchStep& step = outcome.step;
    std::string verdict(name_of(step.verdict));
    html.row({escaped(outcome.term), fmt::format("<td class=\"{0}\">{0}</td>", verdict),
              step.latency_ns ? escaped(duration_text(*step.latency_ns)) : "–",
              step.requests > 0 ? escaped(ratio_text(step.over_ratio)) : "–",
              step.requests > 0 ? escaped(range_text(step.over_low, step.over_high, "ratio")) : "–",
              escaped(grouped(step.requests)),
              escaped(grouped(static_cast<std::uint64_t>(std::floor(step.effective_samples))))});
  }
  html.end_table();
  html.note("Counted from due. A request that failed is over every limit. Worth: independent requests that these correlated "
            "ones are worth; the interval rests on them.");
  html.close();
}

void add_search(Sheet& html, const LoadFigures& figures) {
  if (!figures.search) return;
  html.open("Search for the highest rate that keeps the SLO");
  html.note(figures.search->criterion);
  html.head({"rate", "answered", "purpose", "latency", "over the limit", "95 % interval", "n", "verdict"});
  for (const SearchStep& step : figures.search->steps) {
    std::string verdict(name_of(step.verdict));
    html.row({escaped(rate_text(step.rate_per_s)), escaped(rate_text(step.achieved_per_s)), escaped(step.purpose),
              step.latency_ns ? escaped(duration_text(*step.latency_ns)) : "–", escaped(ratio_text(step.over_ratio)),
              escaped(range_text(step.over_low, step.over_high, "ratio")), escaped(grouped(step.requests)),
              fmt::format("<td class=\"{0}\">{0}</td>", verdict)});
  }
  html.end_table();
  std::vector<std::string> lines = search_lines(*figures.search);
  lines.insert(lines.begin(), figures.search->outcome);
  html.items(lines);
  html.close();
}

void add_throughput(Sheet& html, const LoadFigures& figures) {
  html.open("Throughput, at this concurrency and latency");
  html.head({"", "per second", "n"});
  if (figures.offered_per_s) html.row({"requests that fell due", escaped(rate_text(*figures.offered_per_s)), escaped(grouped(figures.counts.due))});
  for (const auto& [id, title] : std::vector<std::pair<std::string, std::string>>{
           {"throughput", "requests answered"}, {"goodput", "requests answered within the SLO"},
           {"tokens_per_s", "output tokens"}, {"prompt_tokens_per_s", "prompt tokens"}}) {
    if (found(figures, id) == nullptr || !found(figures, id)->value) continue;
    html.row({title, shown(figures, id), escaped(grouped(found(figures, id)->samples))});
  }
  html.end_table();
  html.raw(fmt::format("<p class=\"note\">{} requests in the server (mean), {}; end to end p50 {}, p99 {}. Batch policy: the server's, "
                       "which a client does not see.</p>",
                       shown(figures, "concurrency"),
                       figures.concurrency ? fmt::format("{} asked for", *figures.concurrency) : fmt::format("at most {}", figures.max_in_flight),
                       shown(figures, "e2e.p50"), shown(figures, "e2e.p99")));
  html.close();
}

void add_latency(Sheet& html, const LoadFigures& figures) {
  html.open("Latency");
  std::vector<std::string> titles{"", "from"};
  titles.insert(titles.end(), std::begin(kColumns), std::end(kColumns));
  titles.emplace_back("n");
  html.head(titles);
  for (const LatencyRow& row : latency_rows(figures)) {
    std::vector<std::string> cells{escaped(row.title), escaped(row.from)};
    for (const char* column : kColumns) cells.push_back(shown(figures, row.id + "." + column));
    cells.push_back(escaped(grouped(found(figures, row.id + ".p99")->samples)));
    html.row(cells);
  }
  html.end_table();
  html.items(missing_rows(figures));
}

std::vector<PlotTick> percentile_ticks(double most) {
  std::vector<PlotTick> ticks;
  for (const auto& [q, text] : std::vector<std::pair<double, std::string>>{
           {0, "0"}, {0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}, {0.999, "p99.9"}, {0.9999, "p99.99"}, {0.99999, "p99.999"}}) {
    double at = -std::log10(1 - q);
    if (at <= most) ticks.push_back({at, text});
  }
  return ticks;
}

void add_distribution(Sheet& html, const LoadFigures& figures) {
  Plot plot{.title = "Latency by percentile", .x_title = "percentile", .y_title = "", .lines = {}, .x_ticks = {},
            .x_low = 0, .x_high = 1, .log_y = true, .y_unit = "ns", .limit = {}};
  const char* colours[] = {"--line0", "--line2", "--line1", "--line3"};
  for (const QuantileCurve& curve : figures.curves) {
    if (figures.concurrency && curve.metric == "service") continue;
    PlotLine& line = plot.lines.emplace_back();
    line.name = curve.metric == "e2e" ? "end to end" : curve.metric == "service" ? "from sent" : curve.metric;
    line.colour = colours[plot.lines.size() - 1];
    double last = 0;
    for (std::size_t i = 0; i < curve.quantile.size(); ++i) {
      double x = curve.quantile[i] < 1 ? -std::log10(1 - curve.quantile[i]) : last;
      last = x;
      if (curve.value_ns[i] > 0) line.points.emplace_back(x, curve.value_ns[i]);
    }
    plot.x_high = std::max(plot.x_high, last);
  }
  if (!figures.slo.empty()) {
    plot.limit = {static_cast<double>(figures.slo[0].at_most_ns), figures.slo[0].term};
  }
  plot.x_ticks = percentile_ticks(plot.x_high);
  html.raw(svg_of(plot));
}

// Round seconds, about six of them.
std::vector<PlotTick> second_ticks(double seconds) {
  double step = std::pow(10, std::floor(std::log10(std::max(seconds, 1e-3) / 3)));
  if (seconds / step > 12) step *= 5;
  else if (seconds / step > 7) step *= 2;
  std::vector<PlotTick> ticks;
  for (double at = 0; at <= seconds; at += step) ticks.push_back({at, number_text(at) + " s"});
  return ticks;
}

void add_over_time(Sheet& html, const LoadFigures& figures) {
  if (figures.slices.size() < 2) return;
  double seconds = static_cast<double>(figures.window_ns) / 1e9;
  Plot latency{.title = "Latency over the window (each point: requests due in that slice)", .x_title = "since the window began", .y_title = "",
               .lines = {{"end to end p50", "--line0", {}}, {"end to end p99", "--line1", {}}, {"TTFT p50", "--line2", {}}},
               .x_ticks = second_ticks(seconds), .x_low = 0, .x_high = seconds, .log_y = false, .y_unit = "ns", .limit = {}};
  Plot rates{.title = "Requests over the window", .x_title = "since the window began", .y_title = "",
             .lines = {{"fell due per second", "--line3", {}}, {"answered per second", "--line0", {}}, {"failed per second", "--line1", {}}},
             .x_ticks = latency.x_ticks, .x_low = 0, .x_high = seconds, .log_y = false, .y_unit = "1/s", .limit = {}};
  Plot flight{.title = "Requests in the server", .x_title = "since the window began", .y_title = "", .lines = {{"in flight", "--line0", {}}},
              .x_ticks = latency.x_ticks, .x_low = 0, .x_high = seconds, .log_y = false, .y_unit = "1", .limit = {}};
  for (const LoadSlice& slice : figures.slices) {
    if (slice.e2e_p50_ns) latency.lines[0].points.emplace_back(slice.at_s, static_cast<double>(*slice.e2e_p50_ns));
    if (slice.e2e_p99_ns) latency.lines[1].points.emplace_back(slice.at_s, static_cast<double>(*slice.e2e_p99_ns));
    if (slice.ttft_p50_ns) latency.lines[2].points.emplace_back(slice.at_s, static_cast<double>(*slice.ttft_p50_ns));
    rates.lines[0].points.emplace_back(slice.at_s, static_cast<double>(slice.due) / slice.length_s);
    rates.lines[1].points.emplace_back(slice.at_s, static_cast<double>(slice.answered) / slice.length_s);
    if (figures.counts.due > figures.counts.ok) rates.lines[2].points.emplace_back(slice.at_s, static_cast<double>(slice.failed) / slice.length_s);
    flight.lines[0].points.emplace_back(slice.at_s + slice.length_s / 2, static_cast<double>(slice.in_flight));
  }
  html.raw(svg_of(latency));
  html.raw(svg_of(rates));
  html.raw(svg_of(flight));
}

void add_requests(Sheet& html, const LoadFigures& figures) {
  const LoadCounts& counts = figures.counts;
  html.open("Requests");
  html.items({fmt::format("{} fell due in the window: {} answered well, {} not", grouped(counts.due), grouped(counts.ok), grouped(counts.due - counts.ok)),
              fmt::format("in no figure: {} in the warm-up ({} failed), {} never sent since the load was stopped", grouped(counts.warm_up),
                          grouped(counts.warm_up_failed), grouped(counts.left_out))});
  if (!figures.failures.empty()) {
    html.head({"failure", "n", "of due", "meaning", "what the client saw"});
    for (const FailureCount& failure : figures.failures) {
      std::string details;
      for (const FailureDetail& detail : failure.details) details += fmt::format("{}× {}<br>", grouped(detail.count), escaped(detail.text));
      html.row({escaped(failure.kind), escaped(grouped(failure.count)), escaped(ratio_text(failure.ratio)),
                "<td class=\"left wide\">" + escaped(failure_title(failure.kind)) + "</td>", "<td class=\"left wide\">" + details + "</td>"});
    }
    html.end_table();
  }
  html.close();
}

const char* class_of(Tone tone) {
  if (tone == Tone::kGood) return "good";
  if (tone == Tone::kBad) return "bad";
  if (tone == Tone::kWarning) return "warn";
  return tone == Tone::kStrong ? "strong" : "";
}

void add_views_table(Sheet& html, const ViewsTable& table) {
  html.raw("<h3>" + escaped(table.title) + "</h3>\n");
  if (!table.missing.empty()) {
    html.note("unknown: " + table.missing);
    return;
  }
  html.raw("<div class=\"scroll\"><table><thead><tr>");
  for (const Column& column : table.table.columns) {
    html.raw(fmt::format("<th class=\"{}\">{}</th>", column.align == Align::kLeft ? "left" : "", escaped(column.title)));
  }
  html.raw("</tr></thead><tbody>\n");
  for (const std::vector<Cell>& row : table.table.rows) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const char* side = table.table.columns[i].align == Align::kLeft ? "left wide" : "";
      cells.push_back(fmt::format("<td class=\"{} {}\">{}</td>", side, class_of(row[i].tone), escaped(row[i].text)));
    }
    html.row(cells);
  }
  html.end_table();
  if (!table.note.empty()) html.note(table.note);
}

void add_views(Sheet& html, const Reconciliation& found) {
  ViewsVerdict verdict = views_verdict(found);
  html.open("The server's own figures beside the client's");
  const char* state = verdict.state == ViewsAgree::kAgree ? "pass" : verdict.state == ViewsAgree::kDisagree ? "fail" : "inconclusive";
  html.raw(fmt::format("<div class=\"banner {}\"><b>{}</b>", state, escaped(verdict.headline)));
  html.items(verdict.reasons);
  html.raw("</div>\n");
  if (!verdict.time.empty()) html.raw("<p>" + escaped(verdict.time) + "</p>\n");
  for (const ViewsTable& table : views_tables(found, 120)) add_views_table(html, table);
  html.items(views_lines(found));
  html.close();
}

void add_instrument(Sheet& html, const LoadFigures& figures) {
  html.open("The instrument itself");
  html.head({"", "p50", "p99", "max"});
  for (const auto& [id, title] : std::vector<std::pair<std::string, std::string>>{
           {"schedule_lag", "sent later than due"}, {"read_delay", "read later than the kernel had it"}, {"connect", "opening a connection"}}) {
    if (found(figures, id + ".max") == nullptr) continue;
    html.row({title, shown(figures, id + ".p50"), shown(figures, id + ".p99"), shown(figures, id + ".max")});
  }
  html.end_table();
  html.items(instrument_lines(figures));
  html.items(figures.validity.reasons);
  html.items(figures.validity.notices);
  html.close();
}

}  // namespace

std::string load_html(const LoadFigures& figures, const std::string& command_line, const std::string& created) {
  Sheet html("lynxbench load", "");
  add_first(html, figures, command_line, created);
  add_search(html, figures);
  if (figures.counts.due > 0) {
    add_slo(html, figures);
    add_throughput(html, figures);
    add_latency(html, figures);
    add_distribution(html, figures);
    add_over_time(html, figures);
    html.close();
    add_requests(html, figures);
  }
  if (figures.reconciliation) add_views(html, *figures.reconciliation);
  if (figures.counts.due > 0) add_instrument(html, figures);
  return html.finish();
}

}  // namespace lynxbench::report
