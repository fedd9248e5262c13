// Where a device's time went, class by class, adding up to the nanosecond, and who was late for each
// gap: by what the launching host thread was in at that time.
//
//   std::vector<DeviceFigures> devices = device_figures(timeline, classes);
//   fill_budgets(timeline, classes, {.bounds = bounds}, devices);
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
#include "attribution/device/request_queue.h"
#include "model/device_pieces.h"
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

// What is known of a timeline from elsewhere.
struct BudgetEvidence {
  std::span<const KernelBound> bounds = {};  // of each device row; empty: nothing is known
  // When at least one request was there; null: not known. Idle time for which the host would have been
  // late, at moments without one, is nobody's but the demand's.
  const IntervalSet* requests = nullptr;
  // Requests that waited in a server's queue; null: not known. Idle time for which the host would have
  // been late, and that nothing on the host explains, is the server's where one waited.
  const RequestQueue* queue = nullptr;
  // Of each device row: for how long from its begin a collective waited for another rank; empty: none.
  std::span<const std::int64_t> rank_waits_ns = {};
};

// Fills span, wall, culprits and request_queue of each.
void fill_budgets(const Timeline& timeline, const DeviceClasses& classes,
                  const BudgetEvidence& evidence, std::vector<DeviceFigures>& devices);

// What the budgets are sums of, for each device: the whole window, from the file's first event to its
// last, piece by piece (model/device_pieces.h).
[[nodiscard]] std::vector<DevicePieces> budget_pieces(const Timeline& timeline,
                                                      const DeviceClasses& classes,
                                                      const BudgetEvidence& evidence,
                                                      const std::vector<DeviceFigures>& devices);

}  // namespace lynxbench::attribution
