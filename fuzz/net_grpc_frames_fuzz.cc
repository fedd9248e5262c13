// gRPC's messages out of bytes that are cut anyhow, against a second reading of the same bytes in one
// piece. The first byte says how they are cut; a message may have 1000 bytes.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/grpc.h"

namespace {

using namespace lynxbench;

constexpr std::size_t kMost = 1000;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Reading {
  std::vector<std::string> messages;
  std::optional<ErrorCode> problem;
  std::size_t left = 0;  // bytes of a message that is not whole

  bool operator==(const Reading&) const = default;
};

// As the protocol's text has it: five bytes, then so many.
Reading read_whole(std::string_view bytes) {
  Reading reading;
  std::size_t at = 0;
  while (bytes.size() - at >= 5) {
    auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i])); };
    std::size_t length = byte(1) * 16'777'216 + byte(2) * 65'536 + byte(3) * 256 + byte(4);
    if (byte(0) != 0) reading.problem = ErrorCode::kInvalidInput;
    else if (length > kMost) reading.problem = ErrorCode::kExhausted;
    if (reading.problem) return reading;
    if (bytes.size() - at - 5 < length) break;
    reading.messages.emplace_back(bytes.substr(at + 5, length));
    at += 5 + length;
  }
  reading.left = bytes.size() - at;
  return reading;
}

Reading read_pieces(std::string_view bytes, std::size_t pattern) {
  net::GrpcFrames frames(kMost);
  Reading reading;
  for (std::size_t at = 0, piece = 0; at < bytes.size(); at += piece, ++pattern) {
    piece = 1 + pattern * 7 % 61;
    Status added = frames.add(bytes.substr(at, piece), [&](std::string_view m) { reading.messages.emplace_back(m); });
    if (!added.ok()) {
      reading.problem = added.error().code;
      return reading;
    }
  }
  reading.left = frames.waiting_bytes();
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  require(read_pieces(bytes, data[0]) == read_whole(bytes));
  std::string text(bytes);
  require(net::grpc_percent_decoded(net::grpc_percent_encoded(text)) == text);
  return 0;
}
