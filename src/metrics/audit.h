// The instrument's account of itself, and what follows from it: a run in which the client was the
// bottleneck is invalid, and says what the client could and what held it back.
//
//   InstrumentAudit found = audited(probes.stop(), send_times, resources, limits);
//   if (!found.invalid.empty()) ...        // each stands alone, for people
//
// Pure functions: any thread.
#pragma once

#include <string>

#include "metrics/send_times.h"
#include "model/audit.h"
#include "model/contract.h"

namespace lynxbench::metrics {

// What was used between two readings of a target's resources. The most at once is `after`'s: it is
// known since the target was opened alone.
[[nodiscard]] ClientResources used_between(const ClientResources& before,
                                           const ClientResources& after);

// `probed` has what the probes found (threads, stalls, clock steps, length_s); this adds what the
// sender's times and the target's resources say, and judges all of it.
[[nodiscard]] InstrumentAudit audited(InstrumentAudit probed, const SendTimes& times,
                                      const ClientResources& used, const InstrumentLimits& limits);

// Fills `invalid` and `notices` from the rest. Invalid: over a limit of the contract. The arrivals
// are invalid where the p-value is below the limit and the distance above 0.05: with a million gaps
// any client is significantly different, and not for that too different.
[[nodiscard]] InstrumentAudit judged(InstrumentAudit audit, const InstrumentLimits& limits);

// What was at its end when this client could not send in time, in words: "the processor: thread
// lynx-load was busy 0.99 of the time", or what is known where nothing was.
[[nodiscard]] std::string resource_at_its_end(const InstrumentAudit& audit,
                                              const InstrumentLimits& limits);

}  // namespace lynxbench::metrics
