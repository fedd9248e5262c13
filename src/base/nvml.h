// NVIDIA's management library, loaded at run time: lynxbench builds and works without it.
//
//   Result<Nvml> nvml = Nvml::open();            // fails with the reason on a machine without a
//   GPU for (unsigned i = 0; i < TRY(nvml->count()); ++i) {
//     NvmlDevice gpu = TRY(nvml->device(i));
//     std::string name = TRY(gpu.name());        // "NVIDIA H200"
//   }
//
// Every call fails with kUnavailable, naming the function and the library's own words ("Not
// Supported"), or saying that this driver's library has no such function.
//
// Source of the prototypes: NVML API Reference Guide (NVIDIA), functions and structs of that name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace lynxbench {

struct NvmlLibrary;

// One GPU. Valid as long as any object made from the same Nvml lives.
class NvmlDevice {
 public:
  enum class Clock { kGraphics = 0, kSm = 1, kMemory = 2 };
  struct Memory {
    std::uint64_t total_bytes = 0;
    std::uint64_t used_bytes = 0;
  };
  struct PcieLink {
    unsigned generation = 0;
    unsigned width = 0;
  };
  struct Utilization {
    unsigned gpu_percent = 0;     // of the last sample period: a kernel ran
    unsigned memory_percent = 0;  // of the last sample period: device memory was read or written
  };

  [[nodiscard]] Result<std::string> name() const;
  [[nodiscard]] Result<std::string> vbios() const;
  [[nodiscard]] Result<std::string> pci_address() const;         // "00000000:3B:00.0"
  [[nodiscard]] Result<std::string> compute_capability() const;  // "9.0"
  [[nodiscard]] Result<Memory> memory() const;
  [[nodiscard]] Result<PcieLink> pcie_now() const;
  [[nodiscard]] Result<PcieLink> pcie_max() const;
  [[nodiscard]] Result<bool> ecc() const;
  [[nodiscard]] Result<bool> mig() const;
  [[nodiscard]] Result<bool> persistence() const;
  [[nodiscard]] Result<double> power_limit_watts() const;  // in force
  [[nodiscard]] Result<double> power_default_limit_watts() const;
  [[nodiscard]] Result<double> power_watts() const;
  [[nodiscard]] Result<double> temperature_celsius() const;
  [[nodiscard]] Result<double> clock_hz(Clock clock) const;
  [[nodiscard]] Result<double> max_clock_hz(Clock clock) const;
  [[nodiscard]] Result<Utilization> utilization() const;
  // Bits: 0x1 idle, 0x4 software power cap, 0x8 hardware slowdown, 0x20 software thermal, 0x40
  // hardware thermal, 0x80 power brake.
  [[nodiscard]] Result<std::uint64_t> throttle_reasons() const;

 private:
  friend class Nvml;
  NvmlDevice(std::shared_ptr<const NvmlLibrary> library, void* handle);
  std::shared_ptr<const NvmlLibrary> library_;
  void* handle_ = nullptr;
};

// The library, initialised; shut down with the last object made from it. Threads: any.
class Nvml {
 public:
  [[nodiscard]] static Result<Nvml> open(const std::string& library = "libnvidia-ml.so.1");

  [[nodiscard]] Result<std::string> driver_version() const;
  [[nodiscard]] Result<std::string> cuda_version() const;  // newest that the driver serves: "12.4"
  [[nodiscard]] Result<unsigned> count() const;
  [[nodiscard]] Result<NvmlDevice> device(unsigned index) const;

 private:
  explicit Nvml(std::shared_ptr<const NvmlLibrary> library);
  std::shared_ptr<const NvmlLibrary> library_;
};

}  // namespace lynxbench
