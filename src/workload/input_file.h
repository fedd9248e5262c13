// Inputs from a file, a JSON object a line (docs/formats/inputs.md):
//
//   {"prompt": "What is 6 times 7?", "max_tokens": 8, "expected": "42"}
//   {"messages": [{"role": "user", "content": "Hello"}]}
//   {"body": {"ids": [1, 2, 3]}, "session": "a"}
//
// Inside workload only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/inputs.h"

namespace lynxbench::workload {

struct InputFile {
  std::vector<Input> inputs;
  std::vector<std::uint32_t> lines;  // where each stands, from 1
  std::vector<std::string> notes;    // members that mean nothing here, counted
};

// Fails with kInvalidInput at the first line that is no input, "NAME:LINE: what is wrong, and what is
// right", and for a text without any. Lines with the same "session" are its turns, in their order.
[[nodiscard]] Result<InputFile> read_inputs(std::string_view text, const std::string& name);

}  // namespace lynxbench::workload
