// How a family of facts is written down.
//
//   Findings found{Layer::kSystem, {}};
//   found.facts.push_back(measured("kernel.release", "6.1.0", "/proc/sys/kernel/osrelease"));
//   found.facts.push_back(passing(measured("uptime", "12 h", "/proc/uptime")));   // no identity
//   found.facts.push_back(unknown("cpu.governor", "/sys/...", "no such file"));
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/executor.h"

namespace lynxbench::executor {

// Facts that belong to one layer, in any order.
struct Findings {
  Layer layer = Layer::kSystem;
  std::vector<Fact> facts;
};

// Bytes that are no printable UTF-8 are written as \xNN, so that different values stay different.
[[nodiscard]] Fact measured(std::string name, std::string_view value, std::string source);
[[nodiscard]] Fact unknown(std::string name, std::string source, std::string reason);
// The same fact outside the fingerprint.
[[nodiscard]] Fact passing(Fact fact);

// `text` with control characters, and bytes that are not UTF-8, as \xNN.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace lynxbench::executor
