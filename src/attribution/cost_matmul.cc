#include <algorithm>
#include <cstdint>
#include <optional>

#include "attribution/cost_model.h"
#include "attribution/shape.h"

namespace lynxbench::attribution {
namespace {

enum class Transposes { kNever, kPossible };

// The matrices at the end of a shape, and the batches before them. A vector is one row.
struct Matrices {
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  TensorShape batches;
};

Matrices matrices(const TensorShape& shape) {
  Matrices found;
  found.batches = shape;
  std::vector<std::int64_t>& dims = found.batches.dims;
  if (!dims.empty()) {
    found.columns = dims.back();
    dims.pop_back();
  }
  if (!dims.empty()) {
    found.rows = dims.back();
    dims.pop_back();
  }
  return found;
}

// What A x B = Y says of the sizes: Y is rows x columns, and `depth` products make an element of
// it.
struct Product {
  std::int64_t depth = 0;
  std::int64_t columns = 0;
};

std::optional<Product> depth_from_left(const Matrices& a, const Matrices& y,
                                       Transposes transposes) {
  if (!broadcasts_to(a.batches, y.batches)) return std::nullopt;
  if (a.rows == y.rows) return Product{a.columns, y.columns};
  if (transposes == Transposes::kPossible && a.columns == y.rows) return Product{a.rows, y.columns};
  return std::nullopt;
}

bool fits_right(const Matrices& b, const Matrices& y, const Product& product,
                Transposes transposes) {
  if (!broadcasts_to(b.batches, y.batches)) return false;
  if (b.rows == product.depth && b.columns == product.columns) return true;
  return transposes == Transposes::kPossible && b.rows == product.columns &&
         b.columns == product.depth;
}

// A times a vector: the output has no columns of its own.
std::optional<Product> with_vector(const OperatorEvent& op) {
  const TensorShape& a = op.inputs.front();
  const TensorShape& y = op.outputs.front();
  if (op.inputs.size() < 2 || op.inputs[1].dims.size() != 1 || a.dims.empty()) return std::nullopt;
  if (a.dims.size() != y.dims.size() + 1) return std::nullopt;
  const bool same = std::equal(y.dims.begin(), y.dims.end(), a.dims.begin());
  if (!same || a.dims.back() != op.inputs[1].dims.front()) return std::nullopt;
  return Product{a.dims.back(), 1};
}

// A row times B: the output has no rows of its own. A's row becomes a matrix of one.
OperatorEvent with_rows(const OperatorEvent& op) {
  OperatorEvent changed = op;
  const bool has_matrix = op.inputs.size() < 2 || op.inputs[1].dims.size() != 1;
  if (op.inputs.front().dims.size() == 1 && has_matrix) {
    std::vector<std::int64_t>& y = changed.outputs.front().dims;
    if (!y.empty()) y.insert(y.end() - 1, 1);
  }
  return changed;
}

struct Sizes {
  Product product;
  bool packed = false;  // B is not in the profile
};

std::optional<Sizes> sizes_of(const OperatorEvent& given, Transposes transposes) {
  if (const std::optional<Product> product = with_vector(given)) return Sizes{*product, false};
  const OperatorEvent op = with_rows(given);
  const Matrices y = matrices(op.outputs.front());
  const Matrices a = matrices(op.inputs.front());
  if (op.inputs.front().dims.empty() || op.outputs.front().dims.empty()) return std::nullopt;
  const std::optional<Product> product = depth_from_left(a, y, transposes);
  if (!product) return std::nullopt;
  for (std::size_t i = 1; i < op.inputs.size(); ++i) {
    if (op.inputs[i].dims.size() < 2) continue;  // a scale, a zero point or a bias
    if (fits_right(matrices(op.inputs[i]), y, *product, transposes)) return Sizes{*product, false};
    if (!broadcasts_to(op.inputs[i], op.outputs.front())) return std::nullopt;
  }
  return Sizes{*product, true};
}

OperatorCost product_cost(const OperatorEvent& op, double weight, Transposes transposes,
                          double further_flops) {
  const std::optional<Sizes> sizes = sizes_of(op, transposes);
  if (!sizes) return inconsistent(op);
  const auto depth = static_cast<double>(sizes->product.depth);
  const double flops = 2 * depth * elements(op.outputs.front()) + further_flops;
  if (!sizes->packed) return with_traffic(op, flops);
  const double size = weight > 0 ? weight : element_bytes(op.inputs.front().type).value_or(0);
  return with_traffic(op, flops, depth * static_cast<double>(sizes->product.columns) * size);
}

}  // namespace

OperatorCost matmul_cost(const OperatorEvent& op, double weight) {
  return product_cost(op, weight, Transposes::kNever, 0);
}

OperatorCost fused_matmul_cost(const OperatorEvent& op, double weight) {
  return product_cost(op, weight, Transposes::kPossible, 0);
}

OperatorCost gemm_cost(const OperatorEvent& op, double weight) {
  if (op.inputs.front().dims.size() != 2 || op.outputs.front().dims.size() != 2)
    return inconsistent(op);
  const std::optional<Sizes> sizes = sizes_of(op, Transposes::kPossible);
  const std::size_t matrices_given = sizes && sizes->packed ? 1 : 2;
  const bool adds = op.inputs.size() > matrices_given;
  return product_cost(op, weight, Transposes::kPossible, adds ? elements(op.outputs.front()) : 0);
}

}  // namespace lynxbench::attribution
