// How many launches of a device waited for their turn, over time: +1 when the launching call begins, -1
// when the kernel does. Kernels whose launch is not in the file are not in it.
#pragma once

#include <vector>

#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// Fills launch_queue of each device that has launched kernels, where the clocks agree.
void fill_launch_queues(const Timeline& timeline, std::vector<DeviceFigures>& devices);

}  // namespace lynxbench::attribution
