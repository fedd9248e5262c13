// The planes of an XSpace in a source, one after another.
//
//   each_plane(source, [&](const Plane& plane) {...}, losses);
//
// What is malformed costs the part of a plane in which it lies, and is counted.
#pragma once

#include <cstdint>
#include <functional>

#include "trace/byte_source.h"
#include "trace/loss_count.h"
#include "trace/xplane/plane.h"

namespace lynxbench::trace::xplane {

using TakePlane = std::function<void(const Plane& plane)>;

struct SpaceCounts {
  std::uint64_t bytes = 0;
  std::uint64_t other_fields = 0;  // beside the planes: names of hosts, errors, warnings
};

// Calls `take` for each plane, also for one that the file's end cuts.
SpaceCounts each_plane(ByteSource& source, const TakePlane& take, LossCount& losses);

}  // namespace lynxbench::trace::xplane
