// Ceilings of devices and hosts from a file.
//
//   std::vector<attribution::DeviceCeilings> all = TRY(run::read_ceilings("ceilings.json"));
//
// Any of
//   {"devices": [{"match": "H100", "source": "measured by ...", "bytes_per_s": 3e12,
//                 "flops_per_s": {"bf16": 7e14, "fp32": 6e13}}]}
//   what `lynxbench ceilings --json` prints, and a bundle's ceilings.json (model/run.h, Ceilings)
//   what `lynxbench report --json` prints: its member "ceilings"
// The last two are of a host: medians of the repeats, for whatever its CPU executes ("match": "CPU").
#pragma once

#include <string>
#include <vector>

#include "attribution/kernel/device_ceilings.h"
#include "base/result.h"

namespace lynxbench::run {

// Fails with kInvalidInput, saying what is wrong.
[[nodiscard]] Result<std::vector<attribution::DeviceCeilings>> read_ceilings(
    const std::string& path);

}  // namespace lynxbench::run
