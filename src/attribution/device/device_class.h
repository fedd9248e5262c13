// What a piece of device work is for: computing, communicating with other devices, or copying. By
// evidence, each with the rule that decided, so that it can be printed and contested.
//
//   DeviceClasses classes = classify(timeline);
//   classes.of[row];                        // DeviceClass of timeline.device's row
//   classes.rules[classes.rule_of[row]];    // "name has \"nccl\"", "argument \"Collective name\""
//
// Kernel names alone miss libraries whose names nobody listed (DeepEP, symmetric memory), so a kernel
// whose trace names a collective operation is communication whatever it is called.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/trace.h"

namespace lynxbench::attribution {

enum class DeviceClass : std::uint8_t { kCompute, kCommunication, kCopy };

struct DeviceClasses {
  std::vector<DeviceClass> of;         // a value for each row of timeline.device
  std::vector<std::uint8_t> rule_of;   // row of `rules`; 0: none was needed
  std::vector<std::string> rules{""};  // those that decided something, for people
};

[[nodiscard]] DeviceClasses classify(const Timeline& timeline);

}  // namespace lynxbench::attribution
