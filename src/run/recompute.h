// Derives all figures of a bundle again from its raw data and compares them, to the bit.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "model/figures.h"

namespace lynxbench::run {

struct Recomputed {
  Figures figures;
  std::size_t values = 0;                // compared: leaves of figures.json
  std::size_t added = 0;                 // leaves that the older version which sealed it did not know
  std::vector<std::string> differences;  // "/figures/capacity/value: sealed 41.5, recomputed 41.6"
};

// Does not look at the seal: `check` does. Fails when the raw data cannot be read.
[[nodiscard]] Result<Recomputed> recompute(const fs::path& folder);

}  // namespace lynxbench::run
