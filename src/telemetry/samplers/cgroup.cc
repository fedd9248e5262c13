// cgroup.*: how often and how long this process's control group was stopped because its CPU quota
// was used up, and its memory. Source: Documentation/admin-guide/cgroup-v2.rst and
// scheduler/sched-bwc.rst of the kernel.
#include "base/cgroup.h"

#include "telemetry/proc_file.h"
#include "telemetry/proc_text.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

std::string shown(const fs::path& root, const fs::path& path) {
  return "/" + path.lexically_relative(root).generic_string();
}

class CgroupSampler final : public Sampler {
 public:
  explicit CgroupSampler(const fs::path& root)
      : root_(root),
        cpu_(find_cgroup(root, "self", "cpu")),
        memory_(find_cgroup(root, "self", "memory")) {
    if (cpu_.ok()) cpu_file_.emplace(cpu_->folder / "cpu.stat");
    if (memory_.ok()) memory_file_.emplace(memory_->folder / memory_name());
  }

  void sample(Nanos now, Board& board) override {
    if (cpu_.ok())
      sample_cpu(now, board);
    else
      board.missing("cgroup.cpu", cpu_.error().message);
    if (memory_.ok())
      sample_memory(board);
    else
      board.missing("cgroup.memory", memory_.error().message);
  }

 private:
  void sample_cpu(Nanos now, Board& board) {
    const std::string source = shown(root_, cpu_->folder / "cpu.stat");
    Result<std::string_view> text = cpu_file_->read();
    if (!text.ok()) return board.missing("cgroup.cpu: " + source, text.error().message);
    std::optional<std::uint64_t> count = value_after(*text, "nr_throttled");
    const bool second = cpu_->version == 2;
    std::optional<std::uint64_t> time =
        value_after(*text, second ? "throttled_usec" : "throttled_time");
    if (!count || !time) {
      return board.missing("cgroup.cpu: " + source,
                           "no throttling counters: the group has no CPU quota");
    }
    std::optional<double> throttles = throttles_.next(now, *count);
    std::optional<double> waited = waited_.next(now, *time);
    if (throttles) board.set(board.series("cgroup.cpu.throttles", "1/s", source), *throttles);
    const double units_per_s = second ? 1e6 : 1e9;
    if (waited)
      board.set(board.series("cgroup.cpu.throttled", "ratio", source), *waited / units_per_s);
  }

  [[nodiscard]] const char* memory_name() const {
    return memory_->version == 2 ? "memory.current" : "memory.usage_in_bytes";
  }

  void sample_memory(Board& board) {
    const std::string source = shown(root_, memory_->folder / memory_name());
    Result<std::string_view> text = memory_file_->read();
    if (!text.ok()) return board.missing("cgroup.memory: " + source, text.error().message);
    std::optional<std::int64_t> bytes = parse_whole(*text);
    if (!bytes) return board.missing("cgroup.memory: " + source, "it is not a number");
    board.set(board.series("cgroup.memory.used", "bytes", source), static_cast<double>(*bytes));
  }

  fs::path root_;
  Result<Cgroup> cpu_, memory_;
  std::optional<ProcFile> cpu_file_, memory_file_;
  Rate throttles_, waited_;
};

}  // namespace

SamplerPtr cgroup_sampler(const fs::path& root) { return std::make_unique<CgroupSampler>(root); }

}  // namespace lynxbench::telemetry
