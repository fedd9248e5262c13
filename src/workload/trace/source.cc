#include "workload/trace/source.h"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace lynxbench::workload::trace {
namespace {

class FileSource final : public Source {
 public:
  explicit FileSource(gzFile file) : file_(file) {}
  ~FileSource() override { ::gzclose(file_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::string_view read() override {
    if (damage_) return {};
    int n = ::gzread(file_, buffer_.data(), static_cast<unsigned>(buffer_.size()));
    int code = Z_OK;
    const char* what = ::gzerror(file_, &code);
    if (n < 0 || code == Z_BUF_ERROR) damage_ = code == Z_ERRNO ? system_message(errno) : std::string(what);
    return n > 0 ? std::string_view(buffer_.data(), static_cast<std::size_t>(n)) : std::string_view();
  }
  [[nodiscard]] std::optional<std::string> damage() const override { return damage_; }

 private:
  gzFile file_;
  std::array<char, 1 << 18> buffer_;
  std::optional<std::string> damage_;
};

class MemorySource final : public Source {
 public:
  MemorySource(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}
  std::string_view read() override {
    std::string_view given = bytes_.substr(0, piece_);
    bytes_.remove_prefix(given.size());
    return given;
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_source(const fs::path& file) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0) {
    ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
    return Error{code, "cannot open: " + system_message(errno), file.string()};
  }
  if (S_ISDIR(about.st_mode)) return Error{ErrorCode::kInvalidInput, "is a folder, not a file", file.string()};
  gzFile opened = ::gzopen(file.c_str(), "rbe");
  if (opened == nullptr) return Error{ErrorCode::kUnavailable, "cannot open: " + system_message(errno), file.string()};
  ::gzbuffer(opened, 1 << 18);
  return std::unique_ptr<Source>(std::make_unique<FileSource>(opened));
}

std::unique_ptr<Source> source_of(std::string_view bytes, std::size_t piece) {
  return std::make_unique<MemorySource>(bytes, piece);
}

Lines::Lines(std::unique_ptr<Source> source) : source_(std::move(source)) {}

bool Lines::fill() {
  if (ended_) return false;
  buffer_.erase(0, at_);
  at_ = 0;
  std::string_view more = source_->read();
  buffer_ += more;
  ended_ = more.empty();
  return !ended_;
}

std::string_view Lines::head(std::size_t least) {
  while (buffer_.size() - at_ < least && fill()) {
  }
  return std::string_view(buffer_).substr(at_);
}

std::string_view Lines::rest() {
  if (at_ < buffer_.size()) {
    std::string_view given = std::string_view(buffer_).substr(at_);
    at_ = buffer_.size();
    return given;
  }
  return source_->read();
}

std::optional<Line> Lines::next() {
  std::size_t looked = at_;
  bool skipping = false;  // the line in hand is too long, and its head is gone
  while (true) {
    std::size_t end = buffer_.find('\n', looked);
    if (end == std::string::npos) {
      if (buffer_.size() - at_ > kLongestLine) {
        skipping = true;
        at_ = buffer_.size();
      }
      looked = buffer_.size() - at_;  // where it is once fill() has moved what is left to the front
      if (fill()) continue;
      if (at_ == buffer_.size() && !skipping) return std::nullopt;
      end = buffer_.size();
    }
    ++number_;
    std::string_view text = std::string_view(buffer_).substr(at_, end - at_);
    at_ = looked = std::min(end + 1, buffer_.size());
    if (!skipping && text.size() <= kLongestLine) {
      if (text.ends_with('\r')) text.remove_suffix(1);
      return Line{text, number_};
    }
    if (too_long_++ == 0) first_too_long_ = number_;
    skipping = false;
  }
}

}  // namespace lynxbench::workload::trace
