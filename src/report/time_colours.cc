#include "report/time_colours.h"

#include <fmt/format.h>

namespace lynxbench::report {
namespace {

struct Colours {
  const char* light;
  const char* dark;
};

Colours colours_of(DeviceTime time) {
  switch (time) {
    case DeviceTime::kComputeBound: return {"#1a5fa8", "#4f94dc"};
    case DeviceTime::kMemoryBound: return {"#4c93d6", "#79b2ea"};
    case DeviceTime::kComputeUnknown: return {"#93c0ea", "#aecdf0"};
    case DeviceTime::kCommunication: return {"#9b4a97", "#9b4a97"};
    case DeviceTime::kRankWait: return {"#4a3f8f", "#8f83d6"};
    case DeviceTime::kCopyPageable: return {"#0b6b52", "#0b6b52"};
    case DeviceTime::kCopyPinned: return {"#2f9f7d", "#2f9f7d"};
    case DeviceTime::kCopyOther: return {"#86ccb4", "#86ccb4"};
    case DeviceTime::kIdleOperator: return {"#c2571a", "#c2571a"};
    case DeviceTime::kIdlePython: return {"#dd8a2c", "#dd8a2c"};
    case DeviceTime::kIdleDataLoader: return {"#e8b24a", "#e8b24a"};
    case DeviceTime::kIdleCall: return {"#a33f1c", "#a33f1c"};
    case DeviceTime::kIdleSynchronisation: return {"#8a2c35", "#8a2c35"};
    case DeviceTime::kIdleSystemCall: return {"#b97a5c", "#b97a5c"};
    case DeviceTime::kIdleProgram: return {"#dba67f", "#dba67f"};
    case DeviceTime::kIdleHostUnseen: return {"#cbb9a5", "#cbb9a5"};
    case DeviceTime::kIdleLaunch: return {"#6c7682", "#6c7682"};
    case DeviceTime::kIdleQueued: return {"#99a3ae", "#99a3ae"};
    case DeviceTime::kIdleGraph: return {"#b5bdc6", "#6d7782"};
    case DeviceTime::kIdleNoRequest: return {"#d3d8dd", "#515a64"};
    case DeviceTime::kIdleRequestsQueued: return {"#d6406a", "#e0658a"};
    case DeviceTime::kIdleUnknown: return {"#e1e4e8", "#434b54"};
  }
  return {"#888888", "#888888"};
}

}  // namespace

std::string colour_name(DeviceTime time) { return fmt::format("--{}", name_of(time)); }

std::string class_colours() {
  std::string light;
  std::string dark;
  for (std::size_t i = 0; i < kDeviceTimeCount; ++i) {
    const auto time = static_cast<DeviceTime>(i);
    light += fmt::format("{}: {}; ", colour_name(time), colours_of(time).light);
    dark += fmt::format("{}: {}; ", colour_name(time), colours_of(time).dark);
  }
  return fmt::format("\n:root {{ {}}}\n@media (prefers-color-scheme: dark) {{ :root {{ {}}} }}", light, dark);
}

}  // namespace lynxbench::report
