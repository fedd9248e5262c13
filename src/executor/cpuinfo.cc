#include "executor/cpuinfo.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "executor/tree.h"

namespace lynxbench::executor {
namespace {

constexpr std::array<std::string_view, 24> kFlags{
    "ssse3",    "sse4_1",  "sse4_2",  "avx",      "avx2",     "fma",      "f16c",     "avx_vnni",
    "avx_ifma", "avx10_1", "avx10_2", "amx_bf16", "amx_int8", "amx_tile", "amx_fp16", "asimd",
    "asimdhp",  "asimddp", "fphp",    "bf16",     "i8mm",     "sve",      "sve2",     "sme"};
constexpr std::array<std::string_view, 4> kPrefixes{"avx512", "avx_vnni_", "svei8", "svebf"};

bool matters(std::string_view flag) {
  if (std::find(kFlags.begin(), kFlags.end(), flag) != kFlags.end()) return true;
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return flag.starts_with(prefix); });
}

}  // namespace

std::string CpuInfo::value(const std::string& key) const {
  std::vector<std::string> values;
  for (const auto& processor : processors) {
    auto found = processor.find(key);
    if (found != processor.end()) values.push_back(found->second);
  }
  return distinct(values);
}

CpuInfo parse_cpuinfo(std::string_view text) {
  CpuInfo info;
  for (const std::string& line : split(text, '\n')) {
    std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string key(trim(std::string_view(line).substr(0, colon)));
    std::string value(trim(std::string_view(line).substr(colon + 1)));
    if (key == "processor") info.processors.emplace_back();
    if (!info.processors.empty()) info.processors.back()[key] = value;
  }
  return info;
}

std::string inference_flags(std::string_view flags) {
  std::set<std::string> kept;
  for (const std::string& flag : split(flags, ' ')) {
    if (matters(flag)) kept.insert(flag);
  }
  std::string text;
  for (const std::string& flag : kept) text += (text.empty() ? "" : " ") + flag;
  return text;
}

}  // namespace lynxbench::executor
