#include "attribution/kernel/node_cost.h"

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace lynxbench::attribution {
namespace {

// Both lists are as long as each other; nothing where they are not what a reader writes.
std::optional<std::vector<TensorShape>> tensors_of(std::string_view shapes, std::string_view types) {
  const Json dims = Json::parse(shapes, nullptr, false);
  const Json names = Json::parse(types, nullptr, false);
  if (!dims.is_array() || !names.is_array() || dims.size() != names.size()) return std::nullopt;
  std::vector<TensorShape> tensors;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (!dims[i].is_array() || !names[i].is_string()) return std::nullopt;
    TensorShape& tensor = tensors.emplace_back();
    tensor.type = names[i].get<std::string>();
    for (const Json& size : dims[i]) {
      if (!size.is_number_integer()) return std::nullopt;
      tensor.dims.push_back(size.get<std::int64_t>());
    }
  }
  return tensors;
}

std::optional<Precision> precision_of(std::string_view type) {
  if (type == "float") return Precision::kFp32;
  if (type == "float16" || type == "bfloat16") return Precision::kBf16;
  if (type == "double") return Precision::kFp64;
  if (type == "int8" || type == "uint8") return Precision::kInt8;
  if (type.starts_with("float8")) return Precision::kFp8;
  return std::nullopt;
}

}  // namespace

NodeCost node_cost(const NodeText& node) {
  const auto inputs = tensors_of(node.shapes, node.types);
  const auto outputs = tensors_of(node.output_shapes, node.output_types);
  if (!inputs || !outputs) {
    return {{std::nullopt, std::nullopt, "the trace has no shapes of it"}, std::nullopt};
  }
  OperatorEvent op;
  op.op_type = node.op_type;
  op.inputs = *inputs;
  op.outputs = *outputs;
  const auto& typed = inputs->empty() ? *outputs : *inputs;
  return {cost_of(op), typed.empty() ? std::nullopt : precision_of(typed.front().type)};
}

}  // namespace lynxbench::attribution
