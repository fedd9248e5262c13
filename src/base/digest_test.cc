#include "base/digest.h"

#include <gtest/gtest.h>

namespace lynxbench {
namespace {

// FIPS 180-4 and NIST's examples.
TEST(Digest, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, DoesNotDependOnThePiecesThatTheBytesComeIn) {
  std::string text(1000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  for (std::size_t piece : {1U, 3U, 64U, 999U}) {
    Sha256 digest;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      digest.add(std::string_view(text).substr(at, piece));
    }
    EXPECT_EQ(digest.finish(), sha256_hex(text)) << piece;
  }
}

TEST(Digest, OfAFileIsThatOfItsBytes) {
  fs::path file = fs::path(testing::TempDir()) / "digest_test.bin";
  std::string bytes(3'000'000, 'x');  // more than one buffer
  ASSERT_TRUE(write_file_atomic(file, bytes).ok());
  EXPECT_EQ(*sha256_file(file), sha256_hex(bytes));
  fs::remove(file);
  EXPECT_EQ(sha256_file(file).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(sha256_file(testing::TempDir()).ok());
}

}  // namespace
}  // namespace lynxbench
