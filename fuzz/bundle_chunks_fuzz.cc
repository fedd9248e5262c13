// Any bytes are chunks that are coded to the same bytes again, or none.
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "bundle/chunks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lynxbench;
  std::string_view blob(reinterpret_cast<const char*>(data), size);
  std::optional<std::vector<Chunk>> chunks = bundle::decode_chunks(blob);
  if (chunks) CHECK(bundle::encode_chunks(*chunks) == blob);
  return 0;
}
