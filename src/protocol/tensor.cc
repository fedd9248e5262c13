#include "protocol/tensor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "protocol/elements.h"

namespace lynxbench::protocol {
namespace {

struct TypeRow {
  std::string_view name;
  std::size_t bytes;  // 0: of any length
};

// In the order of DataType.
constexpr std::array<TypeRow, 14> kTypes = {{{"BOOL", 1},
                                             {"UINT8", 1},
                                             {"UINT16", 2},
                                             {"UINT32", 4},
                                             {"UINT64", 8},
                                             {"INT8", 1},
                                             {"INT16", 2},
                                             {"INT32", 4},
                                             {"INT64", 8},
                                             {"FP16", 2},
                                             {"BF16", 2},
                                             {"FP32", 4},
                                             {"FP64", 8},
                                             {"BYTES", 0}}};
static_assert(static_cast<std::size_t>(DataType::kBytes) + 1 == kTypes.size());

const TypeRow& row_of(DataType type) { return kTypes[static_cast<std::size_t>(type)]; }

constexpr std::size_t kLengthBytes = 4;
constexpr std::uint64_t kSmallNumbers = 100;
constexpr std::size_t kTextLength = 16;

Status check_elements(std::string_view name, std::span<const std::int64_t> shape, std::uint64_t count,
                      std::string_view raw) {
  Result<std::vector<std::string_view>> elements = elements_of(raw);
  if (!elements.ok()) {
    return error(ErrorCode::kInvalidInput, "tensor \"{}\": {}", name, elements.error().message);
  }
  if (elements->size() == count) return ok_status();
  return error(ErrorCode::kInvalidInput, "tensor \"{}\": {} elements, and its shape {} has {}", name,
               elements->size(), shape_text(shape), count);
}

std::string random_text(Random& random) {
  std::string text(kTextLength, 'a');
  for (char& letter : text) letter = static_cast<char>('a' + random.below(26));
  return text;
}

}  // namespace

std::string_view name_of(DataType type) { return row_of(type).name; }

std::optional<DataType> data_type_named(std::string_view name) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].name == name) return static_cast<DataType>(i);
  }
  return std::nullopt;
}

std::optional<std::size_t> element_bytes(DataType type) {
  std::size_t bytes = row_of(type).bytes;
  return bytes == 0 ? std::nullopt : std::optional(bytes);
}

Result<std::uint64_t> element_count(std::span<const std::int64_t> shape) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  std::uint64_t count = empty ? 0 : 1;
  for (std::int64_t dimension : shape) {
    if (dimension < 0) {
      return error(ErrorCode::kInvalidInput, "shape {} has a dimension below 0", shape_text(shape));
    }
    if (!empty && count > kMost / static_cast<std::uint64_t>(dimension)) {
      return error(ErrorCode::kInvalidInput, "shape {} has more elements than 63 bits can count",
                   shape_text(shape));
    }
    count *= static_cast<std::uint64_t>(dimension);
  }
  return count;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::int64_t dimension : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(dimension);
  }
  return text + "]";
}

Status check(std::string_view name, DataType type, std::span<const std::int64_t> shape,
             std::string_view raw) {
  Result<std::uint64_t> count = element_count(shape);
  if (!count.ok()) {
    return error(ErrorCode::kInvalidInput, "tensor \"{}\": {}", name, count.error().message);
  }
  std::optional<std::size_t> bytes = element_bytes(type);
  if (!bytes) return check_elements(name, shape, *count, raw);
  if (raw.size() % *bytes == 0 && raw.size() / *bytes == *count) return ok_status();
  return error(ErrorCode::kInvalidInput, "tensor \"{}\": {} bytes; {} of shape {} has {} elements of {}",
               name, raw.size(), name_of(type), shape_text(shape), *count, *bytes);
}

Status check(const Tensor& tensor) {
  return check(tensor.name, tensor.type, tensor.shape, tensor.raw);
}

void append_element(std::string& raw, std::string_view element) {
  append_little(raw, static_cast<std::uint32_t>(element.size()));
  raw += element;
}

Result<std::vector<std::string_view>> elements_of(std::string_view raw) {
  std::vector<std::string_view> elements;
  for (std::size_t at = 0; at < raw.size();) {
    if (raw.size() - at < kLengthBytes) {
      return error(ErrorCode::kInvalidInput, "{} bytes are left where element {}'s length of {} should be",
                   raw.size() - at, elements.size(), kLengthBytes);
    }
    std::uint32_t length = read_little<std::uint32_t>(raw.data() + at);
    at += kLengthBytes;
    if (raw.size() - at < length) {
      return error(ErrorCode::kInvalidInput, "element {} has {} bytes by its length, and {} are left",
                   elements.size(), length, raw.size() - at);
    }
    elements.push_back(raw.substr(at, length));
    at += length;
  }
  return elements;
}

std::uint16_t half_of(float value) {
  std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000);
  std::uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;                    // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00;                   // 65536 and above: infinity
  if (magnitude < 0x33000000) return sign;                             // below half of the least: 0
  std::uint32_t exponent = magnitude >> 23;
  std::uint32_t fraction = (magnitude & 0x7fffff) | 0x800000;          // 1.x in 24 bits
  bool subnormal = exponent < 113;
  std::uint32_t shift = subnormal ? 126 - exponent : 13;               // bits that are cut off
  std::uint32_t kept = fraction >> shift;
  std::uint32_t cut = fraction & ((1U << shift) - 1);
  std::uint32_t half_way = 1U << (shift - 1);
  if (cut > half_way || (cut == half_way && (kept & 1) != 0)) ++kept;  // may carry into the exponent
  // A normal number's leading bit adds the 1 that the exponent is short of.
  std::uint32_t base = subnormal ? 0 : (exponent - 113) << 10;
  return static_cast<std::uint16_t>(sign | (base + kept));
}

float from_half(std::uint16_t bits) {
  std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  std::uint32_t exponent = (bits >> 10) & 0x1f;
  std::uint32_t fraction = bits & 0x3ff;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000 | (fraction << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
  float magnitude = static_cast<float>(fraction) * 0x1p-24F;
  return sign == 0 ? magnitude : -magnitude;
}

std::uint16_t bfloat_of(float value) {
  std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<std::uint16_t>((bits >> 16) | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

float from_bfloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::string random_elements(DataType type, std::uint64_t count, Random& random) {
  std::string raw;
  raw.reserve(count * element_bytes(type).value_or(kLengthBytes + kTextLength));
  visit_type(type, [&](auto kind) {
    constexpr DataType kType = kind();
    for (std::uint64_t i = 0; i < count; ++i) {
      if constexpr (kType == DataType::kBytes) {
        append_element(raw, random_text(random));
      } else if constexpr (std::is_floating_point_v<NumberOf<kType>>) {
        append<kType>(raw, static_cast<NumberOf<kType>>(random.uniform()));
      } else {
        append<kType>(raw, static_cast<NumberOf<kType>>(random.below(kType == DataType::kBool ? 2 : kSmallNumbers)));
      }
    }
  });
  return raw;
}

}  // namespace lynxbench::protocol
