// A sealed result: a folder whose manifest names every file with its SHA-256.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/contract.h"
#include "model/executor.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench {

struct ManifestEntry {
  std::string path;  // relative to the bundle
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct Manifest {
  std::int64_t format = 1;
  std::string tool;            // "lynxbench 0.1.0"
  std::string tool_sha256;     // of the binary that measured
  std::string contract_digest;
  std::string executor_fingerprint;
  std::string created;         // UTC
  bool complete = false;
  std::string incomplete_reason;
  std::vector<ManifestEntry> files;  // sorted by path
};

// A bundle read back.
struct Bundle {
  Manifest manifest;
  std::string contract_yaml;  // as it was signed
  Contract contract;
  Executor executor;
  RunRecord run;
  Figures figures;  // as they were sealed
};

}  // namespace lynxbench
