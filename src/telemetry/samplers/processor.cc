// cpu.total.*, cpuN.busy, kernel.*: differences of /proc/stat. Its unit is the clock tick (10 ms),
// so a single sample at a short period is coarse; sums over many are exact.
#include <string>
#include <unordered_map>

#include "telemetry/proc_file.h"
#include "telemetry/proc_text.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

constexpr const char* kSource = "/proc/stat";

// The kernel may correct idle and iowait downwards: then nothing of that kind has passed.
std::uint64_t growth(std::uint64_t before, std::uint64_t after) {
  return after > before ? after - before : 0;
}

struct Passed {
  double total = 0, busy = 0, iowait = 0, steal = 0;
};

Passed passed(const CpuTicks& before, const CpuTicks& after) {
  Passed ticks;
  ticks.busy =
      static_cast<double>(growth(before.user, after.user) + growth(before.system, after.system));
  ticks.iowait = static_cast<double>(growth(before.iowait, after.iowait));
  ticks.steal = static_cast<double>(growth(before.steal, after.steal));
  ticks.total = ticks.busy + ticks.iowait + ticks.steal +
                static_cast<double>(growth(before.idle, after.idle));
  return ticks;
}

class ProcessorSampler final : public Sampler {
 public:
  explicit ProcessorSampler(const fs::path& root) : file_(root / "proc/stat") {}

  void sample(Nanos now, Board& board) override {
    Result<std::string_view> text = file_.read();
    if (!text.ok()) return board.missing("cpu: /proc/stat", text.error().message);
    KernelStat stat = parse_kernel_stat(*text);
    if (stat.cpus.empty()) board.missing("cpu: /proc/stat", "it lists no processor");
    for (const CpuTicks& ticks : stat.cpus) add(board, ticks);
    add_rate(board, now, "kernel.context_switches", stat.context_switches, switches_);
    add_rate(board, now, "kernel.interrupts", stat.interrupts, interrupts_);
  }

 private:
  struct Processor {
    CpuTicks last;
    std::uint32_t busy = 0;
  };

  void add(Board& board, const CpuTicks& ticks) {
    std::string name(ticks.name == "cpu" ? "cpu.total" : ticks.name);
    auto [entry, is_new] = processors_.try_emplace(name);
    Processor& processor = entry->second;
    if (is_new) processor.busy = board.series(name + ".busy", "ratio", kSource);
    CpuTicks before = processor.last;
    processor.last = ticks;
    processor.last.name = {};  // it points into the text
    if (is_new) return;
    Passed gone = passed(before, ticks);
    if (gone.total <= 0) return;  // no tick has passed: no ratio
    board.set(processor.busy, gone.busy / gone.total);
    if (name != "cpu.total") return;
    board.set(board.series("cpu.total.iowait", "ratio", kSource), gone.iowait / gone.total);
    board.set(board.series("cpu.total.steal", "ratio", kSource), gone.steal / gone.total);
  }

  static void add_rate(Board& board, Nanos now, const char* name,
                       const std::optional<std::uint64_t>& count, Rate& rate) {
    if (!count) return board.missing(name, "/proc/stat has no such line");
    std::optional<double> per_second = rate.next(now, *count);
    if (per_second) board.set(board.series(name, "1/s", kSource), *per_second);
  }

  ProcFile file_;
  std::unordered_map<std::string, Processor> processors_;
  Rate switches_, interrupts_;
};

}  // namespace

SamplerPtr processor_sampler(const fs::path& root) {
  return std::make_unique<ProcessorSampler>(root);
}

}  // namespace lynxbench::telemetry
