#include "telemetry/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace lynxbench::telemetry {

ProcFile::~ProcFile() {
  if (fd_ >= 0) ::close(fd_);
}

ProcFile::ProcFile(ProcFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)) {}

ProcFile& ProcFile::operator=(ProcFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

Result<std::string_view> ProcFile::read() {
  constexpr std::size_t kFirst = 4096;
  constexpr std::size_t kLimit = std::size_t{1} << 24;
  if (fd_ < 0) fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) return error(ErrorCode::kUnavailable, "cannot open: {}", system_message(errno));
  if (buffer_.size() < kFirst) buffer_.resize(kFirst);
  std::size_t size = 0;
  while (true) {
    ssize_t n =
        ::pread(fd_, buffer_.data() + size, buffer_.size() - size, static_cast<off_t>(size));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      int problem = errno;
      ::close(std::exchange(fd_, -1));
      return error(ErrorCode::kUnavailable, "cannot read: {}", system_message(problem));
    }
    if (n == 0) return std::string_view(buffer_).substr(0, size);
    size += static_cast<std::size_t>(n);
    if (size == buffer_.size()) {
      if (size >= kLimit) return error(ErrorCode::kExhausted, "is larger than {} bytes", kLimit);
      buffer_.resize(size * 2);
    }
  }
}

}  // namespace lynxbench::telemetry
