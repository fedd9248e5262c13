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

// A look at a rate takes SearchSpec::point. While it is inconclusive it goes on at the same rate, with
// other seeds, each time for as long again as it has taken so far, until it has taken `extend_to`; all
// of it is judged together. Looks that only lead the way do not go on: those that bracket, and those
// that check lower rates unless they lean to fail. A phase whose audit found the client beyond its
// limits is left out of what is judged; where there is no other, the look is inconclusive.
[[nodiscard]] Result<SearchStep> look_at(const SearchSpec& spec, const Slo& slo, double rate_per_s,
                                         std::uint64_t seed, const std::string& purpose,
                                         const NextPhase& next_phase);

// The whole search (loadgen/saturation.h) over such looks. Needs no contract:
//
//   run::search(spec, slo, seed, [&](double rate, std::uint64_t seed, Nanos length) { ... }, on_step)
//
// Fails when `next_phase` fails.
[[nodiscard]] Result<Saturation> search(const SearchSpec& spec, const Slo& slo, std::uint64_t seed,
                                        const NextPhase& next_phase, const OnStep& on_step);

// The contract's: `contract.load.search` must be there.
[[nodiscard]] Result<Saturation> search(const Contract& contract, const NextPhase& next_phase,
                                        const OnStep& on_step);

}  // namespace lynxbench::run
