#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "attribution/cost_model.h"
#include "attribution/shape.h"

namespace lynxbench::attribution {
namespace {

double dim(const TensorShape& shape, std::size_t from_end) {
  return static_cast<double>(shape.dims[shape.dims.size() - from_end]);
}

// Positions that a query looks at: those of the keys, with the past where the operator keeps one
// (its second output is then [.., positions, head size]).
double positions(const OperatorEvent& op, double of_keys) {
  if (op.outputs.size() < 2 || op.outputs[1].dims.size() < 4) return of_keys;
  return std::max(of_keys, dim(op.outputs[1], 2));
}

// Functions and products of one gate besides its matrices, about: an LSTM has three sigmoids, two
// hyperbolic tangents and four products over its four gates.
constexpr double kGateFunctions = 15;

// Elements of the weights [directions, rows, width] that the profile has; it lacks those that were
// packed ahead.
double recurrent_weights_seen(const OperatorEvent& op, double rows) {
  double seen = 0;
  for (const TensorShape& input : std::span(op.inputs).subspan(1)) {
    if (input.dims.size() == 3 && dim(input, 2) == rows) seen += elements(input);
  }
  return seen;
}

// Query x key and scores x value, each 2 operations per product. The softmax between them is left
// out: the number of heads is an attribute, which the profile does not have.
double attended(double batch, double queries, double keys, double width, double value_width) {
  return 2 * batch * queries * keys * (width + value_width);
}

// The width of the joint projection to query, key and value: from its weight [in, width], or from
// its bias [width] where the weight was packed ahead.
std::optional<double> projection_width(const OperatorEvent& op, double in) {
  const TensorShape& second = op.inputs[1];
  if (second.dims.size() == 2 && dim(second, 2) == in) return dim(second, 1);
  if (second.dims.size() == 1) return dim(second, 1);
  return std::nullopt;
}

}  // namespace

OperatorCost attention_cost(const OperatorEvent& op, double weight) {
  if (op.inputs.size() < 2)
    return no_cost("neither weight nor bias of the projection is in the profile");
  const TensorShape& x = op.inputs.front();
  if (op.inputs[1].dims.size() > 2) return projected_attention_cost(op, weight);
  const TensorShape& y = op.outputs.front();
  if (x.dims.size() != 3 || y.dims.size() != 3) return inconsistent(op);
  const double batch = dim(x, 3);
  const double queries = dim(x, 2);
  const std::optional<double> width = projection_width(op, dim(x, 1));
  const double value_width = dim(y, 1);
  if (!width || dim(y, 3) != batch || dim(y, 2) != queries || *width <= value_width) {
    return inconsistent(op);
  }
  const double query_width = (*width - value_width) / 2;
  const double projection = 2 * batch * queries * dim(x, 1) * *width;
  const double keys = positions(op, queries);
  const bool packed = op.inputs[1].dims.size() == 1;
  const double size = weight > 0 ? weight : element_bytes(x.type).value_or(0);
  return with_traffic(op, projection + attended(batch, queries, keys, query_width, value_width),
                      packed ? dim(x, 1) * *width * size : 0);
}

OperatorCost projected_attention_cost(const OperatorEvent& op, double) {
  const TensorShape& y = op.outputs.front();
  if (op.inputs.size() < 3) return no_cost("query, key and value come packed in one input");
  const TensorShape& query = op.inputs[0];
  const TensorShape& key = op.inputs[1];
  if (query.dims.size() == 4 && key.dims.size() == 4 && y.dims.size() == 4) {
    // [batch, heads, positions, head size]
    if (dim(query, 1) != dim(key, 1) || dim(y, 2) != dim(query, 2)) return inconsistent(op);
    const double keys = positions(op, dim(key, 2));
    return with_traffic(
        op, attended(dim(query, 4) * dim(query, 3), dim(query, 2), keys, dim(query, 1), dim(y, 1)));
  }
  if (query.dims.size() != 3 || key.dims.size() < 3 || y.dims.size() != 3) return inconsistent(op);
  if (dim(y, 3) != dim(query, 3) || dim(y, 2) != dim(query, 2)) return inconsistent(op);
  const double own = key.dims.size() == 3 ? static_cast<double>(key.dims[1]) : dim(key, 2);
  return with_traffic(
      op, attended(dim(query, 3), dim(query, 2), positions(op, own), dim(query, 1), dim(y, 1)));
}

OperatorCost embedding_cost(const OperatorEvent& op, double weight) {
  const TensorShape& y = op.outputs.front();
  double bytes = 0;
  // Of each table as many rows as come out; everything else once.
  for (const auto* shapes : {&op.inputs, &op.outputs}) {
    for (const TensorShape& shape : *shapes) {
      const std::optional<double> size = element_bytes(shape.type);
      if (!size) return with_traffic(op, 0);
      bytes += std::min(elements(shape), elements(y)) * *size;
    }
  }
  return {weight * elements(y), bytes, {}};
}

OperatorCost recurrent_cost(const OperatorEvent& op, double gates) {
  const TensorShape& x = op.inputs.front();
  const TensorShape& y = op.outputs.front();
  if (x.dims.size() != 3 || y.dims.size() != 4) return inconsistent(op);
  const bool steps_first = y.dims[0] == x.dims[0] && y.dims[2] == x.dims[1];
  const bool batch_first = y.dims[0] == x.dims[0] && y.dims[1] == x.dims[1];
  if (!steps_first && !batch_first) return inconsistent(op);
  const std::int64_t directions = steps_first ? y.dims[1] : y.dims[2];
  const std::int64_t in = x.dims[2];
  const std::int64_t state = y.dims[3];
  const double widths = static_cast<double>(in) + static_cast<double>(state);
  const double rows = gates * static_cast<double>(state);
  const double weights = static_cast<double>(directions) * rows * widths;
  const double packed = std::max(0.0, weights - recurrent_weights_seen(op, rows));
  const double per_element = gates * (2 * widths + kGateFunctions);
  return with_traffic(op, per_element * elements(y), packed * element_bytes(x.type).value_or(0));
}

}  // namespace lynxbench::attribution
