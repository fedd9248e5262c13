// The raw data and the figures of the test bundles: one batching server in simulated time.
#pragma once

#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::report::sample {

[[nodiscard]] RunRecord run(const Contract& contract);
[[nodiscard]] Figures figures(const Contract& contract, const RunRecord& run);

// Value at `quantile` by nearest rank; `values` is not empty.
[[nodiscard]] double nearest_rank(std::vector<double> values, double quantile);
// The share of a phase's requests over `limit_ns` or failed.
[[nodiscard]] double over_ratio(const Phase& phase, double limit_ns);
[[nodiscard]] std::vector<double> e2e_of(const Phase& phase);
[[nodiscard]] std::vector<double> service_of(const Phase& phase);

}  // namespace lynxbench::report::sample
