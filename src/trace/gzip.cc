#include "trace/gzip.h"

#include <isa-l/igzip_lib.h>

#include <cstring>

namespace lynxbench::trace {
namespace {

constexpr std::size_t kPackedBytes = std::size_t{1} << 17;

}  // namespace

bool is_gzip(std::string_view head) { return head.starts_with("\x1f\x8b"); }

GzipInflater::GzipInflater(Read read)
    : read_(std::move(read)), state_(std::make_unique<inflate_state>()), packed_(kPackedBytes) {
  isal_inflate_init(state_.get());
  state_->crc_flag = ISAL_GZIP;
}

GzipInflater::~GzipInflater() = default;

void GzipInflater::stop(Severity severity, std::string_view what) {
  losses_.add(severity, what, packed_end_ - state_->avail_in);
  ended_ = true;
}

// Puts what is left of the packed bytes first and reads more behind it. False when there is no more.
bool GzipInflater::refill() {
  if (source_ended_) return false;
  const std::size_t left = state_->avail_in;
  if (left != 0) std::memmove(packed_.data(), state_->next_in, left);
  const std::size_t got = read_({packed_.data() + left, packed_.size() - left});
  source_ended_ = got < packed_.size() - left;
  packed_end_ += got;
  state_->next_in = reinterpret_cast<std::uint8_t*>(packed_.data());
  state_->avail_in = static_cast<std::uint32_t>(left + got);
  return got != 0;
}

// After a member's end: whether another begins.
bool GzipInflater::next_member() {
  if (state_->avail_in < 2) refill();
  const std::string_view head(reinterpret_cast<const char*>(state_->next_in), state_->avail_in);
  if (is_gzip(head)) {
    isal_inflate_reset(state_.get());
    state_->crc_flag = ISAL_GZIP;
    return true;
  }
  if (head.empty()) {
    ended_ = true;
  } else {
    stop(Severity::kNotice, "bytes after the gzip stream");
  }
  return false;
}

std::size_t GzipInflater::read(std::span<char> to) {
  state_->next_out = reinterpret_cast<std::uint8_t*>(to.data());
  state_->avail_out = static_cast<std::uint32_t>(to.size());
  while (!ended_ && state_->avail_out != 0) {
    if (state_->block_state == ISAL_BLOCK_FINISH) {
      if (!next_member()) break;
      continue;
    }
    const std::uint32_t packed = state_->avail_in;
    if (isal_inflate(state_.get()) < 0) {
      stop(Severity::kDamage, "gzip stream is damaged");
      break;
    }
    const bool starved = state_->block_state != ISAL_BLOCK_FINISH && state_->avail_out != 0 &&
                         (state_->avail_in == 0 || state_->avail_in == packed);
    if (starved && !refill()) stop(Severity::kDamage, "gzip stream is cut");
  }
  return to.size() - state_->avail_out;
}

}  // namespace lynxbench::trace
