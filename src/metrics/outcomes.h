// Targets and the decision, judged by intervals. Inside metrics only.
#pragma once

#include <map>
#include <string>

#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::metrics {

// "met" when the whole interval keeps the bound, "missed" when none of it does, else "undecided".
// Without an interval on the side that matters, without the figure, and in an invalid run:
// "undecided", with the reason.
[[nodiscard]] TargetOutcome judge_target(const std::string& figure, const Bound& bound,
                                         const std::map<std::string, Estimate>& figures,
                                         const Validity& validity);

// However fast: with answers below the contract's accuracy floor the decision is "missed"; where too
// few different inputs show it, or no answer was compared, "undecided". Nothing changes where no
// accuracy was agreed, or in an invalid run.
void apply_accuracy_floor(TargetOutcome& decision, const Contract& contract, const RunRecord& run,
                          const Validity& validity);

// A value of a figure for people, by its unit: "12.3 ms", "41.2/s", "1.2 %".
[[nodiscard]] std::string value_text(double value, const std::string& unit);

}  // namespace lynxbench::metrics
