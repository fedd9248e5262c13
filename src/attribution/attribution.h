// Where the time went: a request's end-to-end time divided into classes that never overlap and that
// add up to it exactly, in integer nanoseconds, with the remainder shown as unattributed.
//
//   attribution::OperatorSplit split = attribution::split(timeline, roofline);   // one profiled
//   batch std::optional<attribution::Parts> parts = attribution::break_down(record, &split);
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
// Without a value where there is no model of the operator. docs/operator-costs.md.
struct OperatorCost {
  std::optional<double> flops;
  std::optional<double> bytes;
  std::string reason;  // why without; or, with values of 0, what they mean
};
[[nodiscard]] OperatorCost cost_of(const OperatorEvent& op);

// Medians of the ceilings' repeats, and the ridge between them.
[[nodiscard]] Roofline roofline(const std::optional<Ceilings>& ceilings,
                                const std::string& missing);

[[nodiscard]] OperatorSplit split(const OperatorTimeline& timeline, const Roofline& roofline);

// Nothing when the request was not answered well, or has neither the server's stages nor what a client
// on the network saw (then: kClientLateness, kConnection, kServer, kGeneration, kNetworkProtocol, and
// nothing remains). With a `split` that
// knows its model_run the runtime's call is divided further; otherwise it is kModelExecution as a
// whole. No class but kUnattributed is ever negative: where the profile's clock and the server's
// disagree (operators longer than model_run, model_run longer than the call) it takes the excess.
[[nodiscard]] std::optional<Parts> break_down(const RequestRecord& record,
                                              const OperatorSplit* split);

// Sums for each point and kind ("all": measured phases; "profiled": profiled requests of profile
// phases). `splits` by Profile::id. In left_out: requests that break_down() gives nothing for, and
// profiled ones without a split that knows its model_run.
[[nodiscard]] std::vector<TimeBreakdown> summarize(
    const RunRecord& run, const std::map<std::uint32_t, OperatorSplit>& splits);

// By type and by node, longest first, with roofline positions.
struct OperatorTables {
  std::vector<OperatorFigure> by_type;
  std::vector<OperatorFigure> by_node;
};
[[nodiscard]] OperatorTables operator_tables(std::span<const OperatorTimeline> timelines,
                                             const Roofline& roofline);

// For each point with profile phases. Batches of one size are compared: the size with the most on
// the side (profiled, plain) that has fewer. Withheld below 5 on either side.
[[nodiscard]] std::vector<ProfilingCost> profiling_cost(const RunRecord& run);

// Candidates by the contract's rules; a class without a rule has none.
[[nodiscard]] std::vector<ClassOwners> owners(const Contract& contract);

}  // namespace lynxbench::attribution
