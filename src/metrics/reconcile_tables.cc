// A reconciliation as rows of text.
#include <cmath>

#include "base/units.h"
#include "metrics/reconcile.h"

namespace lynxbench::metrics {
namespace {

constexpr const char* kUnknown = "unknown";

std::string value_text(const std::optional<double>& value, const std::string& unit) {
  if (!value) return kUnknown;
  if (unit == "s") return duration_text(*value * 1e9);
  return fmt::format("{:.0f}", *value);
}

std::string signed_text(const std::optional<double>& value, const std::string& unit) {
  if (!value) return kUnknown;
  std::string size = value_text(std::abs(*value), unit);
  return *value == 0 ? size : (*value < 0 ? "-" : "+") + size;
}

std::string agree_text(ViewsAgree agree) {
  return agree == ViewsAgree::kAgree ? "agree" : agree == ViewsAgree::kDisagree ? "differ" : kUnknown;
}

PlainTable comparison_table(const Reconciliation& found) {
  PlainTable table{.title = "Client and server",
                   .columns = {"figure", "client", "server", "client - server", "verdict", "what it says"},
                   .rows = {},
                   .missing = found.server.missing};
  for (const ViewComparison& row : found.comparisons) {
    table.rows.push_back({row.figure, value_text(row.client, row.unit), value_text(row.server, row.unit),
                          signed_text(row.difference, row.unit), agree_text(row.agree), row.meaning});
  }
  return table;
}

PlainTable split_table(const Reconciliation& found) {
  PlainTable table{.title = "Where the mean request's time went, by both views",
                   .columns = {"part", "mean", "share", "from"},
                   .rows = {},
                   .missing = found.split.missing};
  if (!table.missing.empty()) return table;
  double requests = static_cast<double>(found.split.requests), total = static_cast<double>(found.split.total_ns);
  auto row = [&](const std::string& name, std::int64_t part_ns, const std::string& source) {
    double part = static_cast<double>(part_ns);
    table.rows.push_back({name, signed_text(part / requests / 1e9, "s"), total > 0 ? ratio_text(part / total) : kUnknown, source});
    if (part_ns > 0) table.rows.back()[1].erase(0, 1);  // a time needs no plus
  };
  for (const TimePart& part : found.split.parts) row(part.name, part.total_ns, part.source);
  row("sum: e2e from sent, of the client", found.split.total_ns, "the client");
  for (const std::string& note : found.split.notes) table.rows.push_back({"note", "", "", note});
  return table;
}

PlainTable law_table(const Reconciliation& found) {
  const LittlesLaw& law = found.littles_law;
  PlainTable table{.title = "Requests in the server at a time (Little's law)",
                   .columns = {"by", "requests", "from"},
                   .rows = {},
                   .missing = {}};
  auto text = [](const std::optional<double>& value) { return value ? number_text(*value) : std::string(kUnknown); };
  std::string gauges = text(law.gauges);
  if (law.gauges_error) gauges += " ± " + number_text(*law.gauges_error);
  table.rows = {{"server's gauges", gauges, "running + waiting, mean over time"},
                {"server's rate x time", text(law.server_law), "sum of its e2e times over the length of the load"},
                {"client's rate x time", text(law.client_law), "sum of its times from sent to done over that length"},
                {"verdict", agree_text(law.agree), law.meaning}};
  return table;
}

PlainTable server_table(const Reconciliation& found) {
  PlainTable table{.title = found.server.server.empty() ? "The server's own times" : found.server.server + "'s own times",
                   .columns = {"time", "mean", "count", "p50", "p99", "from"},
                   .rows = {},
                   .missing = found.server.missing};
  if (!table.missing.empty()) return table;
  for (const auto& [name, duration] : found.server.durations) {
    if (duration.source.empty()) continue;
    auto bound = [&](double quantile) {
      for (const QuantileBound& one : duration.quantiles) {
        if (one.quantile != quantile) continue;
        std::string low = duration_text(one.low_s * 1e9);
        return one.high_s ? low + " .. " + duration_text(*one.high_s * 1e9) : "over " + low;
      }
      return std::string(kUnknown);
    };
    table.rows.push_back({name, duration.mean_s ? duration_text(*duration.mean_s * 1e9) : kUnknown,
                          value_text(duration.count, "1"), bound(0.5), bound(0.99),
                          duration.missing.empty() ? duration.source : duration.source + "; " + duration.missing});
  }
  return table;
}

}  // namespace

std::vector<PlainTable> plain_tables(const Reconciliation& reconciliation) {
  return {comparison_table(reconciliation), split_table(reconciliation), law_table(reconciliation),
          server_table(reconciliation)};
}

}  // namespace lynxbench::metrics
