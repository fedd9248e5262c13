#include <algorithm>
#include <map>
#include <set>

#include "base/digest.h"
#include "bundle/bundle.h"
#include "bundle/layout.h"
#include "bundle/standing.h"

namespace lynxbench::bundle {
namespace {

using Problems = std::vector<std::string>;

void add(Problems& problems, std::string_view file, const std::string& what) {
  problems.push_back(fmt::format("{}: {}", file, what));
}

// A file that is there and listed: its kind, size and digest.
void check_file(const fs::path& folder, const ManifestEntry& entry, Problems& problems) {
  fs::path file = folder / entry.path;
  std::error_code problem;
  fs::file_status about = fs::symlink_status(file, problem);
  if (!fs::is_regular_file(about)) {
    return add(problems, entry.path,
               fs::is_symlink(about) ? "is a link; a bundle has none" : "is not a regular file");
  }
  std::uint64_t bytes = fs::file_size(file, problem);
  if (problem) return add(problems, entry.path, "cannot be read: " + problem.message());
  if (bytes != entry.bytes) {
    return add(problems, entry.path,
               fmt::format("has {} bytes, {} were sealed", bytes, entry.bytes));
  }
  Result<std::string> digest = sha256_file(file);
  if (!digest.ok()) return add(problems, entry.path, "cannot be read: " + digest.error().message);
  if (*digest != entry.sha256) {
    add(problems, entry.path,
        fmt::format("was changed: its SHA-256 is {}, {} was sealed", *digest, entry.sha256));
  }
}

// Files against the manifest, both ways.
void check_files(const fs::path& folder, const Manifest& manifest, Problems& problems) {
  Result<std::vector<std::string>> listed = list_files(folder);
  if (!listed.ok()) return problems.push_back(listed.error().text());
  std::set<std::string> present(listed->begin(), listed->end());
  std::set<std::string> named;
  for (const ManifestEntry& entry : manifest.files) {
    if (!is_plain_relative(entry.path) || entry.path == kManifestFile || entry.path == kSealFile) {
      add(problems, kManifestFile,
          fmt::format("lists \"{}\", which is no path of a file in the bundle", entry.path));
    } else if (!named.insert(entry.path).second) {
      add(problems, kManifestFile, fmt::format("lists {} twice", entry.path));
    } else if (present.count(entry.path) == 0) {
      add(problems, entry.path, "is missing");
    } else {
      check_file(folder, entry, problems);
    }
  }
  for (const std::string& path : present) {
    if (path == kManifestFile || path == kSealFile || named.count(path) != 0) continue;
    add(problems, path, "is not in the manifest");
  }
}

void check_required(const Manifest& manifest, Problems& problems) {
  for (std::string_view name : kRequiredFiles) {
    bool found = std::any_of(manifest.files.begin(), manifest.files.end(),
                             [&](const ManifestEntry& entry) { return entry.path == name; });
    if (!found)
      add(problems, kManifestFile, fmt::format("says complete and does not list {}", name));
  }
}

Status require_folder(const fs::path& folder) {
  std::error_code problem;
  if (fs::is_directory(folder, problem)) return ok_status();
  return Error{ErrorCode::kNotFound, "there is no bundle: not a folder", folder.string()};
}

}  // namespace

Result<CheckResult> check(const fs::path& folder) {
  TRY_STATUS(require_folder(folder));
  Standing standing = standing_of(folder);
  CheckResult result;
  result.problems = std::move(standing.problems);
  if (standing.manifest) {
    check_files(folder, *standing.manifest, result.problems);
    if (standing.complete) check_required(*standing.manifest, result.problems);
  }
  result.intact = standing.sealed && result.problems.empty();
  result.complete = standing.complete;
  if (standing.sealed && !standing.complete) {
    add(result.problems, kManifestFile, "the run did not end as planned: " + standing.reason);
  }
  result.manifest = std::move(standing.manifest);
  return result;
}

Result<std::string> digest(const fs::path& folder) {
  TRY_STATUS(require_folder(folder));
  return sha256_hex(TRY(read_regular(folder / kManifestFile)));
}

}  // namespace lynxbench::bundle
