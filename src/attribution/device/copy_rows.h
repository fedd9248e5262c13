// The copies between a device and the host by direction, kind of memory, and whether other work hid them: how
// fast each went.
//
//   fill_copy_rows(timeline, classes, devices);
//   devices[0].copy_rows[0];   // {"host_to_device", "pageable", hidden = false, {.count = 16, ...}}
//
// A copy is hidden when the device computed or communicated from its begin to its end: only then do its
// bytes and its time belong to hidden time as a whole. One that is hidden in part stands with the exposed
// ones, since nothing says which of its bytes went when. How much time was hidden is the budget's
// (device_budget.h).
#pragma once

#include <vector>

#include "attribution/device/device_class.h"
#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// The memory on the host's side of a copy, as far as it decides how fast that can go.
enum class CopyMemory : std::uint8_t { kPageable, kPinned, kUnknown };
[[nodiscard]] CopyMemory memory_of(const CopyFacts& copy);

// Adds a copy of such a length.
void add_copy(CopyFigure& figure, const CopyFacts& copy, std::int64_t duration_ns);

// Fills copy_rows of each.
void fill_copy_rows(const Timeline& timeline, const DeviceClasses& classes,
                    std::vector<DeviceFigures>& devices);

}  // namespace lynxbench::attribution
