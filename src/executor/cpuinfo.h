// /proc/cpuinfo as read: one table of key and value per logical processor.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::executor {

struct CpuInfo {
  std::vector<std::map<std::string, std::string>> processors;

  // The values of `key` over all processors, each once, joined by ", "; "" when none has it.
  [[nodiscard]] std::string value(const std::string& key) const;
};

// Never fails: lines of another form are left out, and a block without "processor" is none.
[[nodiscard]] CpuInfo parse_cpuinfo(std::string_view text);

// Of a "flags" or "Features" line, those that decide which kernels an inference runtime picks:
// vector widths, dot products, half and brain floats, matrix units. Sorted, blank between.
[[nodiscard]] std::string inference_flags(std::string_view flags);

}  // namespace lynxbench::executor
