#include "trace/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>

#include "base/files.h"
#include "trace/gzip.h"

namespace lynxbench::trace {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// An open file that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

using Read = ReadBytes;

// The raw bytes, or with a GzipInflater between, the unpacked ones; the head is read ahead.
class Source : public ByteSource {
 public:
  Source(Read raw, std::string name, std::string path)
      : raw_(std::move(raw)), name_(std::move(name)), path_(std::move(path)) {
    first_ = take(raw_, 2);
    if (is_gzip(first_)) {
      path_.clear();
      gzip_.emplace([this](std::span<char> to) { return read_raw(to); });
    }
    head_ = take([this](std::span<char> to) { return unpacked(to); }, kHeadBytes);
    if (head_.starts_with(kByteOrderMark)) {
      given_ = kByteOrderMark.size();
    }
  }

  std::size_t read(std::span<char> to) override {
    const std::size_t ahead = std::min(to.size(), head_.size() - given_);
    std::memcpy(to.data(), head_.data() + given_, ahead);
    given_ += ahead;
    return ahead + (ahead < to.size() ? unpacked(to.subspan(ahead)) : 0);
  }
  std::string_view head() override {
    const std::string_view whole = head_;
    return whole.starts_with(kByteOrderMark) ? whole.substr(kByteOrderMark.size()) : whole;
  }
  Losses losses() const override {
    LossCount losses;
    if (gzip_) losses = gzip_->losses();
    return losses.take();
  }
  const std::string& name() const override { return name_; }
  const std::string& plain_path() const override { return path_; }
  [[nodiscard]] bool nothing_unpacked() const { return gzip_ && head_.empty(); }

 private:
  static std::string take(const Read& read, std::size_t limit) {
    std::string text(limit, '\0');
    text.resize(read(text));
    return text;
  }
  // The first two bytes again, then the rest.
  std::size_t read_raw(std::span<char> to) {
    const std::size_t again = std::min(to.size(), first_.size());
    std::memcpy(to.data(), first_.data(), again);
    first_.erase(0, again);
    return again + (again < to.size() ? raw_(to.subspan(again)) : 0);
  }
  std::size_t unpacked(std::span<char> to) { return gzip_ ? gzip_->read(to) : read_raw(to); }

  Read raw_;
  std::string name_;
  std::string path_;
  std::string first_;
  std::optional<GzipInflater> gzip_;
  std::string head_;
  std::size_t given_ = 0;  // of the head
};

Result<std::unique_ptr<ByteSource>> source_of(Read raw, std::string name, std::string path) {
  auto source = std::make_unique<Source>(std::move(raw), std::move(name), std::move(path));
  if (source->nothing_unpacked()) {
    const Losses losses = source->losses();
    const std::string what = losses.empty() ? "gzip with nothing in it" : losses.front().what;
    return Error{ErrorCode::kInvalidInput, what + ": nothing in it can be read", source->name()};
  }
  return std::unique_ptr<ByteSource>(std::move(source));
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::string& path) {
  auto file = std::make_shared<Descriptor>(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file->number() < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
    return Error{code, system_message(errno), path};
  }
  struct stat status {};
  if (fstat(file->number(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return Error{ErrorCode::kInvalidInput, "is a folder; name the trace files in it", path};
  }
  posix_fadvise(file->number(), 0, 0, POSIX_FADV_SEQUENTIAL);
  Read raw = [file](std::span<char> to) {
    std::size_t filled = 0;
    while (filled < to.size()) {
      const ssize_t got = ::read(file->number(), to.data() + filled, to.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  };
  return source_of(std::move(raw), path, path);
}

Result<std::unique_ptr<ByteSource>> open_stream(ReadBytes read, std::string name) {
  return source_of(std::move(read), std::move(name), "");
}

Result<std::unique_ptr<ByteSource>> open_bytes(std::string_view bytes, std::string name) {
  Read raw = [bytes](std::span<char> to) mutable {
    const std::size_t count = std::min(to.size(), bytes.size());
    if (count != 0) std::memcpy(to.data(), bytes.data(), count);
    bytes.remove_prefix(count);
    return count;
  };
  return source_of(std::move(raw), std::move(name), "");
}

}  // namespace lynxbench::trace
