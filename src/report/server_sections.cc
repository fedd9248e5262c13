// What only a target on the network has: streamed answers, failures by name, the client's own account.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "base/text.h"
#include "base/units.h"
#include "model/json.h"
#include "report/sections.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

bool is_known(const Bundle& bundle, const std::string& id) {
  return bundle.figures.figures.contains(id);
}

// Any point has a figure whose id begins so.
bool any_known(const Bundle& bundle, const std::string& metric) {
  const std::vector<LoadPoint>& points = bundle.contract.load.points;
  return std::any_of(points.begin(), points.end(),
                     [&](const LoadPoint& point) { return is_known(bundle, metric + "@" + point.name); });
}

// The rows of the table of times: what each is called, and its metric.
constexpr std::pair<const char*, const char*> kTimes[] = {
    {"TTFT: first content", "ttft"},
    {"first byte", "ttft_first_byte"},
    {"first event", "ttft_first_event"},
    {"first of the answer", "ttft_first_answer"},
    {"ITL: between chunks", "itl"},
    {"TPOT: per token", "tpot"}};
constexpr const char* kColumns[] = {"p50", "p95", "p99"};

void print_withheld(Paper& paper, const std::map<std::string, std::vector<std::string>>& reasons) {
  for (const auto& [reason, ids] : reasons) {
    paper.item(fmt::format("{}: {}", joined(ids, "and"), reason), Tone::kWarning);
  }
}

void print_times(Paper& paper, const Bundle& bundle) {
  Table table{{{.title = "point"}, {.title = ""}}, {}};
  for (const char* column : kColumns) {
    table.columns.push_back({.title = column, .align = Align::kRight});
    table.columns.push_back({.title = std::string(column) + " interval", .align = Align::kRight, .drop = 2});
  }
  table.columns.push_back({.title = "n", .align = Align::kRight, .drop = 1});
  std::map<std::string, std::vector<std::string>> reasons;
  for (const LoadPoint& point : bundle.contract.load.points) {
    std::string name = point.name;
    for (const auto& [title, metric] : kTimes) {
      if (!is_known(bundle, fmt::format("{}.p50@{}", metric, point.name))) continue;
      std::vector<Cell> row{{name}, {title}};
      name.clear();
      for (const char* column : kColumns) {
        std::string id = fmt::format("{}.{}@{}", metric, column, point.name);
        Estimate estimate = figure_of(bundle.figures, id);
        if (!estimate.value) reasons[missing_text(estimate)].push_back(id);
        row.push_back({value_text(estimate)});
        row.push_back({interval_text(estimate)});
      }
      row.push_back({samples_text(figure_of(bundle.figures, fmt::format("{}.p50@{}", metric, point.name)))});
      table.rows.push_back(std::move(row));
    }
  }
  paper.table(table);
  print_withheld(paper, reasons);
}

void print_tokens(Paper& paper, const Bundle& bundle) {
  for (const char* metric : {"tokens_per_s", "prompt_tokens_per_s", "accuracy"}) {
    if (!any_known(bundle, metric)) continue;
    std::vector<std::string> parts;
    for (const LoadPoint& point : bundle.contract.load.points) {
      Estimate estimate = figure_of(bundle.figures, std::string(metric) + "@" + point.name);
      parts.push_back(fmt::format("{} {}", point.name,
                                  estimate.value ? fmt::format("{} ({})", value_text(estimate), interval_text(estimate))
                                                 : missing_text(estimate)));
    }
    std::string title = figure_title(metric);
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    paper.paragraph(title + ": " + joined(parts, "and") + ".");
  }
  const AccuracySpec& accuracy = bundle.contract.workload.accuracy;
  if (accuracy.method == ScoreMethod::kNone) return;
  paper.paragraph(fmt::format("Floor of accuracy: {} ({}); below it the decision is missed however fast the answers are.",
                              stated_text(accuracy.floor, "ratio"), name_of(accuracy.method)));
}

