#include <fmt/format.h>

#include <cmath>

#include "base/units.h"
#include "model/json.h"
#include "report/load.h"
#include "report/paper.h"
#include "report/views.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr const char* kColumns[] = {"p50", "p90", "p95", "p99", "p99.9", "max"};

Tone tone_of(const std::string& state) {
  if (state == "pass") return Tone::kGood;
  if (state == "fail" || state == "invalid" || state == "unanswered") return Tone::kBad;
  return state == "measured" ? Tone::kStrong : Tone::kWarning;
}

std::string word_of(const std::string& state) {
  if (state == "pass") return "PASS";
  if (state == "fail") return "FAIL";
  if (state == "inconclusive") return "INCONCLUSIVE";
  if (state == "invalid") return "NOT VALID";
  if (state == "incomplete") return "INCOMPLETE";
  return state == "unanswered" ? "NO ANSWER" : "MEASURED";
}

const Estimate* found(const LoadFigures& figures, const std::string& id) {
  auto at = figures.figures.find(id);
  return at == figures.figures.end() ? nullptr : &at->second;
}

std::string shown(const LoadFigures& figures, const std::string& id) {
  const Estimate* estimate = found(figures, id);
  if (estimate == nullptr || !estimate->value) return "–";
  return quantity(*estimate->value, estimate->unit);
}

void print_verdict(Paper& paper, const LoadFigures& figures) {
  LoadVerdict verdict = load_verdict(figures);
  paper.paragraph(word_of(verdict.state) + ": " + verdict.headline, tone_of(verdict.state));
  for (const std::string& reason : verdict.reasons) paper.item(reason);
  paper.gap();
  paper.labelled("Load", load_sentence(figures));
  paper.labelled("Target", figures.target);
  if (!figures.connection_policy.empty()) paper.labelled("Connections", figures.connection_policy);
  if (figures.reconciliation) paper.labelled("Server says", views_verdict(*figures.reconciliation).headline);
}

void print_slo(Paper& paper, const LoadFigures& figures) {
  if (figures.slo.empty()) return;
  paper.heading("SLO, counted from due; a request that failed is over every limit");
  Table table{{{.title = "term"},
               {.title = "verdict"},
               {.title = "measured", .align = Align::kRight},
               {.title = "over limit", .align = Align::kRight},
               {.title = "95 % interval", .align = Align::kRight, .drop = 1},
               {.title = "n", .align = Align::kRight, .drop = 2},
               {.title = "worth", .align = Align::kRight, .drop = 3}},
              {}};
  for (const SloOutcome& outcome : figures.slo) {
    const SearchStep& step = outcome.step;
    std::string state(name_of(step.verdict));
    table.rows.push_back({{outcome.term},
                          {word_of(state), tone_of(state)},
                          {step.latency_ns ? duration_text(*step.latency_ns) : "–"},
                          {step.requests > 0 ? ratio_text(step.over_ratio) : "–"},
                          {step.requests > 0 ? range_text(step.over_low, step.over_high, "ratio") : "–"},
                          {grouped(step.requests)},
                          {grouped(static_cast<std::uint64_t>(std::floor(step.effective_samples)))}});
  }
  paper.table(table);
  paper.paragraph("worth: independent requests that these correlated ones are worth; the interval rests on them.", Tone::kFaint);
}

