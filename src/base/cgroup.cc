#include "base/cgroup.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace lynxbench {
namespace {

// mountinfo writes a blank as \040, a backslash as \134.
std::string unescaped(std::string_view text) {
  auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool escape = text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) &&
                  octal(text[i + 2]) && octal(text[i + 3]);
    if (escape) {
      int value = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
      plain += static_cast<char>(value);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

bool lists(std::string_view comma_separated, const std::string& word) {
  std::vector<std::string> words = split(comma_separated, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The process's path in the hierarchy: the v1 line that lists `controller`, or the v2 line "0::".
std::optional<std::string> path_in_hierarchy(std::string_view text, int version,
                                             const std::string& controller) {
  for (const std::string& line : split(text, '\n')) {
    std::size_t first = line.find(':');
    std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    std::string controllers = line.substr(first + 1, second - first - 1);
    bool fits = version == 2 ? line.starts_with("0::") : lists(controllers, controller);
    if (fits) return line.substr(second + 1);
  }
  return std::nullopt;
}

// Without a cgroup namespace a container's path starts with the root of its mount; with one, both
// start at "/". A path that leads outside of the mount cannot be followed: the mount it is.
fs::path own_folder(const fs::path& tree_root, const Mount& mount, const std::string& path) {
  fs::path point = tree_root / fs::path(mount.point).relative_path();
  std::string below = path;
  if (mount.root != "/" && below.starts_with(mount.root)) below = below.substr(mount.root.size());
  bool outside = below.find("..") != std::string::npos;
  fs::path folder = outside ? point : point / fs::path(below).relative_path();
  std::error_code ignored;
  return fs::is_directory(folder, ignored) ? folder.lexically_normal() : point;
}

}  // namespace

std::vector<Mount> parse_mountinfo(std::string_view text) {
  std::vector<Mount> mounts;
  for (const std::string& line : split(text, '\n')) {
    std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::vector<std::string> before = split(std::string_view(line).substr(0, dash), ' ');
    std::vector<std::string> after = split(std::string_view(line).substr(dash + 3), ' ');
    if (before.size() < 6 || after.size() < 3) continue;
    mounts.push_back({unescaped(before[3]), unescaped(before[4]), after[0], after[2]});
  }
  return mounts;
}

Result<Cgroup> find_cgroup(const fs::path& root, const std::string& process,
                           const std::string& controller) {
  fs::path folder = root / "proc" / process;
  std::string groups = TRY(read_file(folder / "cgroup"));
  std::vector<Mount> mounts = parse_mountinfo(TRY(read_file(folder / "mountinfo")));
  for (int version : {1, 2}) {
    for (const Mount& mount : mounts) {
      bool fits = version == 1 ? mount.type == "cgroup" && lists(mount.options, controller)
                               : mount.type == "cgroup2";
      if (!fits) continue;
      std::optional<std::string> path = path_in_hierarchy(groups, version, controller);
      if (!path) continue;
      fs::path point = root / fs::path(mount.point).relative_path();
      return Cgroup{version, point, own_folder(root, mount, *path)};
    }
  }
  return error(ErrorCode::kNotFound, "no control group tree with the controller \"{}\" is mounted",
               controller);
}

std::vector<fs::path> with_parents(const Cgroup& cgroup) {
  std::vector<fs::path> folders;
  fs::path at = cgroup.folder;
  while (true) {
    folders.push_back(at);
    if (at == cgroup.mount || !at.has_relative_path()) return folders;
    at = at.parent_path();
  }
}

}  // namespace lynxbench
