// The chunks of a streamed answer as a compact blob (docs/formats/bundle.md): some five bytes a chunk
// instead of sixteen.
//
//   std::string blob = encode_chunks(exchange.chunks);
//   std::optional<std::vector<Chunk>> again = decode_chunks(blob);   // the same
//
// A chunk is two numbers: the time since the one before (the first one's: since the epoch), zigzag
// coded, and tokens x 8 + counted x 4 + channel. A number is a varint: seven bits a byte, the least
// first, the top bit set on all bytes but the last.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/request.h"

namespace lynxbench::bundle {

[[nodiscard]] std::string encode_chunks(const std::vector<Chunk>& chunks);

// Nothing when the blob is not what encode_chunks() gives: cut off, a number too large, a channel that
// does not exist, more than kMostChunks.
[[nodiscard]] std::optional<std::vector<Chunk>> decode_chunks(std::string_view blob);

}  // namespace lynxbench::bundle
