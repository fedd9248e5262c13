// Tensors as KServe's protocols carry them: a datatype, a shape, and the elements as bytes.
//
//   Tensor image{"image", DataType::kFp32, {1, 3, 224, 224}, {}};
//   Random random(seed, "inputs");
//   image.raw = random_elements(image.type, TRY(element_count(image.shape)), random);
//   TRY_STATUS(check(image));                      // as many bytes as type and shape say
//
// The bytes are little-endian, row-major and without padding, whatever the machine. An element of
// BYTES has any length: four bytes of length, then itself. Source: KServe, "Open Inference Protocol",
// and its binary tensor data extension.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"

namespace lynxbench::protocol {

enum class DataType : std::uint8_t {
  kBool,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFp16,
  kBf16,
  kFp32,
  kFp64,
  kBytes,
};

// "FP32"; what the protocol writes.
[[nodiscard]] std::string_view name_of(DataType type);
// Nothing where the protocol has no such datatype.
[[nodiscard]] std::optional<DataType> data_type_named(std::string_view name);
// Of one element; nothing for BYTES, whose elements have a length each.
[[nodiscard]] std::optional<std::size_t> element_bytes(DataType type);

using Shape = std::vector<std::int64_t>;

struct Tensor {
  std::string name;
  DataType type = DataType::kFp32;
  Shape shape;
  std::string raw;  // the elements
};

// The product of the dimensions; 1 for a scalar's empty shape. kInvalidInput for a dimension below 0
// (-1 means "any" in metadata and has no count) and where the product does not fit 63 bits.
[[nodiscard]] Result<std::uint64_t> element_count(std::span<const std::int64_t> shape);
// "[1, 3, 224]"
[[nodiscard]] std::string shape_text(std::span<const std::int64_t> shape);

// kInvalidInput, naming the tensor and both lengths, unless the bytes are as many as type and shape
// say; BYTES: unless they are exactly so many elements.
[[nodiscard]] Status check(const Tensor& tensor);
[[nodiscard]] Status check(std::string_view name, DataType type, std::span<const std::int64_t> shape,
                           std::string_view raw);

// BYTES: one more element at the end of `raw`.
void append_element(std::string& raw, std::string_view element);
// BYTES: views into `raw`. kInvalidInput where a length points behind its end.
[[nodiscard]] Result<std::vector<std::string_view>> elements_of(std::string_view raw);

// Half precision (IEEE 754 binary16) and bfloat16: to the nearest, ties to even; NaN stays NaN.
[[nodiscard]] std::uint16_t half_of(float value);
[[nodiscard]] float from_half(std::uint16_t bits);
[[nodiscard]] std::uint16_t bfloat_of(float value);
[[nodiscard]] float from_bfloat(std::uint16_t bits);

// `count` elements drawn from `random`, the same on every machine. Small numbers, so that most models
// take them: floating point uniform in [0, 1), whole numbers 0 to 99, BOOL either, BYTES 16 lower-case
// letters.
[[nodiscard]] std::string random_elements(DataType type, std::uint64_t count, Random& random);

}  // namespace lynxbench::protocol
