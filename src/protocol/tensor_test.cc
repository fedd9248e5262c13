#include "protocol/tensor.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace lynxbench::protocol {
namespace {

using namespace std::string_literals;

TEST(Tensor, EveryDatatypeIsFoundByItsName) {
  for (int i = 0; i <= static_cast<int>(DataType::kBytes); ++i) {
    auto type = static_cast<DataType>(i);
    EXPECT_EQ(data_type_named(name_of(type)), type);
  }
  EXPECT_EQ(data_type_named("FP8"), std::nullopt);
  EXPECT_EQ(data_type_named("fp32"), std::nullopt);
  EXPECT_EQ(element_bytes(DataType::kFp16), 2U);
  EXPECT_EQ(element_bytes(DataType::kBytes), std::nullopt);
}

TEST(Tensor, AShapeHasTheProductOfItsDimensions) {
  EXPECT_EQ(*element_count(Shape{2, 3, 4}), 24U);
  EXPECT_EQ(*element_count(Shape{}), 1U);
  EXPECT_EQ(*element_count(Shape{4, 0, 1LL << 62}), 0U);
  EXPECT_NE(element_count(Shape{2, -1}).error().message.find("[2, -1]"), std::string::npos);
  EXPECT_FALSE(element_count(Shape{1LL << 32, 1LL << 31}).ok());  // 2^63
  EXPECT_TRUE(element_count(Shape{1LL << 32, 1LL << 30}).ok());
}

TEST(Tensor, BytesMustBeAsManyAsTypeAndShapeSay) {
  EXPECT_TRUE(check({"x", DataType::kFp32, {2, 3}, std::string(24, '\0')}).ok());
  Error wrong = check({"x", DataType::kFp32, {2, 3}, std::string(23, '\0')}).error();
  for (const char* word : {"\"x\"", "23 bytes", "FP32", "[2, 3]", "6 elements of 4"}) {
    EXPECT_NE(wrong.message.find(word), std::string::npos) << word << " in: " << wrong.message;
  }
  // 2^62 elements of 4 bytes are 2^64, which must not pass for 0.
  EXPECT_FALSE(check({"x", DataType::kFp32, {1LL << 62}, ""}).ok());
}

TEST(Tensor, AnElementOfBytesIsItsLengthAndItself) {
  std::string raw;
  append_element(raw, "ab");
  append_element(raw, "");
  EXPECT_EQ(raw, "\x02\0\0\0ab\0\0\0\0"s);
  EXPECT_EQ(*elements_of(raw), (std::vector<std::string_view>{"ab", ""}));
  EXPECT_TRUE(check({"x", DataType::kBytes, {2}, raw}).ok());
  EXPECT_FALSE(check({"x", DataType::kBytes, {3}, raw}).ok());
}

TEST(Tensor, EveryPrefixOfBytesIsWholeElementsOrRefused) {
  std::string raw;
  append_element(raw, "abc");
  append_element(raw, "d");
  for (std::size_t length = 0; length <= raw.size(); ++length) {
    bool whole = length == 0 || length == 7 || length == 12;
    EXPECT_EQ(elements_of(std::string_view(raw).substr(0, length)).ok(), whole) << length;
  }
  EXPECT_FALSE(elements_of("\xff\xff\xff\xff"s).ok());
}

TEST(Tensor, HalfPrecisionRoundsToTheNearestTiesToEven) {
  EXPECT_EQ(half_of(1.0F), 0x3c00);
  EXPECT_EQ(half_of(-2.0F), 0xc000);
  EXPECT_EQ(half_of(65504.0F), 0x7bff);             // the largest
  EXPECT_EQ(half_of(65519.996F), 0x7bff);
  EXPECT_EQ(half_of(65520.0F), 0x7c00);             // half way to 65536: infinity
  EXPECT_EQ(half_of(0x1p-24F), 0x0001);             // the least
  EXPECT_EQ(half_of(0x1p-25F), 0x0000);             // half of it: to even
  EXPECT_EQ(half_of(0x1.000002p-25F), 0x0001);
  EXPECT_EQ(half_of(0x1.ff8p-15F), 0x03ff);         // the largest subnormal
  EXPECT_EQ(half_of(0x1.fffffep-15F), 0x0400);      // carries into the exponent
  EXPECT_EQ(half_of(1.0F + 0x1p-11F), 0x3c00);      // half way between 1 and the next: to even
  EXPECT_EQ(half_of(1.0F + 0x3p-11F), 0x3c02);
  EXPECT_EQ(half_of(-0.0F), 0x8000);
  EXPECT_TRUE(std::isnan(from_half(half_of(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_EQ(half_of(-std::numeric_limits<float>::infinity()), 0xfc00);
}

TEST(Tensor, EveryHalfComesBackFromItsFloat) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    float value = from_half(static_cast<std::uint16_t>(bits));
    if (std::isnan(value)) continue;
    ASSERT_EQ(half_of(value), bits);
    // Half way to the next, and one float to each side of it.
    std::uint32_t next = bits + 1;
    if ((next & 0x7fff) > 0x7c00 || (bits & 0x7fff) == 0x7c00) continue;
    float other = (next & 0x7fff) == 0x7c00 ? std::copysign(65536.0F, value) : from_half(static_cast<std::uint16_t>(next));
    float middle = value + (other - value) / 2;
    ASSERT_EQ(half_of(std::nextafter(middle, value)), bits);
    ASSERT_EQ(half_of(std::nextafter(middle, other)), next);
    ASSERT_EQ(half_of(middle), bits % 2 == 0 ? bits : next);
  }
}

TEST(Tensor, BfloatRoundsToTheNearestTiesToEven) {
  EXPECT_EQ(bfloat_of(1.0F), 0x3f80);
  EXPECT_EQ(bfloat_of(1.0F + 0x1p-8F), 0x3f80);
  EXPECT_EQ(bfloat_of(1.0F + 0x3p-8F), 0x3f82);
  EXPECT_EQ(bfloat_of(std::numeric_limits<float>::max()), 0x7f80);
  EXPECT_TRUE(std::isnan(from_bfloat(bfloat_of(std::numeric_limits<float>::signaling_NaN()))));
  EXPECT_EQ(from_bfloat(0x3f80), 1.0F);
}

TEST(Tensor, TheSameSeedDrawsTheSameElementsOfEveryDatatype) {
  for (int i = 0; i <= static_cast<int>(DataType::kBytes); ++i) {
    auto type = static_cast<DataType>(i);
    Random one(7, "inputs");
    Random same(7, "inputs");
    Random other(8, "inputs");
    std::string raw = random_elements(type, 50, one);
    EXPECT_EQ(raw, random_elements(type, 50, same)) << name_of(type);
    EXPECT_NE(raw, random_elements(type, 50, other)) << name_of(type);
    EXPECT_TRUE(check({"x", type, {50}, raw}).ok()) << name_of(type);
  }
}

TEST(Tensor, DrawnNumbersAreSmall) {
  Random random(1, "inputs");
  for (char value : random_elements(DataType::kBool, 100, random)) EXPECT_TRUE(value == 0 || value == 1);
  for (char value : random_elements(DataType::kInt8, 100, random)) EXPECT_TRUE(value >= 0 && value < 100);
  std::string halves = random_elements(DataType::kFp16, 100, random);
  for (std::size_t at = 0; at < halves.size(); at += 2) {
    auto low = static_cast<unsigned char>(halves[at]);
    auto high = static_cast<unsigned char>(halves[at + 1]);
    float value = from_half(static_cast<std::uint16_t>(low | high << 8));
    EXPECT_TRUE(value >= 0 && value <= 1) << value;
  }
}

}  // namespace
}  // namespace lynxbench::protocol
