// memory.*: gauges of /proc/meminfo.
#include <array>

#include "telemetry/proc_file.h"
#include "telemetry/proc_text.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

class MemorySampler final : public Sampler {
 public:
  explicit MemorySampler(const fs::path& root) : file_(root / "proc/meminfo") {}

  void sample(Nanos, Board& board) override {
    Result<std::string_view> text = file_.read();
    if (!text.ok()) return board.missing("memory: /proc/meminfo", text.error().message);
    add(board, "memory.available", meminfo_bytes(*text, "MemAvailable"));
    add(board, "memory.cached", meminfo_bytes(*text, "Cached"));
    std::optional<std::uint64_t> swap = meminfo_bytes(*text, "SwapTotal");
    std::optional<std::uint64_t> unused = meminfo_bytes(*text, "SwapFree");
    if (swap && unused && *swap >= *unused) swap = *swap - *unused;
    add(board, "memory.swap_used", unused ? swap : std::nullopt);
  }

 private:
  static void add(Board& board, const char* name, const std::optional<std::uint64_t>& bytes) {
    if (!bytes) return board.missing(name, "/proc/meminfo has no such line");
    board.set(board.series(name, "bytes", "/proc/meminfo"), static_cast<double>(*bytes));
  }

  ProcFile file_;
};

}  // namespace

SamplerPtr memory_sampler(const fs::path& root) { return std::make_unique<MemorySampler>(root); }

}  // namespace lynxbench::telemetry
