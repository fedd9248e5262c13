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

// Calls `take` for each plane, also for one that the file's end cuts; returns how many bytes there were.
std::uint64_t each_plane(ByteSource& source, const TakePlane& take, LossCount& losses);

}  // namespace lynxbench::trace::xplane
