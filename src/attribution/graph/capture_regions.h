// Stretches of a thread that a CUDA or HIP graph could replace: from the first launch after a wait
// to the last before the next one, within one step of the profiler, without a data loader inside.
//
//   const CaptureRegions regions = capture_regions(graph);
//   regions.host[item];   // host time after the first launch: not run when the graph is replayed
#pragma once

#include <cstdint>
#include <vector>

#include "attribution/graph/graph.h"

namespace lynxbench::attribution {

struct CaptureRegions {
  std::vector<bool> host;      // of each item: between a region's first launch and its last
  std::vector<bool> launches;  // of those, the calls that launch
  std::vector<bool> kernels;   // device work launched in a region, but for each region's first
  std::uint64_t count = 0;         // regions
  std::uint64_t launch_count = 0;  // launching calls in them
};

[[nodiscard]] CaptureRegions capture_regions(const DependencyGraph& graph);

}  // namespace lynxbench::attribution
