#include <algorithm>
#include <cstdint>
#include <span>

#include "attribution/cost_model.h"
#include "attribution/shape.h"

namespace lynxbench::attribution {
namespace {

// The weight: the first input after the image that has as many dimensions. Null when the runtime
// packed it ahead, which takes its shape out of the profile.
const TensorShape* weight_of(const OperatorEvent& op) {
  const std::size_t rank = op.inputs.front().dims.size();
  const auto found =
      std::find_if(op.inputs.begin() + 1, op.inputs.end(),
                   [rank](const TensorShape& input) { return input.dims.size() == rank; });
  return found == op.inputs.end() ? nullptr : &*found;
}

double kernel_elements(const TensorShape& weight) {
  return product(std::span(weight.dims).subspan(2));
}

// Channels of images and weight agree, channels second or (NHWC) last.
bool channels_agree(const TensorShape& x, const TensorShape& weight, const TensorShape& y) {
  const std::int64_t of_group = weight.dims[1];
  const auto agree = [&](std::int64_t in, std::int64_t out) {
    return of_group > 0 && in % of_group == 0 && out == weight.dims[0];
  };
  return agree(x.dims[1], y.dims[1]) || agree(x.dims.back(), y.dims.back());
}

bool is_image(const OperatorEvent& op) {
  const std::size_t rank = op.inputs.front().dims.size();
  return rank >= 3 && op.outputs.front().dims.size() == rank;
}

// A bias per output channel, and an image added to the result: one addition each per output
// element.
double additions(const OperatorEvent& op, const TensorShape& weight, std::int64_t channels) {
  double count = 0;
  for (const TensorShape& input : op.inputs) {
    if (&input <= &weight) continue;
    const bool bias = input.dims.size() == 1 && input.dims.front() == channels;
    const bool image = input.dims == op.outputs.front().dims;
    if (bias || image) count += elements(op.outputs.front());
  }
  return count;
}

OperatorCost packed_weight() {
  return no_cost("the weight's shape is not in the profile (the runtime packed it ahead)");
}

// Flops that a convolution has beside its products: bias and fused sum.
using Added = double (*)(const OperatorEvent& op, const TensorShape& weight);

OperatorCost products_and(const OperatorEvent& op, Added added) {
  if (!is_image(op)) return inconsistent(op);
  const TensorShape* weight = weight_of(op);
  if (weight == nullptr) return packed_weight();
  const TensorShape& y = op.outputs.front();
  if (!channels_agree(op.inputs.front(), *weight, y)) return inconsistent(op);
  const double of_group = static_cast<double>(weight->dims[1]);
  const double products = elements(y) * of_group * kernel_elements(*weight);
  return with_traffic(op, 2 * products + added(op, *weight));
}

}  // namespace

OperatorCost conv_cost(const OperatorEvent& op, double) {
  return products_and(op, [](const OperatorEvent& conv, const TensorShape& weight) {
    return additions(conv, weight, weight.dims[0]);
  });
}

OperatorCost quantized_conv_cost(const OperatorEvent& op, double) {
  return products_and(op, [](const OperatorEvent&, const TensorShape&) { return 0.0; });
}

OperatorCost conv_transpose_cost(const OperatorEvent& op, double) {
  if (!is_image(op)) return inconsistent(op);
  const TensorShape* weight = weight_of(op);
  if (weight == nullptr) return packed_weight();
  const TensorShape& x = op.inputs.front();
  const TensorShape& y = op.outputs.front();
  const std::int64_t of_group = weight->dims[1];
  if (weight->dims[0] != x.dims[1] || of_group <= 0 || y.dims[1] % of_group != 0) {
    return inconsistent(op);
  }
  const double products = elements(x) * static_cast<double>(of_group) * kernel_elements(*weight);
  return with_traffic(op, 2 * products + additions(op, *weight, y.dims[1]));
}

}  // namespace lynxbench::attribution
