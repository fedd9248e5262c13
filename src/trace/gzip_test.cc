#include "trace/gzip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/random.h"
#include "trace/byte_source.h"
#include "trace/packed_for_test.h"

namespace lynxbench::trace {
namespace {

// Half of what it packs to is in the middle of the text.
std::string long_text(std::size_t length) {
  Random random(1, "text");
  std::string text;
  while (text.size() < length) text += static_cast<char>('a' + random.below(16));
  return text;
}

struct Unpacked {
  std::string text;
  Losses losses;
};

// All of `packed`, asking for `piece` bytes at a time.
Unpacked unpack(std::string_view packed, std::size_t piece = 1 << 16) {
  GzipInflater gzip([packed](std::span<char> to) mutable {
    const std::size_t count = std::min(to.size(), packed.size());
    if (count != 0) std::memcpy(to.data(), packed.data(), count);
    packed.remove_prefix(count);
    return count;
  });
  Unpacked result;
  std::string buffer(piece, '\0');
  while (true) {
    const std::size_t got = gzip.read(buffer);
    result.text.append(buffer, 0, got);
    if (got < buffer.size()) break;
  }
  EXPECT_EQ(gzip.read(buffer), 0U);
  LossCount losses = gzip.losses();
  result.losses = losses.take();
  return result;
}

TEST(GzipInflater, GivesTheTextInPiecesOfEveryLength) {
  const std::string text = long_text(3000);
  for (int level : {0, 1, 9}) {
    const std::string packed = gzip_of(text, level);
    for (std::size_t piece : {1, 2, 3, 7, 100, 2999, 3000, 3001, 100'000}) {
      const Unpacked got = unpack(packed, piece);
      EXPECT_EQ(got.text, text) << piece;
      EXPECT_TRUE(got.losses.empty());
    }
  }
}

TEST(GzipInflater, GivesWhatIsLongerThanItsBuffers) {
  const std::string text = long_text(3'000'000);
  const Unpacked got = unpack(gzip_of(text), 1'000'003);
  EXPECT_TRUE(got.text == text);
  EXPECT_TRUE(got.losses.empty());
}

TEST(GzipInflater, MembersFollowOneAnother) {
  const std::string packed = gzip_of("one ") + gzip_of("") + gzip_of("two ") + gzip_of("three");
  for (std::size_t piece : {1, 5, 1000}) {
    const Unpacked got = unpack(packed, piece);
    EXPECT_EQ(got.text, "one two three");
    EXPECT_TRUE(got.losses.empty());
  }
}

TEST(GzipInflater, MembersMayMeetAtAnyPlaceOfTheReadBuffer) {
  const std::string filler = long_text(1 << 18);
  const std::string first = gzip_of(filler, 0);  // stored: 5 bytes more for each 65,535
  for (int cut = 0; cut < 24; ++cut) {
    const std::string shorter = gzip_of(filler.substr(0, (1 << 17) - 40 + cut), 0);
    const Unpacked got = unpack(shorter + gzip_of("tail"));
    EXPECT_TRUE(got.text.ends_with("tail")) << cut;
    EXPECT_TRUE(got.losses.empty()) << cut;
  }
}

TEST(GzipInflater, PaddingBehindTheLastMemberIsPassedOverAndCounted) {
  for (const std::string& padding : {std::string(512, '\0'), std::string(1, '\0'),
                                     std::string(200'000, 'x')}) {
    const Unpacked got = unpack(gzip_of("text") + padding);
    EXPECT_EQ(got.text, "text");
    ASSERT_EQ(got.losses.size(), 1U);
    EXPECT_EQ(got.losses[0].severity, Severity::kNotice);
  }
}

TEST(GzipInflater, CutAtEveryByteGivesABeginningOfTheTextAndSaysSo) {
  const std::string text = long_text(2000);
  const std::string packed = gzip_of(text);
  std::size_t longest = 0;
  for (std::size_t length = 2; length < packed.size(); ++length) {
    const Unpacked got = unpack(std::string_view(packed).substr(0, length));
    EXPECT_TRUE(text.starts_with(got.text)) << length;
    ASSERT_EQ(got.losses.size(), 1U) << length;
    EXPECT_EQ(got.losses[0].severity, Severity::kDamage);
    EXPECT_GE(got.text.size(), longest);
    longest = got.text.size();
  }
  EXPECT_EQ(longest, text.size());
}

TEST(GzipInflater, DamageGivesWhatCameBeforeIt) {
  const std::string text = long_text(600'000);
  std::string packed = gzip_of(text);
  std::fill_n(packed.begin() + static_cast<std::ptrdiff_t>(packed.size() / 2), 64, '\xff');
  const Unpacked got = unpack(packed);
  EXPECT_GT(got.text.size(), 200'000U);
  ASSERT_EQ(got.losses.size(), 1U);
  EXPECT_EQ(got.losses[0].severity, Severity::kDamage);
  const std::size_t sound = text.size() * 2 / 5;  // well before the damage
  EXPECT_TRUE(got.text.substr(0, sound) == text.substr(0, sound));
}

TEST(GzipInflater, AWrongCheckSumIsDamageAndTheTextIsGiven) {
  std::string packed = gzip_of("some text");
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);
  const Unpacked got = unpack(packed);
  EXPECT_EQ(got.text, "some text");
  ASSERT_EQ(got.losses.size(), 1U);
  EXPECT_EQ(got.losses[0].severity, Severity::kDamage);
}

TEST(GzipInflater, ADamagedMemberBehindAGoodOneCostsTheFirstNothing) {
  const Unpacked got = unpack(gzip_of("good") + "\x1f\x8b\x08 no gzip at all, but long enough");
  EXPECT_EQ(got.text, "good");
  ASSERT_EQ(got.losses.size(), 1U);
  EXPECT_EQ(got.losses[0].severity, Severity::kDamage);
}

std::string all_of(ByteSource& source, std::size_t piece) {
  std::string text;
  std::string buffer(piece, '\0');
  for (std::size_t got = piece; got == piece;) {
    got = source.read(buffer);
    text.append(buffer, 0, got);
  }
  return text;
}

TEST(ByteSource, GivesPlainAndPackedBytesAlikeWhateverTheName) {
  const std::string text = long_text(kHeadBytes * 2 + 17);
  for (const std::string& bytes : {text, gzip_of(text)}) {
    const auto source = open_bytes(bytes, "name.txt");
    ASSERT_TRUE(source.ok());
    EXPECT_EQ((*source)->head(), text.substr(0, kHeadBytes));
    EXPECT_TRUE(all_of(**source, 100'003) == text);
    EXPECT_EQ((*source)->head(), text.substr(0, kHeadBytes));
    EXPECT_TRUE((*source)->losses().empty());
  }
}

TEST(ByteSource, AByteOrderMarkIsNoPartOfIt) {
  for (std::size_t piece : {1, 2, 3, 100}) {
    const std::string bytes = "\xef\xbb\xbf{}";
    const auto plain = open_bytes(bytes, "x");
    EXPECT_EQ((*plain)->head(), "{}");
    EXPECT_EQ(all_of(**plain, piece), "{}");
    const std::string packed = gzip_of(bytes);
    const auto unpacked = open_bytes(packed, "x");
    EXPECT_EQ(all_of(**unpacked, piece), "{}");
  }
}

TEST(ByteSource, ShortFilesAreGivenAsTheyAre) {
  for (std::string_view bytes : {"", "{", "\x1f", "ab"}) {
    const auto source = open_bytes(bytes, "x");
    ASSERT_TRUE(source.ok());
    EXPECT_EQ(all_of(**source, 10), bytes);
  }
}

TEST(ByteSource, GzipOfWhichNothingCanBeUnpackedIsAnError) {
  for (const std::string& bytes : {std::string("\x1f\x8b"), std::string("\x1f\x8bxyz0123456789"),
                                   gzip_of("")}) {
    const auto source = open_bytes(bytes, "x.gz");
    ASSERT_FALSE(source.ok());
    EXPECT_EQ(source.error().code, ErrorCode::kInvalidInput);
  }
}

TEST(ByteSource, FilesThatCannotBeOpenedSayWhy) {
  EXPECT_EQ(open_file("/no/such/file").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(open_file("/").error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace lynxbench::trace
