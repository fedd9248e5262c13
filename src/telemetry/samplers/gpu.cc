// gpuN.*: NVIDIA GPUs through NVML. PCIe and NVLink traffic are left out: the library measures them
// over 20 ms while the caller waits.
#include "base/nvml.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

constexpr const char* kSource = "NVML";

class GpuSampler final : public Sampler {
 public:
  explicit GpuSampler(const std::string& library) : nvml_(Nvml::open(library)) {
    if (!nvml_.ok()) {
      problem_ = nvml_.error().message;
      return;
    }
    Result<unsigned> count = nvml_->count();
    if (!count.ok()) problem_ = count.error().message;
    if (count.ok() && *count == 0) problem_ = "the library knows of no GPU";
    for (unsigned i = 0; count.ok() && i < *count; ++i) {
      Result<NvmlDevice> device = nvml_->device(i);
      if (device.ok())
        devices_.push_back({"gpu" + std::to_string(i), *device});
      else
        problem_ = device.error().message;
    }
  }

  // The library itself renews most values five times a second at best.
  [[nodiscard]] Nanos least_period() const override { return Nanos{200'000'000}; }

  void sample(Nanos, Board& board) override {
    if (!problem_.empty()) board.missing("gpu", problem_);
    for (const Device& device : devices_) sample_device(device, board);
  }

 private:
  struct Device {
    std::string name;
    NvmlDevice gpu;
  };

  template <typename T, typename Value>
  static void add(Board& board, const std::string& name, const char* unit, const Result<T>& read,
                  Value value) {
    if (!read.ok()) return board.missing(name, read.error().message);
    board.set(board.series(name, unit, kSource), value(*read));
  }

  static void sample_device(const Device& device, Board& board) {
    const std::string& name = device.name;
    const NvmlDevice& gpu = device.gpu;
    auto same = [](double value) { return value; };
    Result<NvmlDevice::Utilization> use = gpu.utilization();
    add(board, name + ".utilization", "ratio", use,
        [](const auto& u) { return u.gpu_percent / 100.0; });
    add(board, name + ".memory_activity", "ratio", use,
        [](const auto& u) { return u.memory_percent / 100.0; });
    add(board, name + ".memory.used", "bytes", gpu.memory(),
        [](const auto& memory) { return static_cast<double>(memory.used_bytes); });
    add(board, name + ".power", "W", gpu.power_watts(), same);
    add(board, name + ".temperature", "celsius", gpu.temperature_celsius(), same);
    add(board, name + ".clock.sm", "Hz", gpu.clock_hz(NvmlDevice::Clock::kSm), same);
    add(board, name + ".clock.memory", "Hz", gpu.clock_hz(NvmlDevice::Clock::kMemory), same);
    add(board, name + ".throttle_reasons", "bits", gpu.throttle_reasons(),
        [](std::uint64_t bits) { return static_cast<double>(bits); });
  }

  Result<Nvml> nvml_;
  std::string problem_;
  std::vector<Device> devices_;
};

}  // namespace

SamplerPtr gpu_sampler(const std::string& library) { return std::make_unique<GpuSampler>(library); }

}  // namespace lynxbench::telemetry
