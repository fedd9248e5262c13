// The texts under /proc that telemetry reads, as numbers. Every parser takes any bytes: what is not
// of the form is left out, and nothing at all is std::nullopt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::telemetry {

// Times of one processor, or of all, in clock ticks since boot (proc_stat(5)).
struct CpuTicks {
  std::string_view name;     // "cpu", "cpu0"
  std::uint64_t user = 0;    // with nice; time that guests ran is in it already
  std::uint64_t system = 0;  // with interrupts
  std::uint64_t idle = 0;
  std::uint64_t iowait = 0;
  std::uint64_t steal = 0;  // the hypervisor ran something else

  [[nodiscard]] std::uint64_t busy() const { return user + system; }
  [[nodiscard]] std::uint64_t total() const { return user + system + idle + iowait + steal; }
};

// /proc/stat. Names point into the text.
struct KernelStat {
  std::vector<CpuTicks> cpus;  // "cpu" first, as in the file
  std::optional<std::uint64_t> context_switches;
  std::optional<std::uint64_t> interrupts;
};
[[nodiscard]] KernelStat parse_kernel_stat(std::string_view text);

// /proc/PID/stat (proc_pid_stat(5)).
struct ProcessStat {
  std::uint64_t pid = 0;
  std::string_view name;  // into the text; may hold blanks and parentheses
  bool kernel_thread = false;
  std::uint64_t faults = 0;     // minor and major
  std::uint64_t cpu_ticks = 0;  // user and system
  std::uint64_t threads = 0;
  std::uint64_t started = 0;  // ticks after boot: with the pid, names one process for good
  std::uint64_t resident_pages = 0;
};
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text);

// "MemAvailable:   123 kB" -> bytes.
[[nodiscard]] std::optional<std::uint64_t> meminfo_bytes(std::string_view text,
                                                         std::string_view key);

// "nr_throttled 12" -> 12: the form of cpu.stat and others.
[[nodiscard]] std::optional<std::uint64_t> value_after(std::string_view text, std::string_view key);

// /proc/pressure/cpu: microseconds since boot in which some task, or all, waited.
struct Pressure {
  std::optional<std::uint64_t> some_us;
  std::optional<std::uint64_t> full_us;
};
[[nodiscard]] Pressure parse_pressure(std::string_view text);

// The "cpu MHz" lines of /proc/cpuinfo, in order, in Hz; not a number: left out.
[[nodiscard]] std::vector<double> parse_cpu_hz(std::string_view text);

// A decimal number alone in a file, perhaps negative (temperatures).
[[nodiscard]] std::optional<std::int64_t> parse_whole(std::string_view text);

// A process name as part of a series name: letters, digits, '.', '_', '-'; others become '_'. Of a
// kernel thread only what is before '/' and ':' ("kworker/0:1-events" is "kworker").
[[nodiscard]] std::string series_word(std::string_view process_name, const ProcessStat& stat);

}  // namespace lynxbench::telemetry
