// Sizes of tensors for the cost models. Counts are doubles: a product of sizes may exceed 63 bits,
// and below 2^53 a double counts exactly.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "model/timeline.h"

namespace lynxbench::attribution {

// Elements of `shape`: 1 for a scalar, 0 when a size is 0.
[[nodiscard]] double elements(const TensorShape& shape);
// Product of some sizes; 1 of none.
[[nodiscard]] double product(std::span<const std::int64_t> dims);

// Bytes of an element of a type as ONNX Runtime spells it ("float", "int64"): 0.5 for the 4-bit
// ones, nothing for strings and for types that are not known.
[[nodiscard]] std::optional<double> element_bytes(std::string_view type);

// Whether no size is negative (an unknown size that the runtime wrote down as it was).
[[nodiscard]] bool is_known(const TensorShape& shape);

// Whether `from` can be broadcast to `to`: aligned at the last dimension, each size equal or 1.
[[nodiscard]] bool broadcasts_to(const TensorShape& from, const TensorShape& to);

}  // namespace lynxbench::attribution
