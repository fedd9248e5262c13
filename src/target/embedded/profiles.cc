#include "target/embedded/profiles.h"

#include <map>
#include <utility>

namespace lynxbench::target {
namespace {

// The runtime adds "_DATE_TIME.json" to the prefix: the files of `folder` by prefix.
std::map<fs::path, fs::path> files_by_prefix(const fs::path& folder) {
  std::map<fs::path, fs::path> found;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, problem)) {
    const std::string name = entry.path().filename().string();
    const std::size_t end = name.find('_');
    if (end != std::string::npos) found[folder / name.substr(0, end)] = entry.path();
  }
  return found;
}

}  // namespace

Status Profiles::start(std::int64_t every, const fs::path& folder) {
  if (every < 0)
    return error(ErrorCode::kInvalidArgument, "one batch in {} cannot be profiled", every);
  if (every > 0) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem) {
      return error(ErrorCode::kUnavailable, "{}: no folder for profiles: {}", folder.string(),
                   problem.message());
    }
  }
  const std::lock_guard lock(mutex_);
  every_ = every;
  until_next_ = 0;
  folder_ = folder;
  tag_ = clock_.now().count();
  return ok_status();
}

std::optional<fs::path> Profiles::prefix_for(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  if (every_ == 0) return std::nullopt;
  if (until_next_ > 0) {
    --until_next_;
    return std::nullopt;
  }
  until_next_ = every_ - 1;
  return folder_ / fmt::format("batch-{}-{}", id, tag_);
}

void Profiles::written(std::uint64_t id, const fs::path& prefix) {
  const std::lock_guard lock(mutex_);
  written_.push_back({id, prefix});
}

std::vector<WrittenProfile> Profiles::take() {
  std::vector<WrittenProfile> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(written_);
  }
  std::map<fs::path, std::map<fs::path, fs::path>> listed;  // by folder
  for (WrittenProfile& profile : taken) {
    const fs::path folder = profile.file.parent_path();
    auto [entry, fresh] = listed.try_emplace(folder);
    if (fresh) entry->second = files_by_prefix(folder);
    const auto file = entry->second.find(profile.file);
    if (file != entry->second.end()) profile.file = file->second;
  }
  return taken;
}

}  // namespace lynxbench::target