std::string or_none(const std::optional<std::int64_t>& length_ns) {
  return length_ns ? duration_text(static_cast<double>(*length_ns)) : "–";
}

std::string busiest_text(const InstrumentAudit& audit) {
  auto most = std::max_element(audit.threads.begin(), audit.threads.end(),
                               [](const ThreadCpu& a, const ThreadCpu& b) { return a.cores < b.cores; });
  if (most == audit.threads.end()) return "–";
  return fmt::format("{} {}", most->name, number_text(most->cores));
}

std::string arrivals_text(const ArrivalTest& test) {
  if (test.p_value) return "p = " + number_text(*test.p_value);
  return test.fano ? "fano " + number_text(*test.fano) : "–";
}

}  // namespace

void print_streams(Paper& paper, const Bundle& bundle) {
  if (!any_known(bundle, "ttft_first_byte.p50")) return;
  bool streamed = any_known(bundle, "ttft.p50");
  paper.heading(streamed ? "Streamed answers: to the first token (from due), and between tokens"
                         : "Answers: to the first byte (from due)");
  print_times(paper, bundle);
  print_tokens(paper, bundle);
}

void print_failures(Paper& paper, const Bundle& bundle) {
  if (!any_known(bundle, "failures.timeout")) return;
  paper.heading("Failures by kind");
  Table table{{{.title = "point"},
               {.title = "kind"},
               {.title = "share", .align = Align::kRight},
               {.title = "interval", .align = Align::kRight, .drop = 1},
               {.title = "of requests", .align = Align::kRight}},
              {}};
  for (const auto& [id, estimate] : bundle.figures.figures) {
    bool counts = id.starts_with("failures.") && estimate.value &&
                  std::any_of(estimate.by_session.begin(), estimate.by_session.end(), [](double v) { return v > 0; });
    if (!counts) continue;
    std::size_t dot = id.find('.'), at = id.find('@');
    table.rows.push_back({{id.substr(at + 1)},
                          {id.substr(dot + 1, at - dot - 1)},
                          {value_text(estimate)},
                          {interval_text(estimate)},
                          {samples_text(estimate)}});
  }
  if (table.rows.empty()) {
    paper.paragraph("No request of a measured point failed in a way that has a name.");
    return;
  }
  paper.table(table);
}

void print_instrument(Paper& paper, const Bundle& bundle) {
  const std::vector<Phase>& phases = bundle.run.phases;
  auto shown = [](const Phase& phase) { return phase.kind == PhaseKind::kMeasure && phase.audit; };
  if (std::none_of(phases.begin(), phases.end(), shown)) return;
  paper.heading("The instrument: what this client says of itself");
  Table table{{{.title = "point"},
               {.title = "session", .align = Align::kRight},
               {.title = "sent", .align = Align::kRight},
               {.title = "missed", .align = Align::kRight},
               {.title = "late", .align = Align::kRight},
               {.title = "lag p99", .align = Align::kRight},
               {.title = "busiest thread", .drop = 1},
               {.title = "longest stall", .align = Align::kRight, .drop = 2},
               {.title = "clock steps", .align = Align::kRight, .drop = 4},
               {.title = "arrivals", .align = Align::kRight, .drop = 3}},
              {}};
  for (const Phase& phase : phases) {
    if (!shown(phase)) continue;
    const InstrumentAudit& audit = *phase.audit;
    table.rows.push_back({{phase.point},
                          {std::to_string(phase.session)},
                          {grouped(audit.sent)},
                          {grouped(audit.missed), audit.missed > 0 ? Tone::kWarning : Tone::kPlain},
                          {grouped(audit.late), audit.late > 0 ? Tone::kWarning : Tone::kPlain},
                          {or_none(audit.lag_p99_ns)},
                          {busiest_text(audit)},
                          {or_none(audit.stall_longest_ns)},
                          {grouped(audit.clock_steps)},
                          {arrivals_text(audit.arrivals)}});
  }
  paper.table(table);
}

}  // namespace lynxbench::report
