// What would a change have gained? Each scenario replays the dependency graph (replay.h) with
// changed durations and gives the expected time with a lower and an upper bound, and says in plain
// words what it assumes.
//
//   const WhatIf gain = what_if(graph, {.kind = ScenarioKind::kFaster, .what = WorkClass::kPython,
//                                       .factor = 2});
//   gain.expected_ns;   // instead of gain.measured_ns; lower_ns <= expected_ns <= upper_ns
//   gain.assumes;       // "Python code runs 2 times as fast; everything else takes as long as ..."
//
// Two limits hold for every scenario that takes time away. It gains no more than the exposed time
// of the work that changes: the time in which that work ran and nothing else of the device did
// (work that would move under other work shares the device, which a replay does not see). And it
// never gets below the replay in which that work takes no time at all.
//
// Where the trace does not show what something waited for (unlinked device work, untraced host
// time, the begin of a thread), the lower bound lets it shrink like the work that changes, the
// upper bound keeps it as measured. Where work of the host goes altogether, the code after each of
// its pieces may have found its caches cold: the lower bound, beyond both limits, lets what follows
// a piece of 0.1 ms or more run three times as fast for 1 ms (measured: docs/performance.md).
// Threads: reading only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "attribution/device/device_budget.h"
#include "attribution/graph/graph.h"

namespace lynxbench::attribution {

enum class ScenarioKind : std::uint8_t {
  kFaster,               // `what` (or all under `name`) runs `factor` times as fast
  kLaunchesRemoved,      // between waits one launch for all kernels: a CUDA or HIP graph
  kCopiesOverlapped,     // copies run beside everything else
  kCommunicationHidden,  // communication runs beside compute
  kBatch,                // `batch` times the samples at once; device work takes `factor` times as long
  kOtherDevice,          // a device with other ceilings
  kFused,                // all called `name` and all called `with` become one operator or kernel
};

enum class WorkClass : std::uint8_t {
  kCompute, kCommunication, kCopy,                    // device
  kOperators, kPython, kDataLoader, kRuntimeCalls,    // host
  kHost,     // all of the host's own time
  kNamed,    // rows called `name`, with all inside them on their thread; kernels of that name
};

struct Scenario {
  ScenarioKind kind = ScenarioKind::kFaster;
  WorkClass what = WorkClass::kCompute;  // kFaster
  std::string name = {};                 // kFaster with kNamed, kFused: exact
  std::string with = {};                 // kFused: exact
  double factor = 1;   // kFaster: at least 1; infinity: takes no time. kBatch: 1 to batch
  double batch = 1;    // kBatch: at least 1
  double flops_ratio = 1;      // kOtherDevice: its FLOP/s by this one's
  double bandwidth_ratio = 1;  // kOtherDevice: likewise of memory
  // kOtherDevice: of each row of the device table; empty: unknown for all.
  std::span<const KernelBound> bounds = {};
};

struct WhatIf {
  std::string scenario;  // "Python 2 times as fast"
  std::string assumes;   // for people, whole sentences
  std::int64_t measured_ns = 0;  // of the trace, from its first begin to its last end
  std::int64_t expected_ns = 0;
  std::int64_t lower_ns = 0;
  std::int64_t upper_ns = 0;
  std::int64_t changed_ns = 0;  // time of the work that changes, overlaps counted once
  std::int64_t exposed_ns = 0;  // of it, while no other device work ran: the most to gain
  // kBatch: expected_ns / batch, to be compared with measured_ns.
  std::optional<double> expected_ns_per_sample_group;
};

[[nodiscard]] WhatIf what_if(const DependencyGraph& graph, const Scenario& scenario);

[[nodiscard]] std::string_view text(WorkClass what);

}  // namespace lynxbench::attribution
