// What can be counted and measured of each device of a timeline, in integer nanoseconds: busy and idle
// time, communication and copies exposed and hidden, launch delays, and who was late for each gap.
//
//   for (const DeviceFigures& one : device_figures(timeline, classify(timeline))) {
//     one.compute_ns + one.exposed_communication_ns + one.exposed_copy_ns == one.busy_ns;
//     one.busy_ns + one.idle_ns == one.span_ns;
//   }
//
// Everything counts: work whose launch is not in the file, work of graphs, work of every stream.
#pragma once

#include <vector>

#include "attribution/device/device_class.h"
#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// A device for each that has work, by id. Budgets and tables are not filled (device_budget.h,
// name_table.h).
[[nodiscard]] std::vector<DeviceFigures> device_figures(const Timeline& timeline,
                                                        const DeviceClasses& classes);

// Whether host and device clocks disagree so much that no launch delay can be given, and nothing be
// said of who was late: most of the launched kernels begin before their launch does.
[[nodiscard]] bool clocks_disagree(const DeviceFigures& figures);

}  // namespace lynxbench::attribution
