// Raw data -> figures: wires the trace reader, attribution, the replayed search and metrics. A pure
// function: the run calls it once, `recompute` again, and both must agree to the bit.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::run {

// The text of a profile by its name in the bundle ("profiles/0001.json").
using ProfileText = std::function<Result<std::string>(const std::string& file)>;

// Never fails for what is missing in `run`: that is withheld or lost, with the reason.
[[nodiscard]] Figures derive(const Contract& contract, const RunRecord& run, const ProfileText& text_of);

}  // namespace lynxbench::run
