// The NVTX ranges that torch.autograd.profiler.emit_nvtx writes around operators.
//
//   torch_range("aten::mm, seq = 7, op_id = 12, sizes = [[2, 3], [3, 4]]")
//       // -> {name "aten::mm", shapes "[[2,3],[3,4]]"}
//   torch_range("forward")                     // nothing: the program's own
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lynxbench::trace::nsys {

struct TorchRange {
  std::string_view name;  // part of the text
  std::string shapes;     // JSON: a list of lists of integers; "" when the text has none
};

// Nothing when the text is not exactly a name and, after it, what emit_nvtx appends.
[[nodiscard]] std::optional<TorchRange> torch_range(std::string_view text);

}  // namespace lynxbench::trace::nsys
