// Does a re-run agree with a sealed result? Executors first, then equivalence within the contract's
// tolerances, with repeated sessions as the unit.
#pragma once

#include <vector>

#include "model/contract.h"
#include "model/executor.h"
#include "model/figures.h"
#include "model/verification.h"

namespace lynxbench::verdict {

// Two one-sided tests on the ratio of the session means (Fieller's theorem): REPRODUCED when the
// 90 % interval of candidate / baseline lies within 1 +- within, NOT REPRODUCED when it lies wholly
// outside, INCONCLUSIVE otherwise or with fewer than 3 sessions on a side.
[[nodiscard]] FigureComparison compare(const Tolerance& tolerance, const Estimate& baseline,
                                       const Estimate& candidate);

// The whole: NOT COMPARABLE when layers differ in facts that the contract does not let differ;
// else the worst of the comparisons.
[[nodiscard]] Verification verify(const Contract& contract, const Figures& baseline,
                                  const Figures& candidate,
                                  std::vector<LayerDifference> differences);

}  // namespace lynxbench::verdict
