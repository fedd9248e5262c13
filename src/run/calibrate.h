// Calibrates the load client: drives a stub in a process of its own over each protocol, and holds every
// figure against what the stub really did.
//
//   Calibration calibration = TRY(calibrate(options));
//   if (!calibration.pass()) ...
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "run/calibration.h"
#include "run/progress.h"

namespace lynxbench::run {

struct CalibrateOptions {
  std::int64_t streams = 32;           // requests at once, closed loop
  Nanos duration{4'000'000'000};       // of the load over each protocol
  std::vector<std::string> only;       // names of cases; empty: all
  std::uint64_t seed = 1;
  fs::path program = "/proc/self/exe";  // lynxbench: runs the stub
  Progress* progress = nullptr;        // may be null
  const std::atomic<bool>* stop = nullptr;
};

// What can be calibrated: "http", "openai-chat", "openai-chat-tls", ..., "schedule", "stall", "faults".
[[nodiscard]] std::vector<std::string> calibration_cases();

// About `duration` and a second for each case. The calling thread sends; where there are two
// processors, the stub has the last of them for itself and this thread keeps off it meanwhile.
// kUnavailable when the stub cannot be started, kInterrupted when stopped; a protocol that has no target is noted.
[[nodiscard]] Result<Calibration> calibrate(const CalibrateOptions& options);

}  // namespace lynxbench::run
