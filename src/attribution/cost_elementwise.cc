#include <algorithm>

#include "attribution/cost_model.h"
#include "attribution/shape.h"

namespace lynxbench::attribution {
namespace {

bool all_broadcast(const OperatorEvent& op) {
  return std::all_of(op.inputs.begin(), op.inputs.end(), [&](const TensorShape& input) {
    return broadcasts_to(input, op.outputs.front());
  });
}

}  // namespace

OperatorCost elementwise_cost(const OperatorEvent& op, double weight) {
  if (!all_broadcast(op)) return inconsistent(op);
  return with_traffic(op, weight * elements(op.outputs.front()));
}

OperatorCost variadic_cost(const OperatorEvent& op, double weight) {
  if (!all_broadcast(op)) return inconsistent(op);
  const auto further = static_cast<double>(op.inputs.size() - 1);
  return with_traffic(op, weight * further * elements(op.outputs.front()));
}

OperatorCost reduction_cost(const OperatorEvent& op, double weight) {
  const double count = elements(op.inputs.front());
  if (elements(op.outputs.front()) > count && count > 0) return inconsistent(op);
  return with_traffic(op, weight * count);
}

OperatorCost normalization_cost(const OperatorEvent& op, double weight) {
  const double count = elements(op.outputs.front());
  if (elements(op.inputs.front()) != count) return inconsistent(op);
  return with_traffic(op, weight * count);
}

OperatorCost resize_cost(const OperatorEvent& op, double weight) {
  if (op.inputs.front().dims.size() != op.outputs.front().dims.size()) return inconsistent(op);
  return with_traffic(op, weight * elements(op.outputs.front()));
}

OperatorCost movement_cost(const OperatorEvent& op, double) { return with_traffic(op, 0); }

OperatorCost gather_cost(const OperatorEvent& op, double) {
  const TensorShape& source = op.inputs.front();
  const std::optional<double> size = element_bytes(source.type);
  double taken = 0;
  for (const TensorShape& output : op.outputs) taken += elements(output);
  const double untouched = std::max(0.0, elements(source) - taken);
  return with_traffic(op, 0, -untouched * size.value_or(0));
}

OperatorCost metadata_cost(const OperatorEvent&, double) {
  return {0.0, 0.0,
          "only the shape changes; its time is the call, or a copy that could not be saved"};
}

OperatorCost control_flow_cost(const OperatorEvent&, double) {
  return no_cost("control flow: the operators of its branch are listed by themselves");
}

}  // namespace lynxbench::attribution
