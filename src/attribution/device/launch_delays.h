// How launches fared over a device's span: how long after its launch's end work began.
//
//   fill_launch_delays(timeline, devices);
//   devices[0].launch_delays[3].p50_ns
//
// Nothing is filled where clocks disagree.
#pragma once

#include <vector>

#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// The devices' begin_ns, span_ns and counts are there already.
void fill_launch_delays(const Timeline& timeline, std::vector<DeviceFigures>& devices);

}  // namespace lynxbench::attribution
