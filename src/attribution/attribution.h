// Where the time went: a request's end-to-end time divided into classes that never overlap and that
// add up to it exactly, in integer nanoseconds, with the remainder shown as unattributed.
//
//   attribution::OperatorSplit split = attribution::split(timeline, roofline);   // one profiled batch
//   std::optional<attribution::Parts> parts = attribution::break_down(record, &split);
//   // parts->sum() == record.done_ns - record.due_ns, always
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"
#include "model/timeline.h"

namespace lynxbench::attribution {

using Parts = std::array<std::int64_t, kTimeClassCount>;  // in the order of kTimeClasses

// Operator time of one profiled call of the runtime.
struct OperatorSplit {
  std::optional<std::int64_t> model_run_ns;
  std::int64_t compute_bound_ns = 0;
  std::int64_t memory_bound_ns = 0;
  std::int64_t unknown_ns = 0;
};

// The cost of one operator call by its shapes: floating-point operations and compulsory traffic.
// Without a value where there is no model of the operator.
struct OperatorCost {
  std::optional<double> flops;
  std::optional<double> bytes;
  std::string reason;  // why without
};
[[nodiscard]] OperatorCost cost_of(const OperatorEvent& op);

// Medians of the ceilings' repeats, and the ridge between them.
[[nodiscard]] Roofline roofline(const std::optional<Ceilings>& ceilings, const std::string& missing);

[[nodiscard]] OperatorSplit split(const OperatorTimeline& timeline, const Roofline& roofline);

// Nothing when the request was not answered well or the server gave no stages. With `split` the
// runtime's call is divided further; without, it is kModelExecution as a whole.
[[nodiscard]] std::optional<Parts> break_down(const RequestRecord& record, const OperatorSplit* split);

// Sums for each point and kind ("all": measured phases; "profiled": profiled requests of profile
// phases). `splits` by Profile::id.
[[nodiscard]] std::vector<TimeBreakdown> summarize(const RunRecord& run,
                                                   const std::map<std::uint32_t, OperatorSplit>& splits);

// By type and by node, longest first, with roofline positions.
struct OperatorTables {
  std::vector<OperatorFigure> by_type;
  std::vector<OperatorFigure> by_node;
};
[[nodiscard]] OperatorTables operator_tables(std::span<const OperatorTimeline> timelines,
                                             const Roofline& roofline);

[[nodiscard]] std::vector<ProfilingCost> profiling_cost(const RunRecord& run);

// Candidates by the contract's rules; a class without a rule has none.
[[nodiscard]] std::vector<ClassOwners> owners(const Contract& contract);

}  // namespace lynxbench::attribution
