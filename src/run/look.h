// The search for the saturation point over phases, wherever they come from: measured now, or
// recorded earlier and replayed.
#pragma once

#include <functional>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::run {

using NextPhase = std::function<Result<Phase>(double rate_per_s, std::uint64_t seed, Nanos duration)>;
using OnStep = std::function<void(const SearchStep&)>;

// Looks at a rate for load.search.point; an inconclusive look is repeated for extend_to with another
// seed, and that one counts. Fails when `next_phase` fails. `contract.load.search` must be there.
[[nodiscard]] Result<Saturation> search(const Contract& contract, const NextPhase& next_phase,
                                        const OnStep& on_step);

}  // namespace lynxbench::run
