#include "target/embedded/ort/library.h"

#include <dlfcn.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"

#if defined(__SANITIZE_ADDRESS__)
// The leak checker asks for this. ONNX Runtime 1.30 never frees 14 bytes of its environment, nor
// 152 of some sessions.
extern "C" const char* __lsan_default_suppressions();  // NOLINT: the checker's name
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libonnxruntime.so\n";
}  // NOLINT
#endif

namespace lynxbench::target::ort {
namespace {

constexpr const char* kRemedy =
    "run `npm ci --ignore-scripts` in runtime/, or set LYNXBENCH_ONNXRUNTIME to a "
    "libonnxruntime.so";

Error not_found(std::span<const fs::path> candidates) {
  std::vector<std::string> places;
  for (const fs::path& candidate : candidates) places.push_back(candidate.string());
  return error(ErrorCode::kUnavailable, "ONNX Runtime is not there: {}. Looked at {}", kRemedy,
               places.empty() ? "no place at all" : joined(places, "and"));
}

using GetApiBase = const OrtApiBase*(ORT_API_CALL*)();

Result<const OrtApiBase*> open_library(const fs::path& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    return error(ErrorCode::kInvalidInput, "{} cannot be loaded: {}; {}", path.string(), dlerror(),
                 kRemedy);
  }
  auto entry = reinterpret_cast<GetApiBase>(dlsym(handle, "OrtGetApiBase"));
  if (entry == nullptr) {
    return error(ErrorCode::kInvalidInput, "{} is not ONNX Runtime: it has no OrtGetApiBase; {}",
                 path.string(), kRemedy);
  }
  return entry();
}

// The interface that a library of this version offers: release 1.N has interface N.
std::uint32_t minor_of(const std::string& version) {
  const std::vector<std::string> parts = split(version, '.');
  std::uint32_t minor = 0;
  if (parts.size() < 2 || parts[0] != "1") return 0;
  std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), minor);
  return minor;
}

}  // namespace

Result<std::unique_ptr<const Library>> Library::load(std::span<const fs::path> candidates) {
  const fs::path* chosen = nullptr;
  for (const fs::path& candidate : candidates) {
    std::error_code problem;
    if (chosen == nullptr && fs::exists(candidate, problem)) chosen = &candidate;
  }
  if (chosen == nullptr) return not_found(candidates);
  const OrtApiBase* base = TRY(open_library(*chosen));
  std::unique_ptr<Library> library(new Library);
  library->path_ = *chosen;
  library->version_ = base->GetVersionString();
  library->api_version_ = std::min<std::uint32_t>(ORT_API_VERSION, minor_of(library->version_));
  // A version that the library does not know would make it print a line.
  if (library->api_version_ >= kOldestApi) library->api_ = base->GetApi(library->api_version_);
  if (library->api_ != nullptr) return std::unique_ptr<const Library>(std::move(library));
  return error(ErrorCode::kUnavailable, "{} is ONNX Runtime {}; 1.{} or newer is needed: {}",
               chosen->string(), library->version_, kOldestApi, kRemedy);
}

Status Library::check(OrtStatus* status, const std::string& doing) const {
  if (status == nullptr) return ok_status();
  Error failure = error(ErrorCode::kInvalidInput, "ONNX Runtime {}: {}: {}", version_, doing,
                        api_->GetErrorMessage(status));
  api_->ReleaseStatus(status);
  return failure;
}

}  // namespace lynxbench::target::ort
