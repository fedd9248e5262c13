#include "bundle/chunks.h"

#include <cstdint>
#include <limits>

namespace lynxbench::bundle {
namespace {

constexpr std::uint64_t kMostTokens = std::numeric_limits<std::uint32_t>::max();

void put(std::string& blob, std::uint64_t value) {
  while (value >= 0x80) {
    blob += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  blob += static_cast<char>(value);
}

// Takes a number off the front. None with more bytes than it needs: every value has one form.
std::optional<std::uint64_t> take(std::string_view& blob) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !blob.empty(); shift += 7) {
    auto byte = static_cast<std::uint8_t>(blob.front());
    blob.remove_prefix(1);
    if (shift == 63 && byte > 1) return std::nullopt;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift > 0) return std::nullopt;
      return value;
    }
  }
  return std::nullopt;
}

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

}  // namespace

std::string encode_chunks(const std::vector<Chunk>& chunks) {
  std::string blob;
  std::uint64_t before = 0;  // differences wrap around, so any two times have one
  for (const Chunk& chunk : chunks) {
    auto at = static_cast<std::uint64_t>(chunk.at_ns);
    put(blob, zigzag(static_cast<std::int64_t>(at - before)));
    put(blob, std::uint64_t{chunk.tokens} << 3 | std::uint64_t{chunk.counted} << 2 |
                  static_cast<std::uint64_t>(chunk.channel));
    before = at;
  }
  return blob;
}

std::optional<std::vector<Chunk>> decode_chunks(std::string_view blob) {
  std::vector<Chunk> chunks;
  chunks.reserve(blob.size() / 4);
  std::uint64_t at = 0;
  while (!blob.empty()) {
    std::optional<std::uint64_t> step = take(blob);
    std::optional<std::uint64_t> rest = step ? take(blob) : std::nullopt;
    if (!rest || *rest >> 3 > kMostTokens || chunks.size() == kMostChunks) return std::nullopt;
    at += static_cast<std::uint64_t>(unzigzag(*step));
    chunks.push_back({static_cast<std::int64_t>(at), static_cast<std::uint32_t>(*rest >> 3),
                      static_cast<Channel>(*rest & 3), (*rest & 4) != 0});
  }
  return chunks;
}

}  // namespace lynxbench::bundle
