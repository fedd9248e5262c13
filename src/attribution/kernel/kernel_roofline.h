// Whether kernels are bound by computing or by memory: each kernel is set beside the operator that
// launched it (the innermost around the launch that has a cost by its shapes) and the device's
// ceilings.
//
//   KernelRoofline found = kernel_roofline(timeline, classes, given_ceilings);
//   fill_budgets(timeline, classes, {.bounds = found.bounds}, devices);
//   found.devices[0].points                 // operators by kernel time, with how near they come
//
// An operator's cost is that of all kernels it launches together; each of them gets its bound. Kernels
// of graphs, without a launch, or whose operator has no shapes or no model are of unknown bound, and
// their time is shown as such.
#pragma once

#include <map>
#include <vector>

#include "attribution/device/device_budget.h"
#include "attribution/kernel/device_ceilings.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

struct KernelRoofline {
  std::vector<KernelBound> bounds;  // a value for each row of timeline.device
  std::map<std::int64_t, DeviceRoofline> devices;
};

[[nodiscard]] KernelRoofline kernel_roofline(const Timeline& timeline,
                                             const DeviceClasses& classes,
                                             const std::vector<DeviceCeilings>& given);

}  // namespace lynxbench::attribution
