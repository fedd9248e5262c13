#include "attribution/device/clock_reasons.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace lynxbench::attribution {
namespace {

// The bit that a series of flags stands for; all bits for a series of masks; 0: neither.
std::uint64_t bits_of(const TraceSeries& series) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const std::string_view name = series.name;
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  if (has("CLOCK_THROTTLE_REASONS") || has("CLOCKS_EVENT_REASONS")) return kAll;
  if (!has("throttle_reasons") && !has("event_reasons")) return 0;
  if (name.ends_with(".active")) return kAll;
  for (const ClockReason& reason : kClockReasons) {
    if (name.ends_with(reason.suffix)) return reason.bit;
  }
  return 0;
}

}  // namespace

std::vector<ReasonSeries> clock_reasons_of(const Timeline& timeline, std::int64_t offset_ns) {
  std::map<std::optional<std::int64_t>, std::map<std::int64_t, std::uint64_t>> by_device;
  for (const TraceSeries& series : timeline.series) {
    const std::uint64_t bits = bits_of(series);
    if (bits == 0) continue;
    auto& samples = by_device[series.device];
    for (std::size_t i = 0; i < series.value.size(); ++i) {
      const double value = series.value[i];
      const bool whole = value >= 0 && value < 1e15;
      const std::uint64_t mask = !whole ? 0
                                 : bits == ~std::uint64_t{0}
                                     ? static_cast<std::uint64_t>(value)
                                     : (value != 0 ? bits : 0);
      samples[series.at_ns[i] + offset_ns] |= mask;
    }
  }
  std::vector<ReasonSeries> all;
  for (const auto& [device, samples] : by_device) {
    ReasonSeries& series = all.emplace_back();
    series.device = device;
    series.samples.assign(samples.begin(), samples.end());
  }
  return all;
}

std::vector<std::string> reason_notes(const Timeline& timeline) {
  std::vector<std::string> notes;
  for (const ReasonSeries& series : clock_reasons_of(timeline, 0)) {
    for (const ClockReason& reason : kClockReasons) {
      const auto held =
          std::count_if(series.samples.begin(), series.samples.end(),
                        [&](const auto& sample) { return (sample.second & reason.bit) != 0; });
      if (held == 0) continue;
      notes.push_back(fmt::format("clocks of {} held back by {} in {} of {} samples",
                                  series.device ? fmt::format("device {}", *series.device)
                                                : std::string("the device"),
                                  reason.title, held, series.samples.size()));
    }
  }
  return notes;
}

}  // namespace lynxbench::attribution
