// accelerator, system and framework layers: GPUs, their driver, and the four CUDA versions, which
// differ from each other more often than not: the driver's, the toolkit's, the one that the
// framework brought along, and the compute capability.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/nvml.h"
#include "base/text.h"
#include "executor/families.h"
#include "executor/pci.h"
#include "executor/process_maps.h"

namespace lynxbench::executor {
namespace {

constexpr const char* kNvml = "NVML (libnvidia-ml.so.1)";
constexpr const char* kDriverFile = "/proc/driver/nvidia/version";

// Why there is no GPU to speak of, as far as the PCI bus tells.
std::string why_no_gpu(const Tree& tree, const std::string& nvml_problem) {
  std::vector<PciDevice> devices = pci_devices(tree);
  if (devices.empty()) return "no PCI device is listed in /sys/bus/pci, and " + nvml_problem;
  for (const PciDevice& device : devices) {
    if (device.is_nvidia_gpu()) {
      return fmt::format(
          "an NVIDIA GPU is on the PCI bus at {}, but its driver's library did not "
          "answer: {}",
          device.address, nvml_problem);
    }
    if (device.is_display() && device.vendor == "1002") {
      return fmt::format("an AMD GPU is on the PCI bus at {}; only NVIDIA's are asked",
                         device.address);
    }
  }
  return "no NVIDIA or AMD GPU on the PCI bus, and " + nvml_problem;
}

// A fact from a call that may fail. `show` turns the call's value into text.
template <typename T, typename Show>
Fact from_call(std::string name, const Result<T>& value, Show show) {
  if (!value.ok()) return unknown(std::move(name), kNvml, value.error().message);
  return measured(std::move(name), show(*value), kNvml);
}

std::string as_is(const std::string& text) { return text; }
std::string on_off(bool on) { return on ? "on" : "off"; }
std::string watts(double value) { return fmt::format("{} W", value); }
std::string megahertz(double hz) { return fmt::format("{:.0f} MHz", hz / 1e6); }
std::string link(const NvmlDevice::PcieLink& l) {
  return fmt::format("generation {} x{}", l.generation, l.width);
}
std::string total_memory(const NvmlDevice::Memory& memory) {
  return fmt::format("{} bytes", memory.total_bytes);
}

std::vector<Fact> facts_of(const NvmlDevice& gpu, const std::string& name) {
  using Clock = NvmlDevice::Clock;
  return {from_call(name + ".name", gpu.name(), as_is),
          from_call(name + ".memory", gpu.memory(), total_memory),
          from_call(name + ".compute_capability", gpu.compute_capability(), as_is),
          from_call(name + ".vbios", gpu.vbios(), as_is),
          from_call(name + ".pci_address", gpu.pci_address(), as_is),
          from_call(name + ".link.max", gpu.pcie_max(), link),
          passing(from_call(name + ".link.now", gpu.pcie_now(), link)),
          from_call(name + ".ecc", gpu.ecc(), on_off),
          from_call(name + ".mig", gpu.mig(), on_off),
          from_call(name + ".persistence", gpu.persistence(), on_off),
          from_call(name + ".power_limit", gpu.power_limit_watts(), watts),
          from_call(name + ".power_limit.default", gpu.power_default_limit_watts(), watts),
          from_call(name + ".clock.sm.max", gpu.max_clock_hz(Clock::kSm), megahertz),
          from_call(name + ".clock.memory.max", gpu.max_clock_hz(Clock::kMemory), megahertz),
          passing(from_call(name + ".temperature", gpu.temperature_celsius(),
                            [](double celsius) { return fmt::format("{} °C", celsius); }))};
}

Findings devices(const Tree& tree, const Result<Nvml>& nvml) {
  Findings found{Layer::kAccelerator, {}};
  Result<unsigned> count = nvml.ok() ? nvml->count() : Result<unsigned>(nvml.error());
  if (!count.ok()) {
    std::string reason = why_no_gpu(tree, count.error().message);
    found.facts = {unknown("gpu", kNvml, reason),
                   unknown("cuda.compute_capability", kNvml, reason)};
    return found;
  }
  found.facts.push_back(measured("gpu", fmt::format("{} NVIDIA", *count), kNvml));
  std::vector<std::string> capabilities;
  for (unsigned i = 0; i < *count; ++i) {
    std::string name = fmt::format("gpu{}", i);
    Result<NvmlDevice> gpu = nvml->device(i);
    if (!gpu.ok()) {
      found.facts.push_back(unknown(name + ".name", kNvml, gpu.error().message));
      continue;
    }
    for (Fact& fact : facts_of(*gpu, name)) found.facts.push_back(std::move(fact));
    if (auto capability = gpu->compute_capability(); capability.ok()) {
      capabilities.push_back(*capability);
    }
  }
  found.facts.push_back(
      capabilities.empty()
          ? unknown("cuda.compute_capability", kNvml, "no GPU told its compute capability")
          : measured("cuda.compute_capability", distinct(capabilities), kNvml));
  return found;
}

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue ..." -> "550.54.15"
std::string version_word(std::string_view text) {
  for (const std::string& word : split(text.substr(0, text.find('\n')), ' ')) {
    bool version = word.find('.') != std::string::npos && word[0] >= '0' && word[0] <= '9' &&
                   word.find_first_not_of("0123456789.") == std::string::npos;
    if (version) return word;
  }
  return "";
}

Fact driver(const Tree& tree, const Result<Nvml>& nvml) {
  Result<std::string> version =
      nvml.ok() ? nvml->driver_version() : Result<std::string>(nvml.error());
  if (version.ok()) return measured("gpu.driver", *version, kNvml);
  Result<std::string> text = tree.text(kDriverFile);
  std::string in_file = text.ok() ? version_word(*text) : "";
  if (!in_file.empty()) return measured("gpu.driver", in_file, kDriverFile);
  return unknown("gpu.driver", kNvml, why_no_gpu(tree, version.error().message));
}

Fact driver_cuda(const Tree& tree, const Result<Nvml>& nvml) {
  Result<std::string> version =
      nvml.ok() ? nvml->cuda_version() : Result<std::string>(nvml.error());
  if (version.ok()) return measured("cuda.driver", *version, kNvml);
  return unknown("cuda.driver", kNvml, why_no_gpu(tree, version.error().message));
}

std::string version_in_json(const std::string& text) {
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return "";
  Json cuda = document.value("cuda", Json::object());
  Json version = cuda.is_object() ? cuda.value("version", Json()) : Json();
  return version.is_string() ? version.get<std::string>() : "";
}

// The toolkit that a compiler would use: /usr/local/cuda, else Debian's.
Fact toolkit(const Tree& tree) {
  const std::string json = "/usr/local/cuda/version.json";
  if (Result<std::string> text = tree.text(json); text.ok()) {
    if (std::string version = version_in_json(*text); !version.empty()) {
      return measured("cuda.toolkit", version, json);
    }
  }
  for (const char* path : {"/usr/local/cuda/version.txt", "/usr/lib/cuda/version.txt"}) {
    Result<std::string> text = tree.text(path);
    std::string version = text.ok() ? version_word(*text) : "";
    if (!version.empty()) return measured("cuda.toolkit", version, path);
  }
  return unknown("cuda.toolkit", json, "no toolkit at /usr/local/cuda or /usr/lib/cuda");
}

// The CUDA runtime that the serving process has really mapped.
Fact bundled(const Tree& tree) {
  std::string source = tree.named("/proc/@/maps");
  Result<std::string> maps = tree.text("/proc/@/maps");
  if (!maps.ok()) return unknown("cuda.framework", source, maps.error().message);
  std::vector<std::string> versions;
  for (const MappedFile& file : parse_executable_maps(*maps)) {
    std::string name = fs::path(file.path).filename().string();
    if (!name.starts_with("libcudart")) continue;
    std::string version = version_in_name(name);
    versions.push_back(version.empty() ? name : version);
  }
  if (versions.empty()) {
    return unknown("cuda.framework", source, "the serving process has no libcudart mapped");
  }
  return measured("cuda.framework", distinct(versions), source);
}

}  // namespace

Result<Nvml> nvml_of(const Tree& tree) {
  if (tree.live()) return Nvml::open();
  return error(ErrorCode::kUnavailable,
               "NVML answers for the live machine, not for a recorded tree");
}

std::vector<Findings> gpu_facts(const Tree& tree, const Result<Nvml>& nvml) {
  return {devices(tree, nvml),
          {Layer::kSystem, {driver(tree, nvml), driver_cuda(tree, nvml), toolkit(tree)}},
          {Layer::kFramework, {bundled(tree)}}};
}

}  // namespace lynxbench::executor
