// A roofline as SVG: operators by arithmetic per byte and by what they reach, under the device's
// ceilings, both axes logarithmic. Inside report only.
#pragma once

#include <string>

#include "model/trace_figures.h"

namespace lynxbench::report {

// "" when no point has arithmetic, bytes and time. Every text is escaped.
[[nodiscard]] std::string svg_of(const DeviceRoofline& roofline);

}  // namespace lynxbench::report
