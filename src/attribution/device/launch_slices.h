// How launches fared over a device's span: how long after its launch work began, and how much was
// launched and had not begun.
//
//   fill_launch_slices(timeline, devices);
//   devices[0].launch_slices[3].depth
//
// A piece of work is in the queue from its launch's begin to its own; one that begins before its launch
// does is not. Nothing is filled where clocks disagree.
#pragma once

#include <vector>

#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// The devices' begin_ns, span_ns and counts are there already.
void fill_launch_slices(const Timeline& timeline, std::vector<DeviceFigures>& devices);

}  // namespace lynxbench::attribution
