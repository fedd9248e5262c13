#include "report/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/units.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr const char* kUnknown = "unknown";
constexpr double kNoTime_ns = 0.5;  // below: shown as 0

std::string time_text(double nanoseconds) {
  if (std::abs(nanoseconds) < kNoTime_ns) return "0";
  return (nanoseconds < 0 ? "-" : "") + duration_text(std::abs(nanoseconds));
}

std::string value_text(const std::optional<double>& value, const std::string& unit) {
  if (!value) return kUnknown;
  if (unit == "s") return time_text(*value * 1e9);
  return grouped(static_cast<std::uint64_t>(std::llround(std::max(0.0, *value))));
}

// "+10.0 ms (0.5 %)": of the client's.
std::string difference_text(const ViewComparison& row) {
  if (!row.difference) return "–";
  double size = std::abs(*row.difference);
  if (row.unit == "s" ? size * 1e9 < kNoTime_ns : size == 0) return "0";
  std::string text = (*row.difference < 0 ? "-" : "+") + value_text(size, row.unit);
  if (row.client && *row.client > 0) text += fmt::format(" ({})", share_text(size / *row.client));
  return text;
}

std::string agree_word(ViewsAgree agree) {
  return agree == ViewsAgree::kAgree ? "agree" : agree == ViewsAgree::kDisagree ? "DIFFER" : kUnknown;
}
Tone agree_tone(ViewsAgree agree) {
  return agree == ViewsAgree::kAgree ? Tone::kGood : agree == ViewsAgree::kDisagree ? Tone::kBad : Tone::kWarning;
}

// Something that neither tells is nothing to compare: it stays in the JSON.
bool is_told(const ViewComparison& row) { return row.client || row.server; }

std::string part_name(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');  // Triton's compute_input
  return name;
}

bool counted_nothing(const Reconciliation& found) {
  auto at = found.server.counts.find("requests_ok");
  return at != found.server.counts.end() && at->second.value == 0.0 && found.client.ok > 0;
}

std::string server_name(const Reconciliation& found) {
  return found.server.server.empty() ? "the server" : found.server.server;
}

ViewsTable comparison_table(const Reconciliation& found) {
  ViewsTable out{.title = "The same figures by both",
                 .note = "Of all requests, the warm-up's as well; times count from when a request was sent.",
                 .table = {{{.title = "figure"},
                            {.title = "client", .align = Align::kRight},
                            {.title = "server", .align = Align::kRight},
                            {.title = "client - server", .align = Align::kRight},
                            {.title = ""},
                            {.title = "what it says", .wrap_to = 24, .drop = 1}},
                           {}},
                 .missing = {}};
  bool says_something = false;
  for (const ViewComparison& row : found.comparisons) {
    if (!is_told(row)) continue;
    std::string meaning = row.agree == ViewsAgree::kAgree ? "" : row.meaning;
    says_something = says_something || !meaning.empty();
    out.table.rows.push_back({{row.figure},
                              {value_text(row.client, row.unit)},
                              {value_text(row.server, row.unit)},
                              {difference_text(row)},
                              {agree_word(row.agree), agree_tone(row.agree)},
                              {meaning}});
  }
  if (says_something) return out;
  out.table.columns.pop_back();
  for (std::vector<Cell>& row : out.table.rows) row.pop_back();
  return out;
}

ViewsTable split_table(const Reconciliation& found, int columns) {
  const ViewSplit& split = found.split;
  ViewsTable out{.title = "Where the mean request's time went, by both views", .note = {}, .table = {}, .missing = split.missing};
  if (!out.missing.empty()) return out;
  out.note = fmt::format("Mean of {} answered well, from sent to done. What the server does not account for is the last part.",
                         counted(split.requests, "request"));
  int bar_columns = std::clamp(columns - 94, 8, 30);
  out.table.columns = {{.title = "part"},
                       {.title = "mean", .align = Align::kRight},
                       {.title = "share", .align = Align::kRight},
                       {.title = "", .drop = 1},
                       {.title = "by", .wrap_to = 24, .drop = 2}};
  double requests = static_cast<double>(split.requests), total = static_cast<double>(split.total_ns);
  auto add = [&](const std::string& name, double part_ns, const std::string& source, Tone tone) {
    double share = total > 0 ? part_ns / total : 0;
    std::string text = share < 0 ? "-" + share_text(-share) : share_text(share);
    bool whole = tone == Tone::kStrong;
    out.table.rows.push_back({{name, tone},
                              {time_text(part_ns / requests), tone},
                              {total > 0 ? text : kUnknown, tone},
                              {whole ? "" : bar(std::max(0.0, share), bar_columns), Tone::kGood},
                              {source, Tone::kFaint}});
  };
  for (const TimePart& part : split.parts) add(part_name(part.name), static_cast<double>(part.total_ns), part.source, Tone::kPlain);
  add("end to end, from sent", total, "the client", Tone::kStrong);
  return out;
}

