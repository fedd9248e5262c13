// Colours of the classes of device time, on light and dark pages. Work is blue, violet and green; idle
// time that the host is behind is warm; the rest of idle time is grey. Inside report only.
//
//   style = class_colours();                                       // ":root { --idle_python: #dd8a2c; ..."
//   fmt::format("fill:var({})", colour_name(DeviceTime::kIdlePython));
#pragma once

#include <string>

#include "model/trace_figures.h"

namespace lynxbench::report {

// "--idle_python"
[[nodiscard]] std::string colour_name(DeviceTime time);
// The CSS rules that give every class its colour.
[[nodiscard]] std::string class_colours();

}  // namespace lynxbench::report
