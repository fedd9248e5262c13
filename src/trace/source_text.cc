#include "trace/source_text.h"

#include <algorithm>
#include <span>

#include "trace/gzip.h"
#include "trace/loss_count.h"

namespace lynxbench::trace {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// All that `packed` unpacks to, but no more than `limit` bytes.
std::string unpack(std::string_view packed, std::size_t limit, LossCount& losses) {
  constexpr std::size_t kStep = std::size_t{1} << 20;
  const std::size_t size = packed.size();
  GzipInflater gzip([&packed](std::span<char> to) {
    const std::size_t count = packed.copy(to.data(), to.size());
    packed.remove_prefix(count);
    return count;
  });
  std::string unpacked;
  std::size_t got = 1;
  while (got != 0 && unpacked.size() < limit) {
    const std::size_t before = unpacked.size();
    const std::size_t wanted = std::min(kStep, limit - before);
    unpacked.resize(before + wanted);
    got = gzip.read({unpacked.data() + before, wanted});
    unpacked.resize(before + got);
  }
  char beyond = 0;
  if (unpacked.size() == limit && gzip.read({&beyond, 1}) != 0) {
    losses.add(Severity::kDamage, "gzip content beyond the size limit", size - packed.size());
  }
  losses.append(LossCount(gzip.losses()).take());
  return unpacked;
}

}  // namespace

Result<SourceText> plain_text(std::string_view bytes, const std::string& name,
                              std::size_t limit_bytes) {
  SourceText source;
  if (is_gzip(bytes)) {
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
