// Where a device's time went, class by class, adding up to the nanosecond, and who was late for each
// gap: by what the launching host thread was in at that time.
//
//   std::vector<DeviceFigures> devices = device_figures(timeline, classes);
//   fill_budgets(timeline, classes, bounds, nullptr, devices);
//   // sum of devices[0].span.parts == devices[0].span_ns, likewise wall
//
// A gap ends with work E, launched by call L. Before L began the host was late, and the thread of L is
// asked what it was in; where that thread shows nothing, the other threads of its process are asked, the
// busiest first. From L to E the launch was under way. If L had begun before the gap, E waited on the
// device. If L is not in the file, nobody can say.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attribution/device/device_class.h"
#include "attribution/device/interval_set.h"
#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// What the roofline says of a kernel; a value for each row of timeline.device.
enum class KernelBound : std::uint8_t { kUnknown, kCompute, kMemory };

// The first and last moment of all that a file has on its clock: host, device and spans.
struct Window {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};
[[nodiscard]] Window window_of(const Timeline& timeline);

// Fills span, wall and culprits of each. `bounds` may be empty: then nothing is known of any kernel.
// `requests`: when at least one request was there, where that is known (may be null); idle time for
// which the host would have been late, at moments without one, is nobody's but the demand's.
void fill_budgets(const Timeline& timeline, const DeviceClasses& classes,
                  std::span<const KernelBound> bounds, const IntervalSet* requests,
                  std::vector<DeviceFigures>& devices);

}  // namespace lynxbench::attribution
