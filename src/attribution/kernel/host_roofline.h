// Whether the operators that a host executes itself are bound by computing or by memory: ONNX Runtime's
// nodes, and a framework's operators where the file has no device work.
//
//   for (const HostRoofline& one : host_roofline(timeline, given_ceilings)) {
//     one.executor;                        // "CPUExecutionProvider"
//     one.roofline.memory_bound_ns;        // own time of its operators that memory bounds
//   }
//
// A node's cost is that of its type by the shapes of its inputs and outputs (attribution.h, cost_of); a
// PyTorch operator's is torch_cost. An operator's own time is without that of operators inside it which
// have a cost; what is inside it without one is part of how it works. An operator whose arithmetic is done
// by operators inside it (aten::linear by aten::addmm) is not counted a second time.
//
// No data sheet says what a host can do: without ceilings of the user that match the executor's name, costs
// are given and bounds are not.
#pragma once

#include <vector>

#include "attribution/kernel/device_ceilings.h"
#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// Most work first. Nothing without operators, and nothing of a framework's where a device worked: there
// they launch.
[[nodiscard]] std::vector<HostRoofline> host_roofline(const Timeline& timeline,
                                                      const std::vector<DeviceCeilings>& given);

}  // namespace lynxbench::attribution