ViewsTable law_table(const Reconciliation& found) {
  const LittlesLaw& law = found.littles_law;
  ViewsTable out{.title = "Requests in the server at a time (Little's law: rate x time)", .note = {}, .table = {}, .missing = {}};
  auto text = [](const std::optional<double>& value) { return value ? number_text(*value) : std::string(kUnknown); };
  std::string gauges = text(law.gauges);
  if (law.gauges && law.gauges_error) gauges += " ± " + number_text(*law.gauges_error);
  out.table.columns = {{.title = "by"}, {.title = "requests", .align = Align::kRight}, {.title = "from", .wrap_to = 24}};
  out.table.rows = {{{"the server's gauges"}, {gauges}, {"running + waiting, mean over time ± standard error"}},
                    {{"the server's rate x time"}, {text(law.server_law)}, {"the sum of its end to end times / length of the load"}},
                    {{"the client's rate x time"}, {text(law.client_law)}, {"the sum of its times from sent / length of the load"}}};
  out.note = law.agree == ViewsAgree::kUnknown ? "Whether the server's gauges and its times agree is unknown: " + law.meaning + "."
                                               : fmt::format("The server's gauges and its times {}: {}.",
                                                             law.agree == ViewsAgree::kAgree ? "agree" : "DIFFER", law.meaning);
  return out;
}

std::string bound_of(const ServerDuration& duration, double quantile) {
  for (const QuantileBound& bound : duration.quantiles) {
    if (bound.quantile != quantile) continue;
    return bound.high_s ? range_text(bound.low_s * 1e9, *bound.high_s * 1e9, "ns") : "over " + duration_text(bound.low_s * 1e9);
  }
  return "–";
}

ViewsTable server_table(const Reconciliation& found) {
  ViewsTable out{.title = "What " + server_name(found) + " says of its own times",
                 .note = "A quantile of the server's lies between the two edges of its histogram.",
                 .table = {{{.title = "time"},
                            {.title = "mean", .align = Align::kRight},
                            {.title = "n", .align = Align::kRight},
                            {.title = "p50", .align = Align::kRight, .drop = 2},
                            {.title = "p99", .align = Align::kRight, .drop = 3},
                            {.title = "by", .wrap_to = 16, .drop = 1}},
                           {}},
                 .missing = {}};
  bool any_quantile = false;
  for (const char* name : {"validation", "queue", "prefill", "decode", "compute_input", "inference", "compute_output", "e2e",
                           "ttft", "itl"}) {
    auto at = found.server.durations.find(name);
    if (at == found.server.durations.end() || at->second.source.empty()) continue;
    const ServerDuration& duration = at->second;
    any_quantile = any_quantile || !duration.quantiles.empty();
    out.table.rows.push_back({{part_name(name)},
                              {value_text(duration.mean_s, "s")},
                              {value_text(duration.count, "1")},
                              {bound_of(duration, 0.5)},
                              {bound_of(duration, 0.99)},
                              {duration.missing.empty() ? duration.source : duration.source + ": " + duration.missing, Tone::kFaint}});
  }
  if (out.table.rows.empty()) out.missing = "it tells none";
  if (!any_quantile) out.note.clear();
  return out;
}

std::string difference_sentence(const ViewComparison& row) {
  std::string text = fmt::format("{}: client {}, server {}, {} apart", row.figure, value_text(row.client, row.unit),
                                 value_text(row.server, row.unit), value_text(std::abs(*row.difference), row.unit));
  return row.meaning.empty() ? text : text + "; " + row.meaning;
}

// "Of 228 ms end to end queue took 28.0 ms, ... and 44.3 µs are network, protocol and client."
std::string time_sentence(const ViewSplit& split) {
  if (!split.missing.empty() || split.parts.empty() || split.requests == 0) return "";
  double requests = static_cast<double>(split.requests);
  auto mean = [&](std::int64_t total_ns) { return time_text(static_cast<double>(total_ns) / requests); };
  std::string text;
  for (std::size_t i = 0; i + 1 < split.parts.size(); ++i) {
    bool matters = std::abs(split.parts[i].total_ns) * 1000.0 >= std::abs(static_cast<double>(split.total_ns));
    if (!matters) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", part_name(split.parts[i].name), mean(split.parts[i].total_ns));
  }
  return fmt::format("Mean end to end, from sent, {}: {}; {} {}.", mean(split.total_ns), text, split.parts.back().name,
                     mean(split.parts.back().total_ns));
}

}  // namespace

