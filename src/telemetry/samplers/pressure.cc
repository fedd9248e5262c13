// psi.*: the share of time in which some task, or every task, waited for a resource. From the
// totals, not from the kernel's own averages over 10 s and more.
// Source: Documentation/accounting/psi.rst of the kernel.
#include <array>

#include "telemetry/proc_file.h"
#include "telemetry/proc_text.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

class PressureSampler final : public Sampler {
 public:
  explicit PressureSampler(const fs::path& root)
      : resources_{{{root, "cpu"}, {root, "memory"}, {root, "io"}}} {}

  void sample(Nanos now, Board& board) override {
    for (Resource& resource : resources_) resource.sample(now, board);
  }

 private:
  struct Resource {
    Resource(const fs::path& root, const std::string& resource)
        : name("psi." + resource),
          source("/proc/pressure/" + resource),
          file(root / "proc/pressure" / resource) {}

    void sample(Nanos now, Board& board) {
      Result<std::string_view> text = file.read();
      if (!text.ok()) return board.missing(name + ": " + source, text.error().message);
      Pressure pressure = parse_pressure(*text);
      if (!pressure.some_us) board.missing(name + ": " + source, "it has no line \"some\"");
      add(now, board, name + ".some", pressure.some_us, some);
      add(now, board, name + ".full", pressure.full_us, full);
    }

    void add(Nanos now, Board& board, const std::string& series,
             const std::optional<std::uint64_t>& total_us, Rate& rate) const {
      if (!total_us) return;
      std::optional<double> us_per_s = rate.next(now, *total_us);
      if (us_per_s) board.set(board.series(series, "ratio", source), *us_per_s / 1e6);
    }

    std::string name, source;
    ProcFile file;
    Rate some, full;
  };

  std::array<Resource, 3> resources_;
};

}  // namespace

SamplerPtr pressure_sampler(const fs::path& root) {
  return std::make_unique<PressureSampler>(root);
}

}  // namespace lynxbench::telemetry
