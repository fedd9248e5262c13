// One source of telemetry: a small family, a file per member in samplers/.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "telemetry/board.h"

namespace lynxbench::telemetry {

class Sampler {
 public:
  virtual ~Sampler() = default;
  // Sources that are costly to read are read no more often than this.
  [[nodiscard]] virtual Nanos least_period() const { return Nanos{0}; }
  // Reads its source and writes what it found; what is not there is written as missing. A figure
  // that is a difference of two readings comes from the second call on. Never fails.
  // Threads: one at a time, each time with a later `now`.
  virtual void sample(Nanos now, Board& board) = 0;
};

// A counter that only grows, as a rate.
class Rate {
 public:
  // Per second since the last call. Nothing at the first call, and when the counter went back (it
  // was reset, or belongs to something else).
  [[nodiscard]] std::optional<double> next(Nanos now, std::uint64_t value);

 private:
  struct Reading {
    Nanos at;
    std::uint64_t value;
  };
  std::optional<Reading> last_;
};

using SamplerPtr = std::unique_ptr<Sampler>;

// The members. `root` is "/" or a recorded tree; see docs/formats/telemetry.md for their series.
[[nodiscard]] SamplerPtr processor_sampler(const fs::path& root);  // /proc/stat
[[nodiscard]] SamplerPtr memory_sampler(const fs::path& root);     // /proc/meminfo
[[nodiscard]] SamplerPtr pressure_sampler(const fs::path& root);   // /proc/pressure
[[nodiscard]] SamplerPtr cgroup_sampler(const fs::path& root);     // cpu.stat, memory of the group
[[nodiscard]] SamplerPtr self_sampler(const fs::path& root);       // /proc/self/stat, getrusage
[[nodiscard]] SamplerPtr frequency_sampler(const fs::path& root);  // cpufreq or /proc/cpuinfo
[[nodiscard]] SamplerPtr temperature_sampler(const fs::path& root);  // hwmon and thermal zones
// The `most` busiest processes other than this one.
[[nodiscard]] SamplerPtr process_sampler(const fs::path& root, int most);
// GPUs through NVML; `library` is the file to load.
[[nodiscard]] SamplerPtr gpu_sampler(const std::string& library);

}  // namespace lynxbench::telemetry
