#include <algorithm>
#include <vector>

#include "attribution/attribution.h"
#include "stats/quantile.h"

namespace lynxbench::attribution {
namespace {

// Nothing of none, and nothing when a repeat is not a positive number: then the ceiling is no
// ceiling.
std::optional<double> ceiling(const std::vector<double>& repeats) {
  const bool usable =
      std::all_of(repeats.begin(), repeats.end(), [](double value) { return value > 0; });
  return usable ? stats::median(repeats) : std::nullopt;
}

}  // namespace

Roofline roofline(const std::optional<Ceilings>& ceilings, const std::string& missing) {
  Roofline result;
  if (!ceilings) {
    result.missing = missing.empty() ? "the machine's ceilings were not measured" : missing;
    return result;
  }
  result.flops_per_s = ceiling(ceilings->matmul_flops_per_s);
  result.bytes_per_s = ceiling(ceilings->stream_bytes_per_s);
  result.matmul_method = ceilings->matmul_method;
  result.stream_method = ceilings->stream_method;
  if (result.flops_per_s && result.bytes_per_s) {
    result.ridge = *result.flops_per_s / *result.bytes_per_s;
    return result;
  }
  if (!result.flops_per_s) result.missing = "no usable measurement of arithmetic";
  if (!result.bytes_per_s) {
    result.missing += result.missing.empty() ? "" : "; ";
    result.missing += "no usable measurement of memory traffic";
  }
  return result;
}

OperatorSplit split(const OperatorTimeline& timeline, const Roofline& roofline) {
  OperatorSplit result;
  result.model_run_ns = timeline.model_run_ns;
  for (const OperatorEvent& op : timeline.operators) {
    const OperatorCost cost = cost_of(op);
    const bool placed = roofline.ridge && cost.flops && cost.bytes && *cost.bytes > 0;
    if (!placed) {
      result.unknown_ns += op.duration_ns;
    } else if (*cost.flops / *cost.bytes >= *roofline.ridge) {
      result.compute_bound_ns += op.duration_ns;
    } else {
      result.memory_bound_ns += op.duration_ns;
    }
  }
  return result;
}

}  // namespace lynxbench::attribution
