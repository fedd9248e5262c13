// Of every phase of a run in which the server's own figures were read: both views, held against each
// other.
//
//   figures.server_views = metrics::phase_views(contract, run);
//
// Pure function: any thread.
#pragma once

#include <vector>

#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::metrics {

// In the order of RunRecord::server_metrics; what is of no phase of the run is left out.
[[nodiscard]] std::vector<PhaseServerView> phase_views(const Contract& contract, const RunRecord& run);

}  // namespace lynxbench::metrics
