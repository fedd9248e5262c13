// /proc/PID/maps as read: which files a process really has mapped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::executor {

struct MappedFile {
  std::string path;      // without " (deleted)"
  bool deleted = false;  // the file was removed or replaced since it was mapped
};

// Files with at least one executable mapping, each once, sorted by path. [vdso], anonymous memory
// and lines of another form are left out.
[[nodiscard]] std::vector<MappedFile> parse_executable_maps(std::string_view text);

// "libstdc++.so.6.0.30" -> "6.0.30"; "libfoo-2.1.so" -> "2.1"; "" when the name has no version.
[[nodiscard]] std::string version_in_name(std::string_view file_name);

}  // namespace lynxbench::executor
