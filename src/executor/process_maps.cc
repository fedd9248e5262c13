#include "executor/process_maps.h"

#include <algorithm>

#include "base/text.h"

namespace lynxbench::executor {
namespace {

// maps writes a line end in a file name as \012; all else as it is.
std::string unescaped(std::string_view path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path.substr(i, 4) == "\\012") {
      plain += '\n';
      i += 3;
    } else {
      plain += path[i];
    }
  }
  return plain;
}

bool only_version(std::string_view text) {
  bool digits = std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && std::all_of(text.begin(), text.end(),
                               [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

}  // namespace

std::vector<MappedFile> parse_executable_maps(std::string_view text) {
  constexpr std::string_view kDeleted = " (deleted)";
  std::vector<MappedFile> files;
  for (const std::string& line : split(text, '\n')) {
    // address permissions offset device inode      path
    std::size_t slash = line.find('/');
    std::size_t blank = line.find(' ');
    if (slash == std::string::npos || blank == std::string::npos || slash < blank + 6) continue;
    if (line[blank + 3] != 'x') continue;
    std::string_view path = std::string_view(line).substr(slash);
    bool deleted = path.ends_with(kDeleted);
    if (deleted) path.remove_suffix(kDeleted.size());
    files.push_back({unescaped(path), deleted});
  }
  auto before = [](const MappedFile& a, const MappedFile& b) {
    return a.path != b.path ? a.path < b.path : a.deleted < b.deleted;
  };
  auto same = [](const MappedFile& a, const MappedFile& b) {
    return a.path == b.path && a.deleted == b.deleted;
  };
  std::sort(files.begin(), files.end(), before);
  files.erase(std::unique(files.begin(), files.end(), same), files.end());
  return files;
}

std::string version_in_name(std::string_view file_name) {
  std::size_t so = file_name.find(".so");
  if (so == std::string_view::npos) return "";
  std::string_view after = file_name.substr(so + 3);
  if (after.starts_with('.') && only_version(after.substr(1))) return std::string(after.substr(1));
  std::string_view stem = file_name.substr(0, so);
  std::size_t dash = stem.rfind('-');
  if (dash == std::string_view::npos || !only_version(stem.substr(dash + 1))) return "";
  return std::string(stem.substr(dash + 1));
}

}  // namespace lynxbench::executor
