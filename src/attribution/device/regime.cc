#include "attribution/device/regime.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>

#include "attribution/device/clock_reasons.h"
#include "attribution/device/interval_set.h"
#include "base/text.h"
#include "model/counter_increase.h"

namespace lynxbench::attribution {
namespace {

constexpr double kHeldShare = 0.05;         // of the samples
constexpr double kSteadyC = 0.5;            // between the means of the last two stretches
constexpr double kShortestPlateauS = 300;   // of a recording
constexpr std::int64_t kLongestStretchNs = 75'000'000'000;
constexpr double kIdlePercent = 5;          // of the time, mean of the recording
constexpr double kLowPower = 0.7;           // of the limit: a cap there is not the load's
constexpr std::size_t kFewestSamples = 8;   // of a temperature

struct DeviceSeries {
  const TraceSeries* temperature = nullptr;
  const TraceSeries* utilisation = nullptr;
  const TraceSeries* power = nullptr;
  const TraceSeries* power_limit = nullptr;
  std::optional<double> power_violations;    // increase over the recording
  std::optional<double> thermal_violations;
  const ReasonSeries* reasons = nullptr;
};

void add_series(DeviceSeries& device, const TraceSeries& series) {
  constexpr std::array<std::string_view, 3> kTemperature{"temperature.gpu", "gtemp",
                                                         "DCGM_FI_DEV_GPU_TEMP"};
  constexpr std::array<std::string_view, 3> kUtilisation{"utilization.gpu", "sm",
                                                         "DCGM_FI_DEV_GPU_UTIL"};
  constexpr std::array<std::string_view, 3> kPower{"power.draw", "pwr", "DCGM_FI_DEV_POWER_USAGE"};
  constexpr std::array<std::string_view, 4> kLimit{"enforced.power.limit", "power.limit",
                                                   "DCGM_FI_DEV_ENFORCED_POWER_LIMIT",
                                                   "DCGM_FI_DEV_POWER_MGMT_LIMIT"};
  const auto increase = [&]() -> std::optional<double> {
    const auto counted = counter_increase(series);
    return counted ? std::optional(counted->increase) : std::nullopt;
  };
  if (is_one_of(kTemperature, series.name)) device.temperature = &series;
  if (is_one_of(kUtilisation, series.name)) device.utilisation = &series;
  if (is_one_of(kPower, series.name)) device.power = &series;
  if (is_one_of(kLimit, series.name)) device.power_limit = &series;
  if (series.name == "DCGM_FI_DEV_POWER_VIOLATION") device.power_violations = increase();
  if (series.name == "DCGM_FI_DEV_THERMAL_VIOLATION") device.thermal_violations = increase();
}

// Nothing: of a file that does not say which device.
std::map<std::optional<std::int64_t>, DeviceSeries> series_by_device(
    const Timeline& timeline, std::span<const ReasonSeries> reasons) {
  std::map<std::optional<std::int64_t>, DeviceSeries> devices;
  for (const TraceSeries& series : timeline.series) {
    add_series(devices[series.device], series);
  }
  for (const ReasonSeries& one : reasons) devices[one.device].reasons = &one;
  return devices;
}

double mean_of(const TraceSeries& series) {
  double sum = 0;
  for (std::size_t i = 0; i < series.value.size(); ++i) sum += series.value[i];
  return sum / static_cast<double>(series.value.size());
}

// ---- held back

struct Held {
  bool power = false;
  bool thermal = false;
  std::string because;  // "power cap (software) in 12 of 100 samples"
};

void add_text(std::string& list, const std::string& one) {
  list += list.empty() ? one : "; " + one;
}

Held held_by_reasons(const ReasonSeries& reasons) {
  Held held;
  for (const ClockReason& reason : kClockReasons) {
    if (reason.kind == ClockReason::Kind::kSetting) continue;
    const auto samples =
        std::count_if(reasons.samples.begin(), reasons.samples.end(),
                      [&](const auto& sample) { return (sample.second & reason.bit) != 0; });
    const double share =
        static_cast<double>(samples) / static_cast<double>(reasons.samples.size());
    if (share < kHeldShare) continue;
    // Which of the two a slowdown of the hardware is for, other bits say where they are there.
    held.power = held.power || reason.kind == ClockReason::Kind::kPower;
    held.thermal = held.thermal || reason.kind == ClockReason::Kind::kThermal;
    add_text(held.because, fmt::format("{} in {} of {} samples", reason.title, samples,
                                       reasons.samples.size()));
  }
  return held;
}

void add_violations(Held& held, const DeviceSeries& device) {
  if (device.power_violations.value_or(0) > 0) {
    held.power = true;
    add_text(held.because, "its counter of power violations rose");
  }
  if (device.thermal_violations.value_or(0) > 0) {
    held.thermal = true;
    add_text(held.because, "its counter of thermal violations rose");
  }
}

// A power cap that holds while little is drawn is not the load's.
std::string cap_doubt(const DeviceSeries& device) {
  if (device.power == nullptr || device.power_limit == nullptr) return "";
  if (device.power->value.size() == 0 || device.power_limit->value.size() == 0) return "";
  const double drawn = mean_of(*device.power);
  const double limit = mean_of(*device.power_limit);
  if (limit <= 0 || drawn >= kLowPower * limit) return "";
  return fmt::format("only {:.0f} W of {:.0f} W were drawn on average: a board that is capped or faulty, "
                     "not its load",
                     drawn, limit);
}

std::optional<RegimeFigure> throttled(const DeviceSeries& device) {
  Held held;
  if (device.reasons != nullptr && !device.reasons->samples.empty()) {
    held = held_by_reasons(*device.reasons);
  }
  add_violations(held, device);
  if (held.because.empty()) return std::nullopt;
  RegimeFigure figure;
  figure.regime = held.power && held.thermal ? "throttled (power and thermal)"
                  : held.power               ? "throttled (power)"
                  : held.thermal             ? "throttled (thermal)"
                                             : "throttled (the reason is not given)";
  figure.because = held.because;
  const std::string doubt = held.power && !held.thermal ? cap_doubt(device) : "";
  if (!doubt.empty()) add_text(figure.because, doubt);
  return figure;
}

// ---- by temperature

// From the first sample to the last; there is at least one.
Moment recorded(const TraceSeries& series) {
  Moment all{series.at_ns[0], series.at_ns[0]};
  for (std::size_t i = 1; i < series.at_ns.size(); ++i) {
    all.begin_ns = std::min(all.begin_ns, series.at_ns[i]);
    all.end_ns = std::max(all.end_ns, series.at_ns[i]);
  }
  return all;
}

// A quarter of the recording, at most 75 s.
std::int64_t stretch_of(const Moment& all) {
  return std::min<std::int64_t>((all.end_ns - all.begin_ns) / 4, kLongestStretchNs);
}

// Means of the last two stretches; nothing where one has no sample.
std::optional<std::pair<double, double>> last_stretches(const TraceSeries& series) {
  const Moment all = recorded(series);
  const std::int64_t stretch = stretch_of(all);
  std::array<double, 2> sum{};
  std::array<std::size_t, 2> count{};
  for (std::size_t i = 0; i < series.at_ns.size(); ++i) {
    const std::int64_t before_end = all.end_ns - series.at_ns[i];
    if (before_end >= 2 * stretch) continue;
    const std::size_t which = before_end < stretch ? 1 : 0;
    sum[which] += series.value[i];
    ++count[which];
  }
  if (count[0] == 0 || count[1] == 0) return std::nullopt;
  return std::pair{sum[0] / static_cast<double>(count[0]), sum[1] / static_cast<double>(count[1])};
}

RegimeFigure by_temperature(const TraceSeries& series, bool reasons_known) {
  RegimeFigure figure{.device = {}, .regime = "unknown", .because = ""};
  const Moment all = recorded(series);
  const double length_s = static_cast<double>(all.end_ns - all.begin_ns) / 1e9;
  const auto stretches = last_stretches(series);
  if (!stretches) {
    figure.because = "temperatures are missing at its end";
    return figure;
  }
  const auto [before, after] = *stretches;
  const std::string trend =
      fmt::format("{:.1f} C, then {:.1f} C in the last two stretches of {:.0f} s, {:.0f} s in all", before,
                  after, static_cast<double>(stretch_of(all)) / 1e9, length_s);
  if (after - before > kSteadyC) {
    figure.regime = "cold burst";
    figure.because = "its temperature still rose: " + trend;
  } else if (before - after > kSteadyC) {
    figure.regime = "cooling";
    figure.because = "its temperature fell: " + trend;
  } else if (length_s < kShortestPlateauS) {
    figure.because = fmt::format("{}, too short to tell a plateau ({:.0f} s are needed)", trend,
                                 kShortestPlateauS);
  } else {
    figure.regime = "equilibrium";
    figure.because = trend;
  }
  if (!reasons_known) figure.because += "; whether clocks were held back is not in the file";
  return figure;
}

std::optional<RegimeFigure> regime_of(const DeviceSeries& device, const TraceClock& clock) {
  if (auto held = throttled(device)) return held;
  const bool reasons_known = device.reasons != nullptr || device.power_violations.has_value();
  const auto unknown = [](std::string because) {
    return RegimeFigure{.device = {}, .regime = "unknown", .because = std::move(because)};
  };
  if (device.temperature == nullptr) {
    if (!reasons_known) return std::nullopt;
    return unknown("clocks were not held back, and there are no temperatures");
  }
  if (device.utilisation != nullptr && device.utilisation->value.size() > 0) {
    const double percent = mean_of(*device.utilisation);
    if (percent < kIdlePercent) {
      return RegimeFigure{.device = {}, .regime = "idle",
                          .because = fmt::format("it worked {:.1f} % of the time", percent)};
    }
  }
  const std::size_t samples = device.temperature->value.size();
  if (samples < kFewestSamples) {
    return unknown(fmt::format("{} temperatures are too few ({} are needed)", samples, kFewestSamples));
  }
  if (clock.kind == TraceClock::Kind::kSamples) {
    return unknown("the file does not say when its samples were taken");
  }
  return by_temperature(*device.temperature, reasons_known);
}

}  // namespace

std::vector<RegimeFigure> regimes_of(const Timeline& timeline) {
  const std::vector<ReasonSeries> reasons = clock_reasons_of(timeline, 0);
  std::vector<RegimeFigure> figures;
  for (const auto& [id, device] : series_by_device(timeline, reasons)) {
    if (std::optional<RegimeFigure> figure = regime_of(device, timeline.clock)) {
      figure->device = id;
      figures.push_back(std::move(*figure));
    }
  }
  return figures;
}

}  // namespace lynxbench::attribution
