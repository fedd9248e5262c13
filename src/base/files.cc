#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace lynxbench {
namespace {

Error file_error(int number, const char* verb, const fs::path& path) {
  ErrorCode code = ErrorCode::kUnavailable;
  if (number == ENOENT) code = ErrorCode::kNotFound;
  if (number == ENOSPC || number == EDQUOT || number == EFBIG || number == EMFILE) code = ErrorCode::kExhausted;
  return Error{code, fmt::format("cannot {}: {}", verb, system_message(number)), path.string()};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { if (fd_ >= 0) ::close(fd_); }
  [[nodiscard]] int get() const { return fd_; }
  int close_now() { int fd = fd_; fd_ = -1; return ::close(fd); }

 private:
  int fd_;
};

int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

Status sync_folder(const fs::path& folder) {
  Descriptor fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return file_error(errno, "open", folder);
  if (::fsync(fd.get()) != 0 && errno != EINVAL) return file_error(errno, "sync", folder);
  return ok_status();
}

}  // namespace

std::string system_message(int errno_value) {
  char buffer[256];
  return strerror_r(errno_value, buffer, sizeof buffer);
}

Result<std::string> read_file(const fs::path& path, std::size_t limit_bytes) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return file_error(errno, "open", path);
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0) return file_error(errno, "read", path);
  if (S_ISDIR(about.st_mode)) return Error{ErrorCode::kInvalidInput, "is a folder, not a file", path.string()};
  std::string content;
  content.reserve(static_cast<std::size_t>(about.st_size));
  char buffer[1 << 16];
  while (true) {
    ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(errno, "read", path);
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
    if (content.size() > limit_bytes) {
      return Error{ErrorCode::kExhausted, fmt::format("is larger than {} bytes", limit_bytes), path.string()};
    }
  }
}

Status write_file_atomic(const fs::path& path, std::string_view content) {
  fs::path beside = path;
  beside += fmt::format(".tmp{}", ::getpid());
  Descriptor fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (fd.get() < 0) return file_error(errno, "create", beside);
  int problem = write_all(fd.get(), content);
  if (problem == 0 && ::fsync(fd.get()) != 0) problem = errno;
  if (fd.close_now() != 0 && problem == 0) problem = errno;
  if (problem == 0 && ::rename(beside.c_str(), path.c_str()) != 0) problem = errno;
  if (problem != 0) {
    ::unlink(beside.c_str());
    return file_error(problem, "write", path);
  }
  return sync_folder(path.parent_path());
}

std::optional<std::string> read_small_file(const fs::path& path) {
  Result<std::string> content = read_file(path, 1 << 22);
  if (!content.ok()) return std::nullopt;
  std::string text = std::move(content).value();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.pop_back();
  return text;
}

Result<std::vector<std::string>> list_files(const fs::path& folder) {
  std::error_code problem;
  fs::recursive_directory_iterator it(folder, problem), end;
  if (problem) return Error{ErrorCode::kNotFound, "cannot list: " + problem.message(), folder.string()};
  std::vector<std::string> files;
  while (it != end) {
    std::error_code unreadable;
    fs::file_status about = it->symlink_status(unreadable);
    // Not fs::relative: it resolves links, and so names what a link points to.
    if (!fs::is_directory(about)) files.push_back(it->path().lexically_relative(folder).string());
    it.increment(problem);
    if (problem) return Error{ErrorCode::kUnavailable, "cannot list: " + problem.message(), folder.string()};
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace lynxbench