// A rate never stands without its concurrency and latency.
void print_throughput(Paper& paper, const LoadFigures& figures) {
  paper.heading("Throughput, at this concurrency and latency");
  std::string conditions = fmt::format("{} requests in the server (mean)", shown(figures, "concurrency"));
  conditions += figures.concurrency ? fmt::format(", {} asked for", *figures.concurrency)
                                    : fmt::format(", at most {}", figures.max_in_flight);
  conditions += fmt::format("; end to end p50 {}, p99 {}. Batch policy: the server's, which a client does not see.",
                            shown(figures, "e2e.p50"), shown(figures, "e2e.p99"));
  paper.paragraph(conditions);
  Table table{{{.title = ""}, {.title = "per second", .align = Align::kRight}, {.title = "n", .align = Align::kRight}}, {}};
  if (figures.offered_per_s) {
    table.rows.push_back({{"requests that fell due"}, {rate_text(*figures.offered_per_s)}, {grouped(figures.counts.due)}});
  }
  for (const auto& [id, title] : std::vector<std::pair<std::string, std::string>>{
           {"throughput", "requests answered"}, {"goodput", "requests answered within the SLO"},
           {"tokens_per_s", "output tokens"}, {"prompt_tokens_per_s", "prompt tokens"}}) {
    const Estimate* estimate = found(figures, id);
    if (estimate == nullptr || !estimate->value) continue;
    table.rows.push_back({{title}, {rate_text(*estimate->value)}, {grouped(estimate->samples)}});
  }
  paper.table(table);
  if (found(figures, "output_tokens.p50") != nullptr && found(figures, "output_tokens.max")->value) {
    paper.paragraph(fmt::format("Tokens of an answer: p50 {}, p99 {}, most {}; of a prompt: p50 {}, most {}.",
                                shown(figures, "output_tokens.p50"), shown(figures, "output_tokens.p99"),
                                shown(figures, "output_tokens.max"), shown(figures, "prompt_tokens.p50"),
                                shown(figures, "prompt_tokens.max")));
  }
}

void print_latency(Paper& paper, const LoadFigures& figures) {
  paper.heading("Latency");
  Table table{{{.title = ""}, {.title = "from"}}, {}};
  int drop[] = {0, 3, 2, 0, 4, 1};
  for (std::size_t i = 0; i < std::size(kColumns); ++i) {
    table.columns.push_back({.title = kColumns[i], .align = Align::kRight, .drop = drop[i]});
  }
  table.columns.push_back({.title = "p99 interval", .align = Align::kRight, .drop = 5});
  table.columns.push_back({.title = "n", .align = Align::kRight, .drop = 6});
  std::vector<std::string> few;
  for (const LatencyRow& row : latency_rows(figures)) {
    std::vector<Cell> cells{{row.title}, {row.from}};
    for (const char* column : kColumns) cells.push_back({shown(figures, row.id + "." + column)});
    const Estimate* p99 = found(figures, row.id + ".p99");
    bool interval = p99 != nullptr && p99->low && p99->high;
    cells.push_back({interval ? range_text(*p99->low, *p99->high, "ns") : "–"});
    cells.push_back({p99 != nullptr ? grouped(p99->samples) : "–"});
    table.rows.push_back(std::move(cells));
    if (row.id == "e2e" && p99 != nullptr && !p99->value) few.push_back(p99->withheld);
  }
  paper.table(table);
  for (const std::string& reason : few) paper.item("withheld: " + reason, Tone::kWarning);
  for (const std::string& reason : missing_rows(figures)) paper.item(reason, Tone::kWarning);
  if (!figures.concurrency) {
    paper.paragraph("From due: when the schedule said that a request should be sent, so a stall of the server is in it. "
                    "From sent: without the time that requests waited to be sent.", Tone::kFaint);
  }
}

void print_requests(Paper& paper, const LoadFigures& figures) {
  const LoadCounts& counts = figures.counts;
  paper.heading("Requests");
  paper.paragraph(fmt::format("{} fell due in the window: {} answered well, {} not ({}).", grouped(counts.due),
                              grouped(counts.ok), grouped(counts.due - counts.ok), shown(figures, "errors")),
                  counts.due > counts.ok ? Tone::kWarning : Tone::kPlain);
  std::string outside;
  if (counts.warm_up > 0) outside += fmt::format("{} in the warm-up ({} failed)", grouped(counts.warm_up), grouped(counts.warm_up_failed));
  if (counts.left_out > 0) outside += fmt::format("{}{} never sent, since the load was stopped", outside.empty() ? "" : ", ", grouped(counts.left_out));
  if (!outside.empty()) paper.paragraph("In no figure: " + outside + ".", Tone::kFaint);
  if (figures.failures.empty()) return;
  Table table{{{.title = "failure"}, {.title = "n", .align = Align::kRight}, {.title = "of due", .align = Align::kRight},
               {.title = "meaning", .wrap_to = 24}}, {}};
  for (const FailureCount& failure : figures.failures) {
    table.rows.push_back({{failure.kind, Tone::kBad}, {grouped(failure.count)}, {ratio_text(failure.ratio)}, {failure_title(failure.kind)}});
  }
  paper.table(table);
  for (const FailureCount& failure : figures.failures) {
    for (const FailureDetail& detail : failure.details) {
      paper.item(fmt::format("{}, {}x: {}", failure.kind, grouped(detail.count), detail.text));
    }
  }
}