ViewsVerdict views_verdict(const Reconciliation& found) {
  ViewsVerdict verdict;
  verdict.time = time_sentence(found.split);
  std::string missing = found.server.missing.empty() && found.comparisons.empty() ? found.split.missing : found.server.missing;
  if (!missing.empty()) {
    verdict.headline = "What the server itself says of this load is unknown: " + missing + ".";
    return verdict;
  }
  std::size_t agree = 0, differ = 0, all = 0;
  for (const ViewComparison& row : found.comparisons) {
    all += is_told(row) ? 1 : 0;
    agree += row.agree == ViewsAgree::kAgree ? 1 : 0;
    differ += row.agree == ViewsAgree::kDisagree ? 1 : 0;
    if (row.agree == ViewsAgree::kDisagree) verdict.reasons.push_back(difference_sentence(row));
  }
  std::size_t unknown = all - agree - differ;
  std::string rest = unknown > 0 ? fmt::format(", {} cannot be compared", unknown) : "";
  if (differ > 0) {
    verdict.state = ViewsAgree::kDisagree;
    verdict.headline = fmt::format("{} and this client disagree: {} of {} figures differ{}.", server_name(found), differ,
                                   all, rest);
  } else if (agree > 0) {
    verdict.state = ViewsAgree::kAgree;
    verdict.headline = fmt::format("{} and this client agree on {} of {} figures{}.", server_name(found), agree,
                                   all, rest);
  } else {
    verdict.headline = fmt::format("Nothing that {} says could be held against this client's figures.", server_name(found));
  }
  if (verdict.headline.starts_with("the")) verdict.headline[0] = 'T';
  verdict.reasons.insert(verdict.reasons.end(), found.notices.begin(), found.notices.end());
  return verdict;
}

std::vector<ViewsTable> views_tables(const Reconciliation& found, int columns) {
  if (found.comparisons.empty()) return {};
  if (counted_nothing(found)) return {comparison_table(found)};
  return {comparison_table(found), split_table(found, columns), law_table(found), server_table(found)};
}

std::vector<std::string> views_lines(const Reconciliation& found) {
  const ServerView& server = found.server;
  std::vector<std::string> lines;
  if (found.split.missing.empty()) lines = found.split.notes;
  std::string model = server.model.empty() ? "" : ", of model " + server.model;
  std::uint64_t readings = server.readings + server.failed_readings;
  if (readings == 0) return lines;
  if (server.readings == 0) {
    lines.push_back(fmt::format("tried {} to read {}: none succeeded", counted(readings, "time"), server.source));
    return lines;
  }
  lines.push_back(fmt::format("read {} from {}{}, every {} and before and after the load, by a thread of its own; one took at most {} and "
                              "had at most {}; all took {} of this client's processor",
                              readings == 1 ? "once" : fmt::format("{} times", readings), server.source, model,
                              duration_text(static_cast<double>(server.period_ns)),
                              duration_text(static_cast<double>(server.longest_reading_ns)),
                              bytes_text(static_cast<double>(server.most_bytes)), duration_text(static_cast<double>(server.cpu_ns))));
  return lines;
}

void print_views(Paper& paper, const Reconciliation& found) {
  paper.heading("The server's own figures beside the client's");
  ViewsVerdict verdict = views_verdict(found);
  paper.paragraph(verdict.headline, agree_tone(verdict.state));
  for (const std::string& reason : verdict.reasons) paper.item(reason, Tone::kWarning);
  if (!verdict.time.empty()) paper.paragraph(verdict.time);
  for (const ViewsTable& table : views_tables(found, paper.columns())) {
    paper.gap();
    paper.paragraph(table.title, Tone::kStrong);
    if (!table.missing.empty()) paper.paragraph("unknown: " + table.missing, Tone::kWarning);
    else paper.table(table.table);
    if (!table.note.empty()) paper.paragraph(table.note, Tone::kFaint);
  }
  for (const std::string& line : views_lines(found)) paper.item(line);
}

}  // namespace lynxbench::report
