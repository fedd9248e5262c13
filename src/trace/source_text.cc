#include "trace/source_text.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "trace/loss_count.h"

namespace lynxbench::trace {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// zlib's inflate state with its end.
class Inflater {
 public:
  Inflater() {
    constexpr int kGzipOnly = 15 + 16;  // largest window, gzip header
    CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Unpacks the member at the head of `packed`, takes it off, and appends to `unpacked` no more
  // than up to `limit` bytes in all. Returns zlib's last word: Z_STREAM_END when the member is
  // whole.
  int member(std::string_view& packed, std::string& unpacked, std::size_t limit) {
    inflateReset(&stream_);
    std::array<char, 1 << 16> block;
    int status = Z_OK;
    while (status == Z_OK && unpacked.size() < limit) {
      const std::size_t offered = std::min<std::size_t>(packed.size(), 1U << 30);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
      stream_.avail_in = static_cast<uInt>(offered);
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = static_cast<uInt>(std::min(block.size(), limit - unpacked.size()));
      const std::size_t room = stream_.avail_out;
      status = inflate(&stream_, Z_NO_FLUSH);
      packed.remove_prefix(offered - stream_.avail_in);
      unpacked.append(block.data(), room - stream_.avail_out);
    }
    return status;
  }

 private:
  z_stream stream_{};
};

std::string unpack(std::string_view packed, std::size_t limit, LossCount& losses) {
  const std::size_t size = packed.size();
  Inflater inflater;
  std::string unpacked;
  while (packed.starts_with(kGzipMagic)) {
    const int status = inflater.member(packed, unpacked, limit);
    const std::size_t byte = size - packed.size();
    if (status == Z_STREAM_END) continue;
    if (status == Z_OK) {
      losses.add(Severity::kDamage, "gzip content beyond the size limit", byte);
    } else if (status == Z_BUF_ERROR) {
      losses.add(Severity::kDamage, "gzip stream is cut", byte);
    } else {
      losses.add(Severity::kDamage, "gzip stream is damaged", byte);
    }
    return unpacked;
  }
  if (!packed.empty()) {
    losses.add(Severity::kNotice, "bytes after the gzip stream", size - packed.size());
  }
  return unpacked;
}

}  // namespace

Result<SourceText> plain_text(std::string_view bytes, const std::string& name,
                              std::size_t limit_bytes) {
  SourceText source;
  if (bytes.starts_with(kGzipMagic)) {
    LossCount losses;
    source.unpacked_ = unpack(bytes, limit_bytes, losses);
    source.losses_ = losses.take();
    if (source.unpacked_.empty() && !source.losses_.empty()) {
      return Error{ErrorCode::kInvalidInput,
                   source.losses_.front().what + ": nothing in it can be read", name};
    }
    if (source.unpacked_.starts_with(kByteOrderMark)) {
      source.unpacked_.erase(0, kByteOrderMark.size());
    }
    return source;
  }
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  source.plain_ = bytes;
  return source;
}

std::string likely_kind(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return "UTF-16 text (save it as UTF-8)";
  }
  if (text.starts_with("version https://git-lfs")) {
    return "a Git LFS pointer (fetch the file itself with: git lfs pull)";
  }
  if (text.starts_with("SQLite format 3")) return "a SQLite database";
  if (text.starts_with("PK\x03\x04")) return "a zip archive";
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "empty";
  const std::string_view head = text.substr(first, 1 << 16);
  if (head.front() == '<') return "HTML or XML";
  if (head.front() == '[') return "a JSON array";
  if (head.front() != '{') return "no JSON";
  if (head.find("\"traceEvents\"") != std::string_view::npos) {
    return "a Chrome trace object, as the PyTorch profiler writes it";
  }
  if (head.find("\"resourceSpans\"") != std::string_view::npos) return "OpenTelemetry spans";
  return "a JSON object";
}

}  // namespace lynxbench::trace
