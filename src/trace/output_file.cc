#include "trace/output_file.h"

#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/files.h"

namespace lynxbench::trace {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

Error failure_of(int number, const std::string& path) {
  const ErrorCode code =
      number == ENOSPC || number == EDQUOT ? ErrorCode::kExhausted : ErrorCode::kUnavailable;
  return Error{code, system_message(number), path};
}

}  // namespace

// One gzip member.
class OutputFile::Packer {
 public:
  Packer() : state_(std::make_unique<isal_zstream>()), work_(ISAL_DEF_LVL1_DEFAULT) {
    isal_deflate_init(state_.get());
    state_->level = 1;
    state_->level_buf = work_.data();
    state_->level_buf_size = static_cast<std::uint32_t>(work_.size());
    state_->gzip_flag = IGZIP_GZIP;
    packed_.resize(kBufferBytes);
  }

  enum class More { kComing, kNone };

  template <typename Write>
  void pack(std::string_view bytes, More more, Write write) {
    state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
    state_->avail_in = static_cast<std::uint32_t>(bytes.size());
    state_->end_of_stream = more == More::kNone ? 1 : 0;
    do {
      state_->next_out = packed_.data();
      state_->avail_out = static_cast<std::uint32_t>(packed_.size());
      CHECK(isal_deflate(state_.get()) == COMP_OK);
      write(reinterpret_cast<const char*>(packed_.data()), packed_.size() - state_->avail_out);
    } while (state_->avail_out == 0);
  }

 private:
  std::unique_ptr<isal_zstream> state_;
  std::vector<std::uint8_t> work_;
  std::vector<std::uint8_t> packed_;
};

Result<std::unique_ptr<OutputFile>> OutputFile::create(const std::string& path) {
  const std::string part = path + ".part" + std::to_string(getpid());
  const int descriptor = open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return failure_of(errno, part);
  return std::unique_ptr<OutputFile>(new OutputFile(path, part, descriptor));
}

OutputFile::OutputFile(std::string path, std::string part_path, int descriptor)
    : path_(std::move(path)), part_path_(std::move(part_path)), descriptor_(descriptor) {
  if (path_.ends_with(".gz")) packer_ = std::make_unique<Packer>();
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!part_path_.empty()) unlink(part_path_.c_str());
}

void OutputFile::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) flush();
}

void OutputFile::flush() {
  if (packer_ != nullptr) {
    packer_->pack(buffer_, Packer::More::kComing,
                  [this](const char* bytes, std::size_t size) { write_raw(bytes, size); });
  } else {
    write_raw(buffer_.data(), buffer_.size());
  }
  buffer_.clear();
}

void OutputFile::write_raw(const char* bytes, std::size_t size) {
  while (size != 0 && error_number_ == 0) {
    const ssize_t written = ::write(descriptor_, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      error_number_ = errno;
      return;
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
}

Status OutputFile::commit() {
  flush();
  if (packer_ != nullptr) {
    packer_->pack("", Packer::More::kNone,
                  [this](const char* bytes, std::size_t size) { write_raw(bytes, size); });
  }
  if (error_number_ == 0 && fsync(descriptor_) != 0) error_number_ = errno;
  if (error_number_ != 0) return failure_of(error_number_, path_);
  if (std::rename(part_path_.c_str(), path_.c_str()) != 0) return failure_of(errno, path_);
  part_path_.clear();
  return ok_status();
}

}  // namespace lynxbench::trace
