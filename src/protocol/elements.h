// Single elements of a tensor, as C++ numbers. Inside protocol only.
//
//   visit_type(type, [&](auto kind) {
//     constexpr DataType kType = kind();
//     append<kType>(raw, NumberOf<kType>(7));
//   });
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "protocol/tensor.h"

namespace lynxbench::protocol {

template <typename T>
[[nodiscard]] T in_little_endian(T value) {
  if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) {
    return value;
  } else {
    T turned;
    auto* to = reinterpret_cast<unsigned char*>(&turned);
    const auto* from = reinterpret_cast<const unsigned char*>(&value);
    for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = from[sizeof(T) - 1 - i];
    return turned;
  }
}

template <typename T>
void append_little(std::string& raw, T value) {
  value = in_little_endian(value);
  raw.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// `at` need not be aligned.
template <typename T>
[[nodiscard]] T read_little(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return in_little_endian(value);
}

// How an element is stored, and the number that it means; both void for BYTES.
template <typename StoredType, typename NumberType>
struct ElementTypes {
  using Stored = StoredType;
  using Number = NumberType;
};
template <DataType T>
struct Element : ElementTypes<void, void> {};
template <> struct Element<DataType::kBool> : ElementTypes<std::uint8_t, bool> {};
template <> struct Element<DataType::kUint8> : ElementTypes<std::uint8_t, std::uint8_t> {};
template <> struct Element<DataType::kUint16> : ElementTypes<std::uint16_t, std::uint16_t> {};
template <> struct Element<DataType::kUint32> : ElementTypes<std::uint32_t, std::uint32_t> {};
template <> struct Element<DataType::kUint64> : ElementTypes<std::uint64_t, std::uint64_t> {};
template <> struct Element<DataType::kInt8> : ElementTypes<std::int8_t, std::int8_t> {};
template <> struct Element<DataType::kInt16> : ElementTypes<std::int16_t, std::int16_t> {};
template <> struct Element<DataType::kInt32> : ElementTypes<std::int32_t, std::int32_t> {};
template <> struct Element<DataType::kInt64> : ElementTypes<std::int64_t, std::int64_t> {};
template <> struct Element<DataType::kFp16> : ElementTypes<std::uint16_t, float> {};
template <> struct Element<DataType::kBf16> : ElementTypes<std::uint16_t, float> {};
template <> struct Element<DataType::kFp32> : ElementTypes<float, float> {};
template <> struct Element<DataType::kFp64> : ElementTypes<double, double> {};

template <DataType T>
using NumberOf = typename Element<T>::Number;

template <DataType T>
void append(std::string& raw, NumberOf<T> value) {
  if constexpr (T == DataType::kFp16) append_little(raw, half_of(value));
  else if constexpr (T == DataType::kBf16) append_little(raw, bfloat_of(value));
  else append_little(raw, static_cast<typename Element<T>::Stored>(value));
}

template <DataType T>
[[nodiscard]] NumberOf<T> read(const char* at) {
  auto stored = read_little<typename Element<T>::Stored>(at);
  if constexpr (T == DataType::kFp16) return from_half(stored);
  else if constexpr (T == DataType::kBf16) return from_bfloat(stored);
  else if constexpr (T == DataType::kBool) return stored != 0;
  else return stored;
}

// visitor(std::integral_constant<DataType, type>{})
template <typename Visitor>
decltype(auto) visit_type(DataType type, Visitor&& visitor) {
  using enum DataType;
#define LYNX_TYPE(which) case which: return visitor(std::integral_constant<DataType, which>{})
  switch (type) {
    LYNX_TYPE(kBool);
    LYNX_TYPE(kUint8);
    LYNX_TYPE(kUint16);
    LYNX_TYPE(kUint32);
    LYNX_TYPE(kUint64);
    LYNX_TYPE(kInt8);
    LYNX_TYPE(kInt16);
    LYNX_TYPE(kInt32);
    LYNX_TYPE(kInt64);
    LYNX_TYPE(kFp16);
    LYNX_TYPE(kBf16);
    LYNX_TYPE(kFp32);
    LYNX_TYPE(kFp64);
    LYNX_TYPE(kBytes);
  }
#undef LYNX_TYPE
  CHECK(false);
}

}  // namespace lynxbench::protocol
