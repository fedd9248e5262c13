// The parsers of telemetry on any bytes. The first byte picks the parser; the rest is its text.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "telemetry/proc_text.h"

namespace {

using namespace lynxbench::telemetry;

void require(bool holds) {
  if (!holds) std::abort();
}

void kernel_stat(std::string_view text) {
  for (const CpuTicks& cpu : parse_kernel_stat(text).cpus) require(cpu.name.starts_with("cpu"));
}

void process_stat(std::string_view text) {
  std::optional<ProcessStat> stat = parse_process_stat(text);
  if (!stat) return;
  std::string word = series_word(stat->name, *stat);
  require(!word.empty() && word.find_first_of("/ :\n") == std::string::npos);
}

void counters(std::string_view text) {
  if (auto bytes = meminfo_bytes(text, "Cached")) require(*bytes % 1024 == 0);
  (void)value_after(text, "nr_throttled");
  (void)parse_pressure(text);
  (void)parse_whole(text);
}

void frequencies(std::string_view text) {
  for (double hz : parse_cpu_hz(text)) require(std::isfinite(hz) && hz > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      kernel_stat(text);
      break;
    case 1:
      process_stat(text);
      break;
    case 2:
      counters(text);
      break;
    default:
      frequencies(text);
      break;
  }
  return 0;
}
