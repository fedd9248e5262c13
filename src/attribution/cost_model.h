// The cost models behind cost_of(), one for each family of operators. docs/operator-costs.md has
// the operators of each family, their weights and where the formulas come from.
//
// Each is given an operator whose sizes are all known and that has an input and an output, and
// `weight`, the number beside the operator in the table.
#pragma once

#include <string>

#include "attribution/attribution.h"

namespace lynxbench::attribution {

using CostModel = OperatorCost (*)(const OperatorEvent& op, double weight);

struct CostRow {
  std::string_view op_type;
  CostModel model = nullptr;
  double weight = 0;
};

// The row of an operator; null when there is no model of it.
[[nodiscard]] const CostRow* cost_row(std::string_view op_type);
// All rows, by name.
[[nodiscard]] std::span<const CostRow> cost_rows();

// `weight` operations for each element of the first output; inputs must broadcast to it.
[[nodiscard]] OperatorCost elementwise_cost(const OperatorEvent& op, double weight);
// `weight` operations for each element of the first output and each input after the first.
[[nodiscard]] OperatorCost variadic_cost(const OperatorEvent& op, double weight);
// `weight` operations for each element of the first input, which the output is not larger than.
[[nodiscard]] OperatorCost reduction_cost(const OperatorEvent& op, double weight);
// `weight` operations for each element of the first output, which has as many as the first input.
[[nodiscard]] OperatorCost normalization_cost(const OperatorEvent& op, double weight);
// `weight` operations for each element of the first output, whatever the input's size.
[[nodiscard]] OperatorCost resize_cost(const OperatorEvent& op, double weight);
// No operations; every input and output once.
[[nodiscard]] OperatorCost movement_cost(const OperatorEvent& op, double weight);
// No operations; of the first input only as much as goes into the output.
[[nodiscard]] OperatorCost gather_cost(const OperatorEvent& op, double weight);
// No operations and no traffic: a new shape for the same memory.
[[nodiscard]] OperatorCost metadata_cost(const OperatorEvent& op, double weight);
// Never a value: what runs is listed by itself.
[[nodiscard]] OperatorCost control_flow_cost(const OperatorEvent& op, double weight);

// A x B, batched. `weight`: bytes of an element of B where the runtime packed B ahead and the
// profile has no shape of it; 0: of A's type.
[[nodiscard]] OperatorCost matmul_cost(const OperatorEvent& op, double weight);
// The same where A and B may be transposed.
[[nodiscard]] OperatorCost fused_matmul_cost(const OperatorEvent& op, double weight);
// The same with a third matrix added.
[[nodiscard]] OperatorCost gemm_cost(const OperatorEvent& op, double weight);

[[nodiscard]] OperatorCost conv_cost(const OperatorEvent& op, double weight);
[[nodiscard]] OperatorCost quantized_conv_cost(const OperatorEvent& op, double weight);
[[nodiscard]] OperatorCost conv_transpose_cost(const OperatorEvent& op, double weight);

// Input and weights of the projection, or query, key and value.
[[nodiscard]] OperatorCost attention_cost(const OperatorEvent& op, double weight);
// Query, key and value.
[[nodiscard]] OperatorCost projected_attention_cost(const OperatorEvent& op, double weight);
[[nodiscard]] OperatorCost embedding_cost(const OperatorEvent& op, double weight);
// `weight`: gates (4 LSTM, 3 GRU, 1 RNN).
[[nodiscard]] OperatorCost recurrent_cost(const OperatorEvent& op, double weight);

// --- for the models themselves

[[nodiscard]] OperatorCost no_cost(std::string reason);
// "inputs [1,3] [4,5] and output [1,5] don't go together"
[[nodiscard]] OperatorCost inconsistent(const OperatorEvent& op);
// `flops`, with every input and output of the operator as traffic and `more_bytes` on top. No
// bytes, and a reason, when the size of a type is not known.
[[nodiscard]] OperatorCost with_traffic(const OperatorEvent& op, double flops,
                                        double more_bytes = 0);

}  // namespace lynxbench::attribution
