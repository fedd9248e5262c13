// What a PyTorch operator costs by the shapes that its trace has: floating-point operations, and the
// traffic that cannot be avoided (each input and output once). Nothing where there is no model.
//
//   TorchCost cost = *torch_cost("aten::mm", "[[128,512],[512,64]]", "[\"c10::Half\",...]", "");
//   cost.flops;   // 2 * 128 * 512 * 64
//
// Formulas: a product of an m x k and a k x n matrix takes 2mkn operations; a convolution 2 for each
// output element and weight that makes it; attention 4 for each pair of positions and channel (half of
// the pairs when causal); normalisations 8 and softmax 5 an element, elementwise functions 1 (Williams
// et al. 2009 for the roofline; counts as torch.utils.flop_counter has them, for what it counts).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "attribution/kernel/device_ceilings.h"

namespace lynxbench::attribution {

struct TorchCost {
  double flops = 0;
  double bytes = 0;
  Precision precision = Precision::kFp32;  // by the type of the first tensor
  bool on_matrix_units = false;            // products, convolutions, attention
};

// Arguments are the trace's "Input Dims", "Input type" and "Concrete Inputs", JSON as it stands there.
[[nodiscard]] std::optional<TorchCost> torch_cost(std::string_view op, std::string_view dims,
                                                  std::string_view types, std::string_view inputs);

// Whether there is a model of the operator at all: a quick look.
[[nodiscard]] bool has_torch_cost(std::string_view op);

}  // namespace lynxbench::attribution
