// Files: read whole, written so that a crash leaves the old or the new content and nothing between.
//
//   std::string text = TRY(read_file("contracts/quickstart.yaml"));
//   TRY_STATUS(write_file_atomic("out/manifest.json", bytes));
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lynxbench {

namespace fs = std::filesystem;

// Fails with kNotFound, or kUnavailable with the system's reason. `limit_bytes` guards against
// files that were never meant to be read whole.
[[nodiscard]] Result<std::string> read_file(const fs::path& path,
                                            std::size_t limit_bytes = std::size_t{1} << 31);

// Writes beside `path`, syncs, renames over it, syncs the folder. kExhausted when the disk is full.
[[nodiscard]] Status write_file_atomic(const fs::path& path, std::string_view content);

// First line or all of a small /proc or /sys file without its line end; nothing when unreadable.
[[nodiscard]] std::optional<std::string> read_small_file(const fs::path& path);

// Regular files below `folder`, relative to it, sorted; links are named but not followed.
[[nodiscard]] Result<std::vector<std::string>> list_files(const fs::path& folder);

// The system's text for `errno_value`.
[[nodiscard]] std::string system_message(int errno_value);

}  // namespace lynxbench
