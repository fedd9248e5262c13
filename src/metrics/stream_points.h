// The figures that only a target on the network has: times of streamed answers, tokens, accuracy,
// failures by kind. Inside metrics only.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "metrics/accuracy.h"
#include "metrics/session_values.h"
#include "model/contract.h"
#include "model/figures.h"

namespace lynxbench::metrics {

// Adds those that this contract's target can have (model/metric.h: Needs), by id. `sessions`: of
// sessions_at(point).
void add_endpoint_figures(std::map<std::string, Estimate>& figures, const std::string& point,
                          const Contract& contract, const std::vector<SessionPhases>& sessions);

// One for each answer that was compared with the expected one, of the requests due in the window and
// answered well.
void add_scores(std::vector<Score>& scores, const Phase& phase);

// Kept every term: answered, and within each limit. An answer of one token has no time between tokens
// and keeps a limit on it; one that never showed content has not kept a limit on the first.
// `terms`: of terms_of(slo).
[[nodiscard]] bool is_good(const RequestRecord& record, std::span<const SloTerm> terms);

}  // namespace lynxbench::metrics
