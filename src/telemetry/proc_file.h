// A /proc or /sys file that is read again and again: opened once, read from its start each time.
#pragma once

#include <string>
#include <string_view>

#include "base/files.h"

namespace lynxbench::telemetry {

// Threads: one at a time.
class ProcFile {
 public:
  explicit ProcFile(fs::path path) : path_(std::move(path)) {}
  ~ProcFile();
  ProcFile(ProcFile&& other) noexcept;
  ProcFile& operator=(ProcFile&& other) noexcept;
  ProcFile(const ProcFile&) = delete;
  ProcFile& operator=(const ProcFile&) = delete;

  // The whole file as it is now; valid until the next call. Fails when it cannot be opened or read,
  // and then tries to open it again the next time.
  [[nodiscard]] Result<std::string_view> read();

 private:
  fs::path path_;
  int fd_ = -1;
  std::string buffer_;
};

}  // namespace lynxbench::telemetry
