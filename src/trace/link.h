// The last step of every reader: puts a timeline's tables into the order that model/trace.h
// promises, and finds the launch of each piece of device work.
//
//   trace::link(timeline);
//   timeline.device.call[0];   // row of timeline.calls with the same link key, or kNoRow
#pragma once

#include "model/trace.h"

namespace lynxbench::trace {

// Of several calls with one key, the launch is the one that began last (a runtime call and the driver
// call inside it share an id in some traces). Many pieces of work may share a call: a graph's launch.
void link(Timeline& timeline);

}  // namespace lynxbench::trace
