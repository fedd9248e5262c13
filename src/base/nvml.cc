#include "base/nvml.h"

#include <dlfcn.h>

#include <cstring>

namespace lynxbench {
namespace {

// As in nvml.h: nvmlMemory_t, nvmlUtilization_t, nvmlPciInfo_t.
struct RawMemory {
  unsigned long long total, free, used;
};
struct RawUtilization {
  unsigned gpu, memory;
};
struct RawPci {
  char legacy_address[16];
  unsigned domain, bus, device, device_id, subsystem_id;
  char address[32];
};
constexpr unsigned kTextSize = 96;  // NVML_DEVICE_NAME_V2_BUFFER_SIZE, the longest of all

}  // namespace

struct NvmlLibrary {
  void* handle = nullptr;
  bool initialised = false;

  NvmlLibrary() = default;
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;
  ~NvmlLibrary() {
    if (initialised) (void)call("nvmlShutdown");
    if (handle != nullptr) dlclose(handle);
  }

  // Calls `function` with exactly these argument types: they must be the prototype's.
  template <typename... Args>
  [[nodiscard]] Status call(const char* function, Args... args) const {
    using Function = int (*)(Args...);
    auto* address = reinterpret_cast<Function>(dlsym(handle, function));
    if (address == nullptr) {
      return error(ErrorCode::kUnavailable, "this driver's library has no {}", function);
    }
    int code = address(args...);
    if (code != 0) return error(ErrorCode::kUnavailable, "{}: {}", function, words_for(code));
    return ok_status();
  }

  [[nodiscard]] std::string words_for(int code) const {
    using Function = const char* (*)(int);
    auto* address = reinterpret_cast<Function>(dlsym(handle, "nvmlErrorString"));
    return address == nullptr ? fmt::format("error {}", code) : address(code);
  }

  [[nodiscard]] Result<unsigned> number(const char* function, void* device) const {
    unsigned value = 0;
    TRY_STATUS(call(function, device, &value));
    return value;
  }

  [[nodiscard]] Result<std::string> text(const char* function, void* device) const {
    char buffer[kTextSize] = {};
    TRY_STATUS(call(function, device, static_cast<char*>(buffer), kTextSize));
    return std::string(buffer);
  }

  // A mode that has a current and a pending value.
  [[nodiscard]] Result<bool> mode(const char* function, void* device) const {
    unsigned current = 0, pending = 0;
    TRY_STATUS(call(function, device, &current, &pending));
    return current != 0;
  }
};

Nvml::Nvml(std::shared_ptr<const NvmlLibrary> library) : library_(std::move(library)) {}

Result<Nvml> Nvml::open(const std::string& library) {
  auto loaded = std::make_shared<NvmlLibrary>();
  loaded->handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded->handle == nullptr) {
    const char* why = dlerror();
    return error(ErrorCode::kUnavailable, "{}",
                 why == nullptr ? library + " cannot be loaded" : why);
  }
  TRY_STATUS(loaded->call("nvmlInit_v2"));
  loaded->initialised = true;
  return Nvml(std::move(loaded));
}

Result<std::string> Nvml::driver_version() const {
  char buffer[kTextSize] = {};
  TRY_STATUS(library_->call("nvmlSystemGetDriverVersion", static_cast<char*>(buffer), kTextSize));
  return std::string(buffer);
}

