// Any bytes as a contract: read() never throws, says something of whatever it refuses, at a place
// in the text, and what it accepts can be written and read back with the same digest.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "contract/contract.h"

using lynxbench::contract::Problem;
using lynxbench::contract::Reading;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Reading reading = lynxbench::contract::read(text, "fuzz.yaml");
  CHECK(reading.contract.has_value() == reading.problems.empty());
  auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const Problem& problem : reading.problems) {
    CHECK(problem.line >= 1 && problem.line <= lines && problem.column >= 1);
    CHECK(!problem.what.empty() && !problem.text().empty());
  }
  if (!reading.contract) return 0;
  std::string digest = lynxbench::contract::digest(*reading.contract);
  Reading again =
      lynxbench::contract::read(lynxbench::contract::to_yaml(*reading.contract), "again.yaml");
  CHECK(again.contract.has_value());
  CHECK(lynxbench::contract::digest(*again.contract) == digest);
  return 0;
}
