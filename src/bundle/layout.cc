#include "bundle/layout.h"

namespace lynxbench::bundle {

bool is_plain_relative(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) return false;
  fs::path as_path(path);
  if (as_path.is_absolute() || path.back() == '/') return false;
  for (const fs::path& part : as_path) {
    if (part == ".." || part == ".") return false;
  }
  return as_path.lexically_normal().string() == path;
}

std::string seal_text(const std::string& manifest_sha256) {
  return "sha256:" + manifest_sha256 + "\n";
}

Result<std::string> read_regular(const fs::path& path, std::size_t limit_bytes) {
  std::error_code problem;
  fs::file_status about = fs::symlink_status(path, problem);
  if (about.type() == fs::file_type::not_found) {
    return Error{ErrorCode::kNotFound, "is missing", path.string()};
  }
  if (!fs::is_regular_file(about)) {
    return Error{ErrorCode::kInvalidInput, "is not a regular file", path.string()};
  }
  return read_file(path, limit_bytes);
}

bool is_there(const fs::path& path) {
  std::error_code problem;
  return fs::exists(fs::symlink_status(path, problem));
}

}  // namespace lynxbench::bundle
