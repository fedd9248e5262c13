// What a node of an ONNX graph costs, by what a Timeline has of it: the texts of its shapes and types, held
// against the models of attribution.h (cost_of) and docs/operator-costs.md.
//
//   node_cost({.op_type = "MatMul", .shapes = "[[8,64],[64,32]]", .types = R"(["float","float"])",
//              .output_shapes = "[[8,32]]", .output_types = R"(["float"])"}).cost.flops;   // 2*8*64*32
#pragma once

#include <optional>
#include <string_view>

#include "attribution/attribution.h"
#include "attribution/kernel/device_ceilings.h"

namespace lynxbench::attribution {

struct NodeText {
  std::string_view op_type;
  std::string_view shapes;  // JSON, as OperatorFacts has them
  std::string_view types;
  std::string_view output_shapes;
  std::string_view output_types;
};

struct NodeCost {
  OperatorCost cost;  // no value: the reason
  // By the type of the first input, or output where there is none. Nothing: integers of more than a byte.
  std::optional<Precision> precision;
};

[[nodiscard]] NodeCost node_cost(const NodeText& node);

}  // namespace lynxbench::attribution
