#include "attribution/device/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "attribution/device/clock_reasons.h"
#include "model/counter_increase.h"

namespace lynxbench::attribution {
namespace {

bool is_clock(const TraceSeries& series) {
  constexpr std::array<std::string_view, 6> kNames{"clocks.current.sm",    "clocks.sm",
                                                   "DCGM_FI_DEV_SM_CLOCK", "GPC Clock Frequency",
                                                   "clocks.current.graphics", "pclk"};
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
    return series.name.find(name) != std::string::npos;
  });
}

ClockSeries clock_of(const TraceSeries& series, std::int64_t offset_ns) {
  constexpr double kMega = 1e6;
  ClockSeries clock;
  clock.name = series.name;
  clock.device = series.device;
  for (std::size_t i = 0; i < series.at_ns.size(); ++i) {
    clock.samples.emplace_back(series.at_ns[i] + offset_ns, series.value[i] * kMega);
  }
  std::stable_sort(clock.samples.begin(), clock.samples.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return clock;
}

std::vector<ClockSeries> clocks_of(const Timeline& timeline, std::int64_t offset_ns) {
  std::vector<ClockSeries> clocks;
  for (const TraceSeries& series : timeline.series) {
    if (is_clock(series) && series.at_ns.size() > 1) clocks.push_back(clock_of(series, offset_ns));
  }
  return clocks;
}

std::vector<Moment> request_moments(const Timeline& timeline) {
  std::vector<Moment> moments;
  for (const TracedRequest& request : timeline.requests) {
    if (request.begin_ns && request.end_ns) {
      moments.push_back({*request.begin_ns, *request.end_ns});
    }
  }
  if (!moments.empty()) return moments;
  for (const TraceSpan& span : timeline.spans) {
    if (span.parent == kNoRow) moments.push_back({span.begin_ns, span.end_ns});
  }
  return moments;
}

// When each device worked.
std::map<std::int64_t, IntervalSet> busy_of(const Timeline& timeline) {
  std::map<std::int64_t, IntervalSet> busy;
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    add(busy[timeline.lanes[timeline.device.lane[row]].device], timeline.device.begin_ns[row],
        timeline.device.end_ns[row]);
  }
  return busy;
}

// For each sample but the last: the busy time until the next one. use(sample, nanoseconds)
template <typename Samples, typename Use>
void for_busy_time(const Samples& samples, const IntervalSet& busy, std::int64_t offset_ns,
                   const Use& use) {
  std::size_t next = 0;  // of busy, the first that may reach into the sample's time
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    const std::int64_t from = samples[i].first - offset_ns;
    const std::int64_t to = samples[i + 1].first - offset_ns;
    while (next < busy.size() && busy[next].end_ns <= from) ++next;
    std::int64_t ns = 0;
    for (std::size_t k = next; k < busy.size() && busy[k].begin_ns < to; ++k) {
      ns += std::min(busy[k].end_ns, to) - std::max(busy[k].begin_ns, from);
    }
    use(samples[i], ns);
  }
}

void add_reasons(ThrottleFigure& figure, const ReasonSeries& reasons, const IntervalSet& busy,
                 std::int64_t offset_ns) {
  for (const ClockReason& reason : kClockReasons) {
    std::int64_t held_ns = 0;
    for_busy_time(reasons.samples, busy, offset_ns, [&](const auto& sample, std::int64_t ns) {
      if ((sample.second & reason.bit) != 0) held_ns += ns;
    });
    if (held_ns != 0) figure.reasons.emplace_back(reason.title, held_ns);
  }
}

ThrottleFigure throttle_of(const ClockSeries& clock, const IntervalSet& busy,
                           std::int64_t offset_ns) {
  ThrottleFigure figure;
  figure.series = clock.name;
  for (const auto& [at, hz] : clock.samples) {
    figure.reference_hz = std::max(figure.reference_hz, hz);
  }
  double lost_ns = 0;
  for_busy_time(clock.samples, busy, offset_ns, [&](const auto& sample, std::int64_t ns) {
    figure.covered_ns += ns;
    if (figure.reference_hz > 0) {
      lost_ns += static_cast<double>(ns) * (1 - sample.second / figure.reference_hz);
    }
  });
  figure.lost_ns = static_cast<std::int64_t>(lost_ns);
  return figure;
}

}  // namespace

