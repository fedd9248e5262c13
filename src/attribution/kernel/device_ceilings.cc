#include "attribution/kernel/device_ceilings.h"

#include <array>

namespace lynxbench::attribution {
namespace {

constexpr std::array<std::string_view, 5> kPrecisionNames{"fp64", "fp32", "tf32", "bf16", "fp8"};

// Dense figures of the makers' data sheets, in TFLOP/s, TB/s and GB/s; 0: none. A name is looked for in this
// order, the longer before those that are part of them. fp64 and fp32 without matrix units.
struct Sheet {
  std::string_view match;
  double fp64;
  double fp32;
  double tf32;
  double bf16;
  double fp8;
  double terabytes_per_s;
  double link_gigabytes_per_s;  // PCIe x16 of its generation, or what else joins it to the host
};
constexpr std::array kSheets{
    Sheet{"B200", 37, 75, 1100, 2250, 4500, 8.0, 64},
    Sheet{"H200", 34, 67, 494.7, 989.4, 1978.9, 4.8, 64},
    Sheet{"H100 PCIe", 26, 51, 378, 756, 1513, 2.0, 64},
    Sheet{"H100 NVL", 30, 60, 417.5, 835.5, 1670.5, 3.9, 64},
    Sheet{"H100", 34, 67, 494.7, 989.4, 1978.9, 3.35, 64},
    Sheet{"H800", 1, 67, 494.7, 989.4, 1978.9, 3.35, 64},
    Sheet{"A100-SXM4-80GB", 9.7, 19.5, 156, 312, 0, 2.039, 32},
    Sheet{"A100 80GB PCIe", 9.7, 19.5, 156, 312, 0, 1.935, 32},
    Sheet{"A100-SXM4-40GB", 9.7, 19.5, 156, 312, 0, 1.555, 32},
    Sheet{"A100-PCIE-40GB", 9.7, 19.5, 156, 312, 0, 1.555, 32},
    Sheet{"A100-PG509-200", 9.7, 19.5, 156, 312, 0, 1.555, 32},
    Sheet{"V100-SXM2", 7.8, 15.7, 0, 125, 0, 0.9, 16},
    Sheet{"V100-DGXS", 7.8, 15.7, 0, 125, 0, 0.9, 16},
    Sheet{"V100-PCIE", 7.0, 14.0, 0, 112, 0, 0.9, 16},
    Sheet{"L40S", 1.4, 91.6, 183, 362, 733, 0.864, 32},
    Sheet{"NVIDIA L4", 0.5, 30.3, 60, 121, 242.5, 0.3, 32},
    Sheet{"Tesla T4", 0.25, 8.1, 0, 65, 0, 0.32, 16},
    Sheet{"GP100", 5.2, 10.3, 0, 20.7, 0, 0.717, 16},
    Sheet{"MI325X", 81.7, 163.4, 653.7, 1307.4, 2614.9, 6.0, 64},
    Sheet{"MI300X", 81.7, 163.4, 653.7, 1307.4, 2614.9, 5.3, 64},
    Sheet{"MI250X", 23.95, 23.95, 0, 191.5, 0, 1.6384, 32},  // one of its two dies, which is a device
    Sheet{"MI250", 22.6, 22.6, 0, 181, 0, 1.6384, 32},
    Sheet{"MI210", 22.6, 22.6, 0, 181, 0, 1.6384, 32},
};

}  // namespace

std::string_view name_of(Precision precision) {
  return kPrecisionNames[static_cast<std::size_t>(precision)];
}

std::optional<Precision> precision_named(std::string_view name) {
  if (name == "fp16") return Precision::kBf16;
  for (std::size_t i = 0; i < kPrecisionNames.size(); ++i) {
    if (kPrecisionNames[i] == name) return static_cast<Precision>(i);
  }
  return std::nullopt;
}

std::optional<DeviceCeilings> data_sheet(std::string_view device_name) {
  constexpr double kTera = 1e12;
  for (const Sheet& sheet : kSheets) {
    if (device_name.find(sheet.match) == std::string_view::npos) continue;
    DeviceCeilings ceilings;
    ceilings.match = sheet.match;
    ceilings.source = "maker's data sheet, dense: nominal, not measured";
    ceilings.bytes_per_s = sheet.terabytes_per_s * kTera;
    ceilings.link_bytes_per_s = sheet.link_gigabytes_per_s * 1e9;
    const std::array values{sheet.fp64, sheet.fp32, sheet.tf32, sheet.bf16, sheet.fp8};
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] > 0) ceilings.flops_per_s[static_cast<Precision>(i)] = values[i] * kTera;
    }
    return ceilings;
  }
  return std::nullopt;
}

std::optional<DeviceCeilings> ceilings_of(const TraceDevice& device,
                                          const std::vector<DeviceCeilings>& given) {
  for (const DeviceCeilings& one : given) {
    if (device.name.find(one.match) != std::string::npos) return one;
  }
  std::optional<DeviceCeilings> sheet = data_sheet(device.name);
  if (sheet || !device.memory_bandwidth_bytes_per_s) return sheet;
  DeviceCeilings from_file;
  from_file.match = device.name;
  from_file.source = "memory bandwidth as the trace has it; no ceiling of computing is known";
  from_file.bytes_per_s = device.memory_bandwidth_bytes_per_s;
  return from_file;
}

}  // namespace lynxbench::attribution
