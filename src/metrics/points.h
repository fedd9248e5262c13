// The figures of the contract's points. Inside metrics only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "metrics/session_values.h"
#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::metrics {

// The complete measured phases at `point`, by session, in the order of the sessions. A phase that
// was interrupted gives no figure.
[[nodiscard]] std::vector<SessionPhases> sessions_at(const RunRecord& run,
                                                     const std::string& point);

// All figures of `point`, by id.
[[nodiscard]] std::map<std::string, Estimate> figures_of(const LoadPoint& point,
                                                         const Contract& contract,
                                                         const RunRecord& run);

// Requests in the system (sent, not yet left), mean over the window: the exact integral over time.
// A request that never left counts to the end of the window.
[[nodiscard]] double mean_in_system(const Phase& phase);

// Little's law, L = rate x stay, for the requests sent in the window; nothing when none was.
[[nodiscard]] std::optional<double> in_system_by_littles_law(const Phase& phase);

}  // namespace lynxbench::metrics
