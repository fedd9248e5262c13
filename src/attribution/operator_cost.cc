#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "attribution/cost_model.h"
#include "attribution/shape.h"

namespace lynxbench::attribution {
namespace {

bool all_known(const OperatorEvent& op) {
  return std::all_of(op.inputs.begin(), op.inputs.end(), is_known) &&
         std::all_of(op.outputs.begin(), op.outputs.end(), is_known);
}

std::string shapes_text(const std::vector<TensorShape>& shapes) {
  std::string text;
  for (const TensorShape& shape : shapes) {
    text += fmt::format("{}[{}]", text.empty() ? "" : " ", fmt::join(shape.dims, ","));
  }
  return text;
}

}  // namespace

OperatorCost no_cost(std::string reason) { return {std::nullopt, std::nullopt, std::move(reason)}; }

OperatorCost inconsistent(const OperatorEvent& op) {
  return no_cost(fmt::format("inputs {} and outputs {} don't go together for {}",
                             shapes_text(op.inputs), shapes_text(op.outputs), op.op_type));
}

OperatorCost with_traffic(const OperatorEvent& op, double flops, double more_bytes) {
  double bytes = more_bytes;
  for (const auto* shapes : {&op.inputs, &op.outputs}) {
    for (const TensorShape& shape : *shapes) {
      const std::optional<double> size = element_bytes(shape.type);
      if (!size) {
        return {flops, std::nullopt,
                fmt::format("the size of type \"{}\" is not known", shape.type)};
      }
      bytes += elements(shape) * *size;
    }
  }
  return {flops, bytes, {}};
}

OperatorCost cost_of(const OperatorEvent& op) {
  const CostRow* row = cost_row(op.op_type);
  if (row == nullptr) return no_cost(fmt::format("no cost model of {}", op.op_type));
  if (row->model == control_flow_cost) return control_flow_cost(op, row->weight);
  if (op.outputs.empty()) return no_cost("the profile has no shape of an output");
  if (op.inputs.empty()) return no_cost("the profile has no shape of an input");
  if (!all_known(op)) return no_cost("a size in the profile is negative");
  return row->model(op, row->weight);
}

}  // namespace lynxbench::attribution
