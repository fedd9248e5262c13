// Where a workload's model comes from: a file that was found, or bytes that were generated.
#pragma once

#include <cstdint>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "model/contract.h"
#include "target/embedded/ort/session.h"
#include "target/target.h"

namespace lynxbench::target {

struct ModelSource {
  std::string name;  // "ppocr-v4-rec"
  ort::ModelSource source;
  std::string sha256;
  std::uint64_t bytes = 0;
  std::int64_t length = 0;  // of the input: the contract's, or the model's default
};

// kUnavailable, with where it looked and what to do, when a file is missing; kInvalidArgument for a
// model name or size that cannot be.
[[nodiscard]] Result<ModelSource> find_model(const Workload& workload, const SearchPaths& paths);

}  // namespace lynxbench::target
