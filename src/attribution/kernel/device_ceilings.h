// The fastest that a device can go: what the roofline is drawn with. From its maker's data sheet by the
// device's name (dense, without sparsity; no kernel reaches it), from the trace file, or from the user,
// who may have measured it. The source goes with the figures.
//
//   std::optional<DeviceCeilings> h100 = data_sheet("NVIDIA H100 80GB HBM3");
//   h100->bytes_per_s;                        // 3.35e12
//   h100->flops_per_s.at(Precision::kBf16);   // 989.4e12
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/trace.h"

namespace lynxbench::attribution {

// kBf16: fp16 as well. kInt8: no data sheet here has it; the user's may.
enum class Precision { kFp64, kFp32, kTf32, kBf16, kFp8, kInt8 };
[[nodiscard]] std::string_view name_of(Precision precision);
[[nodiscard]] std::optional<Precision> precision_named(std::string_view name);

struct DeviceCeilings {
  // Part of the device's name that they are for; of a host, of who executes its operators: "CPU".
  std::string match;
  std::string source;  // "data sheet (dense)", "measured with ..."
  std::optional<double> bytes_per_s;       // of its own memory
  std::optional<double> link_bytes_per_s;  // between host and device, each way
  std::map<Precision, double> flops_per_s;
};

// Nothing for a device that is not in the table.
[[nodiscard]] std::optional<DeviceCeilings> data_sheet(std::string_view device_name);

// Of `given` (the user's) the first that matches the name, else the data sheet's; the file's own
// memory bandwidth where nothing better is known.
[[nodiscard]] std::optional<DeviceCeilings> ceilings_of(const TraceDevice& device,
                                                        const std::vector<DeviceCeilings>& given);

}  // namespace lynxbench::attribution