Result<std::string> Nvml::cuda_version() const {
  int version = 0;  // 1000 x major + 10 x minor
  TRY_STATUS(library_->call("nvmlSystemGetCudaDriverVersion_v2", &version));
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

Result<unsigned> Nvml::count() const {
  unsigned count = 0;
  TRY_STATUS(library_->call("nvmlDeviceGetCount_v2", &count));
  return count;
}

Result<NvmlDevice> Nvml::device(unsigned index) const {
  void* handle = nullptr;
  TRY_STATUS(library_->call("nvmlDeviceGetHandleByIndex_v2", index, &handle));
  return NvmlDevice(library_, handle);
}

NvmlDevice::NvmlDevice(std::shared_ptr<const NvmlLibrary> library, void* handle)
    : library_(std::move(library)), handle_(handle) {}

Result<std::string> NvmlDevice::name() const {
  return library_->text("nvmlDeviceGetName", handle_);
}

Result<std::string> NvmlDevice::vbios() const {
  return library_->text("nvmlDeviceGetVbiosVersion", handle_);
}

Result<std::string> NvmlDevice::pci_address() const {
  RawPci pci{};
  TRY_STATUS(library_->call("nvmlDeviceGetPciInfo_v3", handle_, &pci));
  return std::string(pci.address, strnlen(pci.address, sizeof pci.address));
}

Result<std::string> NvmlDevice::compute_capability() const {
  int major = 0, minor = 0;
  TRY_STATUS(library_->call("nvmlDeviceGetCudaComputeCapability", handle_, &major, &minor));
  return fmt::format("{}.{}", major, minor);
}

Result<NvmlDevice::Memory> NvmlDevice::memory() const {
  RawMemory memory{};
  TRY_STATUS(library_->call("nvmlDeviceGetMemoryInfo", handle_, &memory));
  return Memory{memory.total, memory.used};
}

Result<NvmlDevice::PcieLink> NvmlDevice::pcie_now() const {
  return PcieLink{TRY(library_->number("nvmlDeviceGetCurrPcieLinkGeneration", handle_)),
                  TRY(library_->number("nvmlDeviceGetCurrPcieLinkWidth", handle_))};
}

Result<NvmlDevice::PcieLink> NvmlDevice::pcie_max() const {
  return PcieLink{TRY(library_->number("nvmlDeviceGetMaxPcieLinkGeneration", handle_)),
                  TRY(library_->number("nvmlDeviceGetMaxPcieLinkWidth", handle_))};
}

Result<bool> NvmlDevice::ecc() const { return library_->mode("nvmlDeviceGetEccMode", handle_); }

Result<bool> NvmlDevice::mig() const { return library_->mode("nvmlDeviceGetMigMode", handle_); }

Result<bool> NvmlDevice::persistence() const {
  return TRY(library_->number("nvmlDeviceGetPersistenceMode", handle_)) != 0;
}

Result<double> NvmlDevice::power_limit_watts() const {
  return TRY(library_->number("nvmlDeviceGetEnforcedPowerLimit", handle_)) / 1000.0;
}

Result<double> NvmlDevice::power_default_limit_watts() const {
  return TRY(library_->number("nvmlDeviceGetPowerManagementDefaultLimit", handle_)) / 1000.0;
}

Result<double> NvmlDevice::power_watts() const {
  return TRY(library_->number("nvmlDeviceGetPowerUsage", handle_)) / 1000.0;
}

Result<double> NvmlDevice::temperature_celsius() const {
  unsigned value = 0;
  constexpr int kGpuCore = 0;
  TRY_STATUS(library_->call("nvmlDeviceGetTemperature", handle_, kGpuCore, &value));
  return static_cast<double>(value);
}

Result<double> NvmlDevice::clock_hz(Clock clock) const {
  unsigned megahertz = 0;
  TRY_STATUS(
      library_->call("nvmlDeviceGetClockInfo", handle_, static_cast<int>(clock), &megahertz));
  return megahertz * 1e6;
}

Result<double> NvmlDevice::max_clock_hz(Clock clock) const {
  unsigned megahertz = 0;
  int type = static_cast<int>(clock);
  TRY_STATUS(library_->call("nvmlDeviceGetMaxClockInfo", handle_, type, &megahertz));
  return megahertz * 1e6;
}

Result<NvmlDevice::Utilization> NvmlDevice::utilization() const {
  RawUtilization raw{};
  TRY_STATUS(library_->call("nvmlDeviceGetUtilizationRates", handle_, &raw));
  return Utilization{raw.gpu, raw.memory};
}

Result<std::uint64_t> NvmlDevice::throttle_reasons() const {
  unsigned long long bits = 0;
  TRY_STATUS(library_->call("nvmlDeviceGetCurrentClocksThrottleReasons", handle_, &bits));
  return static_cast<std::uint64_t>(bits);
}

}  // namespace lynxbench
