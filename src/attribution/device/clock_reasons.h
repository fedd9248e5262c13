// Why a device's clocks were held back, as the driver says it over time: by masks or by a flag for each
// reason (nvidia-smi, DCGM).
//
//   for (const ReasonSeries& series : clock_reasons_of(timeline, offset_ns))   // one for each device
//     for (const auto& [at_ns, bits] : series.samples) held = (bits & 0x4) != 0;
//
// Bits are NVML's clocks event reasons. Threads: no state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/trace.h"

namespace lynxbench::attribution {

struct ClockReason {
  enum class Kind : std::uint8_t { kPower, kThermal, kSlowdown, kSetting };
  std::uint64_t bit;
  std::string_view suffix;  // of a column of its own: clocks_event_reasons.sw_power_cap
  std::string_view title;
  Kind kind;
};
// Without 0x1, GPU idle, which holds nothing back. 0x8 comes with 0x40 or 0x80 on most devices.
inline constexpr std::array kClockReasons{
    ClockReason{0x2, "applications_clocks_setting", "applications clocks setting",
                ClockReason::Kind::kSetting},
    ClockReason{0x4, "sw_power_cap", "power cap (software)",
                ClockReason::Kind::kPower},
    ClockReason{0x8, "hw_slowdown", "slowdown (hardware)",
                ClockReason::Kind::kSlowdown},
    ClockReason{0x10, "sync_boost", "sync boost",
                ClockReason::Kind::kSetting},
    ClockReason{0x20, "sw_thermal_slowdown", "thermal slowdown (software)",
                ClockReason::Kind::kThermal},
    ClockReason{0x40, "hw_thermal_slowdown", "thermal slowdown (hardware)",
                ClockReason::Kind::kThermal},
    ClockReason{0x80, "hw_power_brake_slowdown", "power brake (hardware)",
                ClockReason::Kind::kPower},
    ClockReason{0x100, "display_clock_setting", "display clock setting",
                ClockReason::Kind::kSetting}};

struct ReasonSeries {
  std::optional<std::int64_t> device;  // nothing: the file does not say which
  std::vector<std::pair<std::int64_t, std::uint64_t>> samples;  // the series' time + offset, bits
};

// By device; flags of one moment are put together.
[[nodiscard]] std::vector<ReasonSeries> clock_reasons_of(const Timeline& timeline,
                                                         std::int64_t offset_ns);

// The reasons for which clocks were held back, of each device that says so, by samples: "device 0:
// power cap in 12 of 100 samples".
[[nodiscard]] std::vector<std::string> reason_notes(const Timeline& timeline);

}  // namespace lynxbench::attribution
