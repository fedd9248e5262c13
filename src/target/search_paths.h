// default_search_paths() as a function of what it reads from outside.
#pragma once

#include <optional>
#include <string>

#include "base/files.h"
#include "target/target.h"

namespace lynxbench::target {

struct Surroundings {
  std::optional<std::string> runtime_variable;  // $LYNXBENCH_ONNXRUNTIME: a file, or its folder
  std::optional<std::string> models_variable;   // $LYNXBENCH_MODELS: a folder
  fs::path source_runtime;  // runtime/ of the source tree that this was built from
  fs::path program_folder;  // of the program; empty when unknown
};

[[nodiscard]] SearchPaths search_paths(const Surroundings& surroundings);

}  // namespace lynxbench::target
