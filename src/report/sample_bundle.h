// Test bundles: a run of a simulated batching server, clearly synthetic, the same at every call.
#pragma once

#include "model/bundle.h"
#include "report/report.h"

namespace lynxbench::report::sample {

// Five sessions, three points, a search, profiles, telemetry of a minute.
[[nodiscard]] Bundle complete();
// Interrupted in session 2; the figures rest on too few sessions.
[[nodiscard]] Bundle incomplete();
// The client was the bottleneck.
[[nodiscard]] Bundle invalid();
// Nothing but the contract was kept: no phase, no telemetry, no profile, no figure.
[[nodiscard]] Bundle bare();
// Texts of the contract and the executor that try to break out of a page or a terminal.
[[nodiscard]] Bundle hostile();

[[nodiscard]] Context context();

}  // namespace lynxbench::report::sample
