#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "attribution/attribution.h"

namespace lynxbench::attribution {
namespace {

// Calls that share a row of a table.
struct Calls {
  std::uint64_t count = 0;
  std::int64_t total_ns = 0;
  // Of those with a cost:
  std::uint64_t costed = 0;
  std::int64_t costed_ns = 0;
  double flops = 0;
  double bytes = 0;
  std::string note;  // of the first call that had something to say
};

using Key = std::pair<std::string, std::string>;  // node, type
using Groups = std::map<Key, Calls>;

void add(Calls& calls, const OperatorEvent& op, const OperatorCost& cost) {
  ++calls.count;
  calls.total_ns += op.duration_ns;
  if (calls.note.empty()) calls.note = cost.reason;
  if (!cost.flops || !cost.bytes) return;
  ++calls.costed;
  calls.costed_ns += op.duration_ns;
  calls.flops += *cost.flops;
  calls.bytes += *cost.bytes;
}

// Why a row has no place under the roofline; "" when it has one.
std::string why_unplaced(const Calls& calls, const Roofline& roofline) {
  if (calls.costed == 0 || calls.bytes <= 0) {
    return calls.note.empty() ? "its tensors have no elements" : calls.note;
  }
  if (!roofline.ridge) return roofline.missing;
  return "";
}

// Achieved, as part of what the roofline allows at this intensity: the shortest time that
// arithmetic and traffic would take, over the time taken. The same as achieved / min(peak,
// intensity x bandwidth), and right for operators without arithmetic, too.
double of_ceiling(const Calls& calls, const Roofline& roofline, double seconds) {
  const double arithmetic_s = calls.flops / *roofline.flops_per_s;
  const double traffic_s = calls.bytes / *roofline.bytes_per_s;
  return std::max(arithmetic_s, traffic_s) / seconds;
}

OperatorFigure figure_of(const Key& key, const Calls& calls, const Roofline& roofline) {
  OperatorFigure figure;
  figure.node = key.first;
  figure.op_type = key.second;
  figure.calls = calls.count;
  figure.total_ns = calls.total_ns;
  figure.reason = why_unplaced(calls, roofline);
  figure.bound = "unknown";
  if (calls.costed > 0) {
    figure.flops = calls.flops / static_cast<double>(calls.costed);
    figure.bytes = calls.bytes / static_cast<double>(calls.costed);
  }
  if (calls.bytes > 0) figure.intensity = calls.flops / calls.bytes;
  const double seconds = static_cast<double>(calls.costed_ns) / 1e9;
  if (calls.costed > 0 && calls.costed_ns > 0) figure.flops_per_s = calls.flops / seconds;
  if (!figure.reason.empty()) return figure;
  figure.bound = *figure.intensity >= *roofline.ridge ? "compute" : "memory";
  if (calls.costed_ns > 0) figure.of_ceiling = of_ceiling(calls, roofline, seconds);
  if (calls.costed_ns == 0) figure.reason = "faster than a step of the profiler's clock";
  if (calls.costed < calls.count) {
    figure.reason = fmt::format("{} of {} calls have no cost: {}", calls.count - calls.costed,
                                calls.count, calls.note);
  }
  return figure;
}

std::vector<OperatorFigure> table(const Groups& groups, const Roofline& roofline) {
  std::vector<OperatorFigure> rows;
  std::int64_t total_ns = 0;
  for (const auto& [key, calls] : groups) {
    rows.push_back(figure_of(key, calls, roofline));
    total_ns += calls.total_ns;
  }
  // Groups come sorted by name, so that a stable sort settles what is equally long.
  std::stable_sort(rows.begin(), rows.end(), [](const OperatorFigure& a, const OperatorFigure& b) {
    return a.total_ns > b.total_ns;
  });
  std::int64_t so_far_ns = 0;
  for (OperatorFigure& row : rows) {
    so_far_ns += row.total_ns;
    if (total_ns == 0) continue;
    row.share = static_cast<double>(row.total_ns) / static_cast<double>(total_ns);
    row.cumulative_share = static_cast<double>(so_far_ns) / static_cast<double>(total_ns);
  }
  return rows;
}

}  // namespace

OperatorTables operator_tables(std::span<const OperatorTimeline> timelines,
                               const Roofline& roofline) {
  Groups by_type;
  Groups by_node;
  for (const OperatorTimeline& timeline : timelines) {
    for (const OperatorEvent& op : timeline.operators) {
      const OperatorCost cost = cost_of(op);
      add(by_type[{"", op.op_type}], op, cost);
      add(by_node[{op.node, op.op_type}], op, cost);
    }
  }
  return {table(by_type, roofline), table(by_node, roofline)};
}

}  // namespace lynxbench::attribution
