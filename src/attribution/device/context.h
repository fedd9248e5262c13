// What other files say of the time in which a device worked: when requests were there, and how fast its
// clocks ran. Only files with a wall clock can be set beside one another.
//
//   TraceContext context;
//   if (const auto refused = add_to(context, otlp_timeline)) notes.push_back(*refused);
//   fill_throttle(gpu_timeline, context, devices);
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "attribution/device/clock_reasons.h"
#include "attribution/device/device_class.h"
#include "attribution/device/interval_set.h"
#include "attribution/device/request_queue.h"
#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// A clock over time: each value holds until the next sample.
struct ClockSeries {
  std::string name;
  std::optional<std::int64_t> device;
  std::vector<std::pair<std::int64_t, double>> samples;  // nanoseconds since 1970, Hz
};

struct TraceContext {
  bool has_requests = false;
  IntervalSet requests;  // when at least one was there; nanoseconds since 1970
  RequestQueue queue;    // when some waited; nanoseconds since 1970
  std::vector<ClockSeries> clocks;
  std::vector<ReasonSeries> reasons;

  [[nodiscard]] bool empty() const {
    return !has_requests && queue.empty() && clocks.empty() && reasons.empty();
  }
};

// Takes what a timeline without device work has to say. Says why not, where it has no wall clock.
[[nodiscard]] std::optional<std::string> add_to(TraceContext& context, const Timeline& timeline);

// The context's request presence on a timeline's own clock; nothing without requests or wall clock. A
// request that waited in a queue was there.
[[nodiscard]] std::optional<IntervalSet> request_presence(const TraceContext& context,
                                                          const Timeline& timeline);

// The context's queue on a timeline's own clock; nothing where no file says when requests waited, and
// without a wall clock.
[[nodiscard]] std::optional<RequestQueue> request_queue(const TraceContext& context,
                                                        const Timeline& timeline);

// Why requests that other files know of cannot be set beside a timeline; nothing where they can, and where
// there are none.
[[nodiscard]] std::optional<std::string> requests_apart(const TraceContext& context,
                                                        const Timeline& timeline);

// Fills throttle of each device, from clocks of its own file or of the context.
void fill_throttle(const Timeline& timeline, const TraceContext& context,
                   std::vector<DeviceFigures>& devices);

// A row for each series.
[[nodiscard]] std::vector<SeriesFigure> series_figures(const Timeline& timeline);

}  // namespace lynxbench::attribution
