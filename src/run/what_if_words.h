// What-if scenarios as people write them, and those that every trace is asked about.
//
//   parse_what_if("python=2")          Python code twice as fast
//   parse_what_if("loader=gone")       the data loader takes no time
//   parse_what_if("launches=graphed")  one launch between waits; communication=hidden, copies=overlapped
//   parse_what_if("batch=8:3.5")       8 times the samples at once, for which kernels take 3.5 times as long
//   parse_what_if("device=H200")       a device with the ceilings of that name's data sheet
//   parse_what_if("name:aten::mm=2")   all that is called so
//   parse_what_if("fused:aten::mul+aten::add")   one operator or kernel instead of the two
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "attribution/graph/what_if.h"
#include "attribution/kernel/device_ceilings.h"
#include "attribution/kernel/kernel_roofline.h"
#include "base/result.h"
#include "model/trace_figures.h"

namespace lynxbench::run {

struct WhatIfWish {
  attribution::Scenario scenario;
  std::string device;  // of kOtherDevice: the name whose ceilings count
};

// Fails with kInvalidArgument, naming what can be asked.
[[nodiscard]] Result<WhatIfWish> parse_what_if(std::string_view text);

// The critical path of a timeline's graph, and what the wishes (or, without any, the usual ones for what the
// timeline has) would gain.
[[nodiscard]] GraphFigures graph_figures(const attribution::DependencyGraph& graph,
                                         const attribution::KernelRoofline& roofline,
                                         std::span<const WhatIfWish> wishes);

}  // namespace lynxbench::run
