// ONNX Runtime's shared library, found and loaded at run time through its C interface.
//
//   auto library = TRY(ort::Library::load(paths.runtime_libraries));
//   library->version();                       // "1.30.0"
//   TRY_STATUS(library->check(library->api().CreateEnv(...)));
//
// The library stays loaded until the process ends: it keeps thread-local state that must not lose
// its code.
#pragma once

#include <onnxruntime_c_api.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/files.h"
#include "base/result.h"

namespace lynxbench::target::ort {

// A pointer that the C interface handed out, with the function that gives it back.
template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

// The oldest interface that has all that is used here but profiles of single runs.
inline constexpr std::uint32_t kOldestApi = 17;
// RunOptionsEnableProfiling came with 1.25.
inline constexpr std::uint32_t kRunProfileApi = 25;

class Library {
 public:
  // Loads the first of `candidates` that exists. kUnavailable, with all places and what to do, when
  // none exists or it is too old; kInvalidInput when the file is not such a library.
  [[nodiscard]] static Result<std::unique_ptr<const Library>> load(
      std::span<const fs::path> candidates);

  // Only the members of interface `api_version()` may be called.
  [[nodiscard]] const OrtApi& api() const { return *api_; }
  [[nodiscard]] std::uint32_t api_version() const { return api_version_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] std::string build() const { return api_->GetBuildInfoString(); }
  [[nodiscard]] const fs::path& path() const { return path_; }

  // The library's answer as ours: kInvalidInput with its own words, after `doing`.
  [[nodiscard]] Status check(OrtStatus* status, const std::string& doing) const;

 private:
  Library() = default;
  const OrtApi* api_ = nullptr;
  std::uint32_t api_version_ = 0;
  std::string version_;
  fs::path path_;
};

}  // namespace lynxbench::target::ort
