// Runs a fuzz target over the files of its corpus, once each, and over every prefix of the small ones.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  constexpr std::size_t kPrefixesUpTo = 2048;
  std::size_t files = 0, inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
      const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
      LLVMFuzzerTestOneInput(data, bytes.size());
      std::size_t prefixes = std::min(bytes.size(), kPrefixesUpTo);
      for (std::size_t n = 0; n < prefixes; ++n) LLVMFuzzerTestOneInput(data, n);
      ++files;
      inputs += 1 + prefixes;
    }
  }
  std::printf("%zu files, %zu inputs\n", files, inputs);
  return files == 0 ? 1 : 0;  // a corpus that is not there is a mistake
}
