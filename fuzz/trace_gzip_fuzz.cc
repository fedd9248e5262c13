// Any bytes as gzip: no crash, the same whatever is asked for at once, and what zlib gives wherever zlib
// finds nothing wrong.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/result.h"
#include "trace/gzip.h"

using namespace lynxbench;

namespace {

struct Unpacked {
  std::string text;
  Losses losses;
};

constexpr std::size_t kMost = std::size_t{1} << 20;

Unpacked unpack(std::string_view packed, std::size_t piece) {
  trace::GzipInflater gzip([packed](std::span<char> to) mutable {
    const std::size_t count = std::min(to.size(), packed.size());
    if (count != 0) std::memcpy(to.data(), packed.data(), count);
    packed.remove_prefix(count);
    return count;
  });
  Unpacked result;
  std::string buffer(piece, '\0');
  while (result.text.size() < kMost) {
    const std::size_t got = gzip.read(buffer);
    CHECK(got <= buffer.size());
    result.text.append(buffer, 0, got);
    if (got < buffer.size()) break;
  }
  trace::LossCount losses = gzip.losses();
  result.losses = losses.take();
  return result;
}

// One member and nothing behind it, by zlib; "" where anything is wrong or longer than kMost.
std::string by_zlib(std::string_view packed) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return "";
  std::string text(kMost, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  text.resize(whole ? stream.total_out : 0);
  inflateEnd(&stream);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view packed(reinterpret_cast<const char*>(data), size);
  const Unpacked whole = unpack(packed, std::size_t{1} << 16);
  for (std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    const Unpacked pieces = unpack(packed, piece);
    const std::size_t common = std::min(whole.text.size(), pieces.text.size());
    CHECK(whole.text.compare(0, common, pieces.text, 0, common) == 0);
    if (whole.text.size() >= kMost || pieces.text.size() >= kMost) continue;
    CHECK(whole.losses.size() == pieces.losses.size());
    if (whole.losses.empty()) CHECK(whole.text == pieces.text);
  }
  const std::string expected = by_zlib(packed);
  if (!expected.empty() && expected.size() < kMost) {
    CHECK(whole.text == expected);
    CHECK(whole.losses.empty());
  }
  return 0;
}
