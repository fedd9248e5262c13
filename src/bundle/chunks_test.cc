#include "bundle/chunks.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"

namespace lynxbench::bundle {
namespace {

std::string text_of(const std::vector<Chunk>& chunks) {
  std::string text;
  for (const Chunk& chunk : chunks) {
    text += std::to_string(chunk.at_ns) + " " + std::to_string(chunk.tokens) + " " +
            std::to_string(static_cast<int>(chunk.channel)) + " " + std::to_string(chunk.counted) +
            "; ";
  }
  return text;
}

TEST(Chunks, AreCodedAsTheFormatPageSays) {
  // 300 ns: zigzag 600 = 4 x 128 + 88; 2 tokens, counted, channel 1: 16 + 4 + 1 = 21.
  // 1 ns earlier: zigzag of -1 is 1; nothing counted, channel 3.
  std::vector<Chunk> chunks{{300, 2, Channel::kAnswer, true}, {299, 0, Channel::kTool, false}};
  EXPECT_EQ(encode_chunks(chunks), std::string("\xd8\x04\x15\x01\x03"));
  EXPECT_EQ(text_of(*decode_chunks("\xd8\x04\x15\x01\x03")), text_of(chunks));
  EXPECT_EQ(encode_chunks({}), "");
  EXPECT_TRUE(decode_chunks("")->empty());
}

TEST(Chunks, ComeBackAsTheyWereWhateverTheyAre) {
  Random random(5, "chunks");
  constexpr std::int64_t kEnds[] = {std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max(), 0, -1};
  for (int round = 0; round < 200; ++round) {
    std::vector<Chunk> chunks;
    for (std::uint64_t i = random.below(50); i > 0; --i) {
      std::int64_t at = random.below(4) == 0 ? kEnds[random.below(4)]
                                             : static_cast<std::int64_t>(random.below(1ULL << 50));
      chunks.push_back({at, static_cast<std::uint32_t>(random.below(1ULL << random.below(33))),
                        static_cast<Channel>(random.below(4)), random.below(2) == 0});
    }
    std::optional<std::vector<Chunk>> again = decode_chunks(encode_chunks(chunks));
    ASSERT_TRUE(again);
    ASSERT_EQ(text_of(*again), text_of(chunks));
  }
}

TEST(Chunks, AStreamOfTokensTakesFiveBytesEach) {
  std::vector<Chunk> chunks;
  for (int i = 1; i <= 1000; ++i) {
    chunks.push_back({i * std::int64_t{20'000'000}, 1, Channel::kAnswer, true});
  }
  EXPECT_LE(encode_chunks(chunks).size(), 5 * chunks.size() + 5);
}

TEST(Chunks, WhatIsNotTheOneFormOfAValueIsRefused) {
  std::string good = encode_chunks({{300, 2, Channel::kAnswer, true}});
  for (std::size_t size = 1; size < good.size(); ++size) {
    EXPECT_FALSE(decode_chunks(good.substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_chunks(std::string("\x80\x00\x00", 3)));            // 0 in two bytes
  EXPECT_FALSE(decode_chunks(std::string(10, '\xff') + "\x01\x01"));      // more than 64 bits
  EXPECT_FALSE(decode_chunks(std::string("\x00\x80\x80\x80\x80\x80\x01", 7)));  // 2^32 tokens
  EXPECT_TRUE(decode_chunks(std::string("\x00\xf8\xff\xff\xff\x7f", 6)));       // one less
}

TEST(Chunks, AnyBytesAreChunksThatEncodeToThemOrNone) {
  Random random(6, "any bytes");
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string blob;
    for (std::uint64_t i = random.below(12); i > 0; --i) {
      blob += static_cast<char>(random.below(random.below(2) == 0 ? 128 : 256));
    }
    std::optional<std::vector<Chunk>> chunks = decode_chunks(blob);
    if (!chunks) continue;
    ++read;
    ASSERT_EQ(encode_chunks(*chunks), blob);
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace lynxbench::bundle
