#include "telemetry/proc_text.h"

#include "base/number.h"
#include "base/text.h"

namespace lynxbench::telemetry {
namespace {

std::string_view next_line(std::string_view& text) {
  std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view next_word(std::string_view& line) {
  std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    line = {};
    return {};
  }
  std::size_t end = line.find_first_of(" \t", begin);
  std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end);
  return word;
}

std::optional<std::uint64_t> next_count(std::string_view& line) {
  return number_in<std::uint64_t>(next_word(line));
}

// user nice system idle iowait irq softirq steal; kernels before 2.6.11 had fewer columns.
std::optional<CpuTicks> parse_cpu_line(std::string_view line) {
  CpuTicks ticks;
  ticks.name = next_word(line);
  std::uint64_t column[8] = {};
  int columns = 0;
  while (columns < 8) {
    std::optional<std::uint64_t> value = next_count(line);
    if (!value) break;
    column[columns++] = *value;
  }
  if (columns < 4) return std::nullopt;
  ticks.user = column[0] + column[1];
  ticks.system = column[2] + column[5] + column[6];
  ticks.idle = column[3];
  ticks.iowait = column[4];
  ticks.steal = column[7];
  return ticks;
}

}  // namespace

KernelStat parse_kernel_stat(std::string_view text) {
  KernelStat stat;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (line.starts_with("cpu")) {
      if (auto ticks = parse_cpu_line(line)) stat.cpus.push_back(*ticks);
    } else if (line.starts_with("ctxt ")) {
      line.remove_prefix(5);
      stat.context_switches = next_count(line);
    } else if (line.starts_with("intr ")) {
      line.remove_prefix(5);
      stat.interrupts = next_count(line);
    }
  }
  return stat;
}

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  std::size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  ProcessStat stat;
  std::optional<std::uint64_t> pid = number_in<std::uint64_t>(trim(text.substr(0, open)));
  if (!pid) return std::nullopt;
  stat.pid = *pid;
  stat.name = text.substr(open + 1, close - open - 1);
  std::string_view rest = text.substr(close + 1);
  constexpr int kFirstField = 3, kLastField = 24;  // numbered as in proc_pid_stat(5)
  std::optional<std::uint64_t> field[kLastField + 1];
  for (int i = kFirstField; i <= kLastField; ++i)
    field[i] = number_in<std::uint64_t>(trim(next_word(rest)));
  constexpr int kFlags = 9, kMinor = 10, kMajor = 12, kUser = 14, kSystem = 15, kThreads = 20,
                kStart = 22, kResident = 24;
  for (int needed : {kFlags, kMinor, kMajor, kUser, kSystem, kThreads, kStart, kResident}) {
    if (!field[needed]) return std::nullopt;
  }
  constexpr std::uint64_t kKernelThreadFlag = 0x00200000;  // PF_KTHREAD
  stat.kernel_thread = (*field[kFlags] & kKernelThreadFlag) != 0;
  stat.faults = *field[kMinor] + *field[kMajor];
  stat.cpu_ticks = *field[kUser] + *field[kSystem];
  stat.threads = *field[kThreads];
  stat.started = *field[kStart];
  stat.resident_pages = *field[kResident];
  return stat;
}

std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    line.remove_prefix(key.size() + 1);
    std::optional<std::uint64_t> kilobytes = next_count(line);
    if (!kilobytes || *kilobytes >= (std::uint64_t{1} << 54)) return std::nullopt;
    return *kilobytes * 1024;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> value_after(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (next_word(line) == key) return next_count(line);
  }
  return std::nullopt;
}

Pressure parse_pressure(std::string_view text) {
  Pressure pressure;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    bool some = line.starts_with("some "), full = line.starts_with("full ");
    std::size_t total = line.find("total=");
    if ((!some && !full) || total == std::string_view::npos) continue;
    line.remove_prefix(total + 6);
    (some ? pressure.some_us : pressure.full_us) = next_count(line);
  }
  return pressure;
}

std::vector<double> parse_cpu_hz(std::string_view text) {
  std::vector<double> frequencies;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    std::size_t colon = line.find(':');
    if (!line.starts_with("cpu MHz") || colon == std::string_view::npos) continue;
    std::optional<double> megahertz = number_in<double>(trim(line.substr(colon + 1)));
    bool sane = megahertz && *megahertz > 0 && *megahertz < 1e6;
    if (sane) frequencies.push_back(*megahertz * 1e6);
  }
  return frequencies;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  return number_in<std::int64_t>(trim(text));
}

std::string series_word(std::string_view process_name, const ProcessStat& stat) {
  if (stat.kernel_thread) process_name = process_name.substr(0, process_name.find_first_of("/:"));
  std::string word;
  for (char c : process_name) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '.' || c == '-' || c == '_';
    word += plain ? c : '_';
  }
  return word.empty() ? "_" : word;
}

}  // namespace lynxbench::telemetry
