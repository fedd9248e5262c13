// Types of operators that are named in public: ONNX's own and those that ONNX Runtime adds.
#pragma once

#include <string>
#include <string_view>

namespace lynxbench::trace::redact {

[[nodiscard]] bool is_op_type(std::string_view name);

// The type in a node's name, by which it can be told what the node does without telling where it is:
// "/model/layers.0/attn/MatMul_12" -> "MatMul"; "" when there is none.
[[nodiscard]] std::string op_type_in(std::string_view node);

// Whether a node's name has nothing in it but types and numbers: "Conv_0 + Relu_1".
[[nodiscard]] bool is_plain_node(std::string_view node);

}  // namespace lynxbench::trace::redact
