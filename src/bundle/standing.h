// What a bundle's manifest and seal say of it, without looking at the other files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "model/bundle.h"

namespace lynxbench::bundle {

struct Standing {
  std::optional<Manifest> manifest;   // as far as it can be read
  std::string manifest_sha256;        // "" when there is none
  bool sealed = false;                // SEAL is the digest of this manifest
  bool complete = false;              // sealed, and the run ended as planned
  std::string reason;                 // why not complete
  std::vector<std::string> problems;  // with manifest and seal; each names its file
};

// Never fails: what cannot be read is a problem.
[[nodiscard]] Standing standing_of(const fs::path& folder);

}  // namespace lynxbench::bundle
