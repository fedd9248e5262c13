// May the figures be used? Inside metrics only.
#pragma once

#include <span>

#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::metrics {

// Reasons make the run invalid; notices do not.
[[nodiscard]] Validity judge_validity(const Contract& contract, const RunRecord& run,
                                      std::span<const WarmUpFigure> warm_ups);

}  // namespace lynxbench::metrics
