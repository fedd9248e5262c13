// Tables by name: kernels of a device, and what the host did in its own time; longest first, with
// shares of the whole and cumulative ones.
#pragma once

#include <vector>

#include "attribution/device/device_class.h"
#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// Rows of a table that are given; how many names there are in all stands beside it.
inline constexpr std::size_t kNamesShown = 100;

// Fills top, names and occupancy of each.
void fill_name_tables(const Timeline& timeline, const DeviceClasses& classes,
                      std::vector<DeviceFigures>& devices);

// Fills host_top, host_names and host_own_ns: each thread's time by what it was in, innermost.
void fill_host_table(const Timeline& timeline, TraceFileFigures& file);

}  // namespace lynxbench::attribution