void print_search(Paper& paper, const LoadFigures& figures) {
  if (!figures.search) return;
  paper.heading("Search for the highest rate that keeps the SLO");
  paper.paragraph("Criterion: " + figures.search->criterion);
  paper.paragraph("Outcome: " + figures.search->outcome, Tone::kStrong);
  Table table{{{.title = "rate", .align = Align::kRight},
               {.title = "answered", .align = Align::kRight, .drop = 2},
               {.title = "purpose", .drop = 1},
               {.title = "latency", .align = Align::kRight},
               {.title = "over limit", .align = Align::kRight},
               {.title = "95 % interval", .align = Align::kRight},
               {.title = "n", .align = Align::kRight, .drop = 3},
               {.title = "verdict"}},
              {}};
  for (const SearchStep& step : figures.search->steps) {
    std::string state(name_of(step.verdict));
    table.rows.push_back({{rate_text(step.rate_per_s)}, {rate_text(step.achieved_per_s)}, {step.purpose},
                          {step.latency_ns ? duration_text(*step.latency_ns) : "–"},
                          {step.requests > 0 ? ratio_text(step.over_ratio) : "–"},
                          {step.requests > 0 ? range_text(step.over_low, step.over_high, "ratio") : "–"},
                          {grouped(step.requests)}, {state, tone_of(state)}});
  }
  paper.table(table);
  for (const std::string& line : search_lines(*figures.search)) paper.item(line);
  if (figures.search->pass_per_s) {
    paper.paragraph(fmt::format("What follows was measured at {}.", rate_text(*figures.search->pass_per_s)), Tone::kStrong);
  }
}

void print_instrument(Paper& paper, const LoadFigures& figures) {
  paper.heading("The instrument itself");
  Table table{{{.title = ""}, {.title = "p50", .align = Align::kRight}, {.title = "p99", .align = Align::kRight},
               {.title = "max", .align = Align::kRight}}, {}};
  for (const auto& [id, title] : std::vector<std::pair<std::string, std::string>>{
           {"schedule_lag", "sent later than due"}, {"read_delay", "read later than the kernel had it"},
           {"connect", "opening a connection"}}) {
    if (found(figures, id + ".max") == nullptr || !found(figures, id + ".max")->value) continue;
    table.rows.push_back({{title}, {shown(figures, id + ".p50")}, {shown(figures, id + ".p99")}, {shown(figures, id + ".max")}});
  }
  if (!table.rows.empty()) paper.table(table);
  for (const std::string& line : instrument_lines(figures)) paper.item(line);
  for (const std::string& reason : figures.validity.reasons) paper.item(reason, Tone::kBad);
  for (const std::string& notice : figures.validity.notices) paper.item(notice, Tone::kWarning);
  if (figures.validity.valid && figures.validity.notices.empty()) paper.paragraph("Nothing to report.", Tone::kFaint);
}

}  // namespace

std::string load_terminal(const LoadFigures& figures, const TerminalOptions& options) {
  Paper paper(options);
  print_verdict(paper, figures);
  print_search(paper, figures);
  if (figures.counts.due > 0) {
    print_slo(paper, figures);
    print_throughput(paper, figures);
    print_latency(paper, figures);
    print_requests(paper, figures);
  }
  if (figures.reconciliation) print_views(paper, *figures.reconciliation);
  if (figures.counts.due > 0 || !figures.validity.notices.empty()) print_instrument(paper, figures);
  return paper.text();
}

}  // namespace lynxbench::report
