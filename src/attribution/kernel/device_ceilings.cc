#include "attribution/kernel/device_ceilings.h"

#include <array>

namespace lynxbench::attribution {
namespace {

constexpr std::array<std::string_view, 6> kPrecisionNames{"fp64", "fp32", "tf32", "bf16", "fp8", "int8"};

// Dense figures of the makers' data sheets, in TFLOP/s, TB/s and GB/s; 0: none that was found. fp64 and fp32
// without matrix units; bf16, fp16 and fp8 with sums in fp32, which of GeForce cards is half the rate.
struct Sheet {
  std::string_view match;  // as a word of the device's name
  double fp64;
  double fp32;
  double tf32;
  double bf16;
  double fp8;
  double terabytes_per_s;
  double link_gigabytes_per_s;  // PCIe x16 of its generation, or what else joins it to the host
  std::string_view document = "";  // whose figures they are
};
constexpr std::string_view kAmpere = "NVIDIA Ampere GA102 and RTX Blackwell architecture white papers";
constexpr std::string_view kAda = "NVIDIA Ada GPU Architecture white paper 2.02, appendix A, table 2";
constexpr std::string_view kRtxBlackwell = "NVIDIA RTX Blackwell GPU Architecture white paper, table 3";
constexpr std::string_view kCdna4 = "ROCm documentation, MI350 Series microarchitecture, performance";
constexpr std::array kSheets{
    Sheet{"B300", 0, 0, 0, 2250, 4500, 8.0, 0, "NVIDIA HGX B300 specifications, an eighth, without sparsity"},
    Sheet{"GB200", 0, 0, 0, 2500, 5000, 8.0, 0, "NVIDIA GB200 NVL72 data sheet, for a GPU, without sparsity"},
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
    Sheet{"NVIDIA A10", 0, 31.2, 62.5, 125, 0, 0.6, 32, "NVIDIA A10 data sheet"},
    Sheet{"Tesla T4", 0.25, 8.1, 0, 65, 0, 0.32, 16},
    Sheet{"GeForce RTX 5090", 0, 0, 0, 209.5, 419, 1.792, 64, kRtxBlackwell},
    Sheet{"GeForce RTX 4090", 0, 82.6, 0, 165.2, 330.3, 1.008, 32, kAda},
    Sheet{"GeForce RTX 3090", 0, 35.6, 35.6, 71.2, 0, 0.936, 32, kAmpere},
    Sheet{"GP100", 5.2, 10.3, 0, 20.7, 0, 0.717, 16},
    Sheet{"MI355X", 78.6, 157.3, 0, 2500, 5000, 8.0, 64, kCdna4},
    Sheet{"MI350X", 72.1, 144.2, 0, 2300, 4600, 8.0, 64, kCdna4},
    Sheet{"MI325X", 81.7, 163.4, 653.7, 1307.4, 2614.9, 6.0, 64},
    Sheet{"MI300X", 81.7, 163.4, 653.7, 1307.4, 2614.9, 5.3, 64},
    Sheet{"MI250X", 23.95, 23.95, 0, 191.5, 0, 1.6384, 32},  // one of its two dies, which is a device
    Sheet{"MI250", 22.6, 22.6, 0, 181, 0, 1.6384, 32},
    Sheet{"MI210", 22.6, 22.6, 0, 181, 0, 1.6384, 32},
};

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Whether `name` has `words` with no letter or digit at either end: an A100 is no A10, a GH200 no H200. And
// a GeForce must end there: its Laptop, Ti, D and SUPER are other devices.
bool names(std::string_view name, std::string_view words) {
  for (std::size_t at = name.find(words); at != std::string_view::npos;
       at = name.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    const bool begins = at == 0 || !is_word(name[at - 1]);
    const bool ends = end == name.size() || (!is_word(name[end]) && !words.starts_with("GeForce"));
    if (begins && ends) return true;
  }
  return false;
}

std::string source_of(const Sheet& sheet) {
  const std::string source = "maker's data sheet, dense: nominal, not measured";
  return sheet.document.empty() ? source : source + " (" + std::string(sheet.document) + ")";
}

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
    if (!names(device_name, sheet.match)) continue;
    DeviceCeilings ceilings;
    ceilings.match = sheet.match;
    ceilings.source = source_of(sheet);
    ceilings.bytes_per_s = sheet.terabytes_per_s * kTera;
    if (sheet.link_gigabytes_per_s > 0) {
      ceilings.link_bytes_per_s = sheet.link_gigabytes_per_s * 1e9;
    }
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
