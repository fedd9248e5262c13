// process.self.*: this process, which is the client and, with an embedded target, the server too.
#include <sys/resource.h>
#include <unistd.h>

#include "telemetry/proc_file.h"
#include "telemetry/proc_text.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

constexpr const char* kSource = "/proc/self/stat";

class SelfSampler final : public Sampler {
 public:
  explicit SelfSampler(const fs::path& root) : live_(root == "/"), file_(root / "proc/self/stat") {}

  void sample(Nanos now, Board& board) override {
    Result<std::string_view> text = file_.read();
    if (!text.ok()) return board.missing("process.self: /proc/self/stat", text.error().message);
    std::optional<ProcessStat> stat = parse_process_stat(*text);
    if (!stat) return board.missing("process.self: /proc/self/stat", "it is not of the known form");
    std::optional<double> ticks = cpu_.next(now, stat->cpu_ticks);
    double ticks_per_s = static_cast<double>(sysconf(_SC_CLK_TCK));
    if (ticks) board.set(board.series("process.self.cpu", "cores", kSource), *ticks / ticks_per_s);
    std::optional<double> faults = faults_.next(now, stat->faults);
    if (faults) board.set(board.series("process.self.faults", "1/s", kSource), *faults);
    board.set(board.series("process.self.threads", "threads", kSource),
              static_cast<double>(stat->threads));
    double page = static_cast<double>(sysconf(_SC_PAGESIZE));
    board.set(board.series("process.self.resident", "bytes", kSource),
              static_cast<double>(stat->resident_pages) * page);
    sample_switches(now, board);
  }

 private:
  // /proc tells them for one thread; getrusage for all, but of the live process alone.
  void sample_switches(Nanos now, Board& board) {
    rusage usage{};
    if (!live_ || getrusage(RUSAGE_SELF, &usage) != 0) {
      return board.missing("process.self.switches", "getrusage answers for the live process alone");
    }
    std::optional<double> waits = voluntary_.next(now, static_cast<std::uint64_t>(usage.ru_nvcsw));
    std::optional<double> forced = forced_.next(now, static_cast<std::uint64_t>(usage.ru_nivcsw));
    if (waits)
      board.set(board.series("process.self.switches.voluntary", "1/s", "getrusage(2)"), *waits);
    if (forced)
      board.set(board.series("process.self.switches.forced", "1/s", "getrusage(2)"), *forced);
  }

  bool live_;
  ProcFile file_;
  Rate cpu_, faults_, voluntary_, forced_;
};

}  // namespace

SamplerPtr self_sampler(const fs::path& root) { return std::make_unique<SelfSampler>(root); }

}  // namespace lynxbench::telemetry
