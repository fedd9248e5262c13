#include "trace/tar.h"

#include <algorithm>
#include <array>

namespace lynxbench::trace {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMagicAt = 257;
constexpr std::uint64_t kLongestName = 4096;

std::string_view field(std::string_view header, std::size_t at, std::size_t size) {
  const std::string_view text = header.substr(at, size);
  return text.substr(0, text.find('\0'));
}

// Octal digits, or, with the first bit set, big-endian binary.
std::optional<std::uint64_t> number(std::string_view header, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  const std::string_view text = header.substr(at, size);
  if ((static_cast<unsigned char>(text.front()) & 0x80) != 0) {
    for (char c : text.substr(size - 8)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  for (char c : text) {
    if (c == ' ' || c == '\0') continue;
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// The value of "path" in "30 path=...\n27 mtime=...\n".
std::string pax_path(std::string_view records) {
  const std::size_t at = records.find(" path=");
  if (at == std::string_view::npos) return "";
  const std::string_view value = records.substr(at + 6);
  return std::string(value.substr(0, value.find('\n')));
}

}  // namespace

bool is_tar(std::string_view head) {
  return head.size() >= kBlock && head.substr(kMagicAt, 5) == "ustar";
}

std::size_t TarReader::read(std::span<char> to) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, to.size()));
  const std::size_t got = archive_.read(to.first(wanted));
  left_ -= got;
  if (got < wanted) {
    cut_ = true;
    left_ = padding_ = 0;
  }
  return got;
}

bool TarReader::pass_over() {
  std::array<char, 1 << 14> nowhere;
  while (left_ != 0 && read(nowhere) != 0) {
  }
  left_ = padding_;
  padding_ = 0;
  while (left_ != 0 && read(nowhere) != 0) {
  }
  return !cut_;
}

std::string TarReader::text_of_member(std::uint64_t bytes) {
  std::string text(static_cast<std::size_t>(std::min(bytes, kLongestName)), '\0');
  text.resize(read(text));
  return text;
}

std::optional<TarMember> TarReader::next() {
  std::string long_name;
  while (pass_over()) {
    std::array<char, kBlock> block;
    const std::size_t got = archive_.read(block);
    if (got == 0) return std::nullopt;
    const std::string_view header(block.data(), block.size());
    if (got < kBlock) break;
    if (header.find_first_not_of('\0') == std::string_view::npos) return std::nullopt;
    const std::optional<std::uint64_t> size = number(header, 124, 12);
    if (header.substr(kMagicAt, 5) != "ustar" || !size) break;
    left_ = *size;
    padding_ = (kBlock - *size % kBlock) % kBlock;
    const char type = header[156];
    if (type == 'L') {
      long_name = text_of_member(*size);
      long_name = long_name.substr(0, long_name.find('\0'));
    } else if (type == 'x') {
      long_name = pax_path(text_of_member(*size));
    } else if (type == '0' || type == '\0') {
      if (!long_name.empty()) return TarMember{long_name, *size};
      const std::string prefix(field(header, 345, 155));
      const std::string name(field(header, 0, 100));
      return TarMember{prefix.empty() || prefix.front() == ' ' ? name : prefix + "/" + name, *size};
    } else {
      long_name.clear();
    }
  }
  cut_ = true;
  return std::nullopt;
}

}  // namespace lynxbench::trace
