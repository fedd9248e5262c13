// cpuN.frequency: from cpufreq, else from /proc/cpuinfo (in a virtual machine often a constant).
#include <algorithm>

#include "telemetry/proc_file.h"
#include "telemetry/proc_text.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

class FrequencySampler final : public Sampler {
 public:
  explicit FrequencySampler(const fs::path& root) : cpuinfo_(root / "proc/cpuinfo") {
    const fs::path folder = root / "sys/devices/system/cpu";
    std::error_code ignored;
    for (std::size_t cpu = 0; fs::exists(folder / ("cpu" + std::to_string(cpu)), ignored); ++cpu) {
      std::string name = "cpu" + std::to_string(cpu);
      fs::path file = folder / name / "cpufreq/scaling_cur_freq";
      if (fs::exists(file, ignored)) processors_.push_back({name, ProcFile(file)});
    }
  }

  // Reading may wake a processor up to ask it.
  [[nodiscard]] Nanos least_period() const override { return Nanos{200'000'000}; }

  void sample(Nanos, Board& board) override {
    if (processors_.empty()) return sample_cpuinfo(board);
    for (Processor& processor : processors_) {
      Result<std::string_view> text = processor.file.read();
      std::optional<std::int64_t> kilohertz = text.ok() ? parse_whole(*text) : std::nullopt;
      std::string source =
          "/sys/devices/system/cpu/" + processor.name + "/cpufreq/scaling_cur_freq";
      if (!kilohertz) {
        board.missing(processor.name + ".frequency: " + source,
                      text.ok() ? "it is not a number" : text.error().message);
        continue;
      }
      board.set(board.series(processor.name + ".frequency", "Hz", source),
                static_cast<double>(*kilohertz) * 1e3);
    }
  }

 private:
  struct Processor {
    std::string name;
    ProcFile file;
  };

  void sample_cpuinfo(Board& board) {
    Result<std::string_view> text = cpuinfo_.read();
    if (!text.ok())
      return board.missing("frequency: no cpufreq, and /proc/cpuinfo", text.error().message);
    std::vector<double> frequencies = parse_cpu_hz(*text);
    if (frequencies.empty()) {
      return board.missing("frequency: no cpufreq, and /proc/cpuinfo", "no line \"cpu MHz\"");
    }
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
      std::string name = "cpu" + std::to_string(i) + ".frequency";
      board.set(board.series(name, "Hz", "/proc/cpuinfo"), frequencies[i]);
    }
  }

  std::vector<Processor> processors_;
  ProcFile cpuinfo_;
};

}  // namespace

SamplerPtr frequency_sampler(const fs::path& root) {
  return std::make_unique<FrequencySampler>(root);
}

}  // namespace lynxbench::telemetry