std::optional<std::string> add_to(TraceContext& context, const Timeline& timeline) {
  const std::vector<Moment> moments = request_moments(timeline);
  const bool has_clocks = !clocks_of(timeline, 0).empty() || !clock_reasons_of(timeline, 0).empty();
  const RequestQueue queue = request_queue_of(timeline);
  if (moments.empty() && queue.empty() && !has_clocks) return std::nullopt;
  if (!timeline.clock.wall_offset_ns) {
    return fmt::format("{} has no clock in common with the other files ({}), so it is not set "
                       "beside them",
                       timeline.file, timeline.clock.source);
  }
  const std::int64_t offset = *timeline.clock.wall_offset_ns;
  std::vector<Moment> sorted = moments;
  std::sort(sorted.begin(), sorted.end(),
            [](const Moment& a, const Moment& b) { return a.begin_ns < b.begin_ns; });
  IntervalSet set;
  for (const Moment& one : sorted) add(set, one.begin_ns + offset, one.end_ns + offset);
  context.requests = unite(context.requests, set);
  context.has_requests = context.has_requests || !moments.empty();
  if (!queue.empty()) context.queue = unite(context.queue, later_by(queue, offset));
  for (ClockSeries& clock : clocks_of(timeline, offset)) {
    context.clocks.push_back(std::move(clock));
  }
  for (ReasonSeries& reasons : clock_reasons_of(timeline, offset)) {
    context.reasons.push_back(std::move(reasons));
  }
  return std::nullopt;
}

std::optional<IntervalSet> request_presence(const TraceContext& context,
                                            const Timeline& timeline) {
  if (!context.has_requests || !timeline.clock.wall_offset_ns) return std::nullopt;
  IntervalSet set = unite(context.requests, when_waiting(context.queue));
  for (Moment& one : set) {
    one.begin_ns -= *timeline.clock.wall_offset_ns;
    one.end_ns -= *timeline.clock.wall_offset_ns;
  }
  return set;
}

std::optional<RequestQueue> request_queue(const TraceContext& context, const Timeline& timeline) {
  if (context.queue.empty() || !timeline.clock.wall_offset_ns) return std::nullopt;
  return later_by(context.queue, -*timeline.clock.wall_offset_ns);
}

std::optional<std::string> requests_apart(const TraceContext& context, const Timeline& timeline) {
  const bool known = context.has_requests || !context.queue.empty();
  if (!known || timeline.clock.wall_offset_ns || timeline.device.size() == 0) return std::nullopt;
  return fmt::format("whether requests were there or waited is unknown here: other files say, but "
                     "this one has no clock in common with them ({})",
                     timeline.clock.source);
}

void fill_throttle(const Timeline& timeline, const TraceContext& context,
                   std::vector<DeviceFigures>& devices) {
  const std::int64_t offset = timeline.clock.wall_offset_ns.value_or(0);
  std::vector<ClockSeries> clocks = clocks_of(timeline, offset);
  if (clocks.empty() && timeline.clock.wall_offset_ns) clocks = context.clocks;
  std::vector<ReasonSeries> reasons = clock_reasons_of(timeline, offset);
  if (reasons.empty() && timeline.clock.wall_offset_ns) reasons = context.reasons;
  if (clocks.empty() && reasons.empty()) return;
  const std::map<std::int64_t, IntervalSet> busy = busy_of(timeline);
  for (DeviceFigures& device : devices) {
    for (const ClockSeries& clock : clocks) {
      if (clock.device.value_or(device.device) != device.device) continue;
      ThrottleFigure figure = throttle_of(clock, busy.at(device.device), offset);
      if (figure.covered_ns != 0) device.throttle = std::move(figure);
    }
    for (const ReasonSeries& one : reasons) {
      if (one.device.value_or(device.device) != device.device) continue;
      ThrottleFigure figure = device.throttle.value_or(ThrottleFigure{});
      add_reasons(figure, one, busy.at(device.device), offset);
      if (device.throttle || !figure.reasons.empty()) device.throttle = std::move(figure);
    }
  }
}

std::vector<SeriesFigure> series_figures(const Timeline& timeline) {
  std::vector<SeriesFigure> table;
  for (const TraceSeries& series : timeline.series) {
    SeriesFigure& figure = table.emplace_back();
    figure.name = series.name;
    figure.unit = series.unit;
    figure.labels = series.labels;
    if (series.labels.empty() && series.device) {
      figure.labels = fmt::format("device={}", *series.device);
    }
    figure.counter = series.kind == TraceSeries::Kind::kCounter;
    figure.samples = series.value.size();
    figure.missing = series.missing;
    if (figure.counter) {
      const auto increase = counter_increase(series);
      if (increase) figure.least = figure.median = figure.most = increase->increase;
      continue;
    }
    std::vector<double> values;
    for (std::size_t i = 0; i < series.value.size(); ++i) values.push_back(series.value[i]);
    if (values.empty()) continue;
    std::sort(values.begin(), values.end());
    figure.least = values.front();
    figure.median = values[(values.size() - 1) / 2];
    figure.most = values.back();
  }
  return table;
}

}  // namespace lynxbench::attribution
