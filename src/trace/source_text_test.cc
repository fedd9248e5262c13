#include "trace/source_text.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/random.h"

namespace lynxbench::trace {
namespace {

std::string gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// Text that packs to about half, so that a cut in the packed form is one in the middle of the text.
std::string long_text() {
  Random random(1, "text");
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += static_cast<char>('a' + random.below(16));
  return text;
}

TEST(SourceText, PlainTextIsGivenAsItIs) {
  const Result<SourceText> source = plain_text("[1]", "x");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->text(), "[1]");
  EXPECT_TRUE(source->losses().empty());
}

TEST(SourceText, AByteOrderMarkIsTakenOff) {
  const Result<SourceText> plain = plain_text("\xef\xbb\xbf[1]", "x");
  EXPECT_EQ(plain->text(), "[1]");
  const std::string packed = gzip("\xef\xbb\xbf[1]");
  EXPECT_EQ(plain_text(packed, "x")->text(), "[1]");
}

TEST(SourceText, GzipIsRecognisedByItsFirstBytesAndUnpackedMemberByMember) {
  const std::string text = long_text();
  const std::string packed = gzip(text) + gzip("and more") + gzip("");
  const Result<SourceText> source = plain_text(packed, "profile.json");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->text(), text + "and more");
  EXPECT_TRUE(source->losses().empty());
}

TEST(SourceText, BytesBehindTheGzipStreamAreANotice) {
  const std::string packed = gzip("text") + std::string(512, '\0');
  const Result<SourceText> source = plain_text(packed, "x");
  EXPECT_EQ(source->text(), "text");
  ASSERT_EQ(source->losses().size(), 1U);
  EXPECT_EQ(source->losses()[0].severity, Severity::kNotice);
}

TEST(SourceText, ACutGzipStreamGivesWhatCameBeforeTheCut) {
  const std::string text = long_text();
  const std::string packed = gzip(text);
  const Result<SourceText> source =
      plain_text(std::string_view(packed).substr(0, packed.size() / 2), "x");
  ASSERT_TRUE(source.ok());
  EXPECT_GT(source->text().size(), text.size() / 3);
  EXPECT_LT(source->text().size(), text.size());
  EXPECT_TRUE(std::string_view(text).starts_with(source->text()));
  ASSERT_EQ(source->losses().size(), 1U);
  EXPECT_EQ(source->losses()[0].what, "gzip stream is cut");
  EXPECT_EQ(source->losses()[0].severity, Severity::kDamage);
}

TEST(SourceText, ADamagedGzipStreamGivesWhatCameBeforeTheDamage) {
  const std::string text = long_text();
  std::string packed = gzip(text);
  packed.replace(packed.size() / 2, 64, std::string(64, '\xff'));
  const Result<SourceText> source = plain_text(packed, "x");
  ASSERT_TRUE(source.ok());
  EXPECT_FALSE(source->text().empty());
  ASSERT_EQ(source->losses().size(), 1U);
  EXPECT_EQ(source->losses()[0].what, "gzip stream is damaged");
}

TEST(SourceText, EveryPrefixOfAGzipFileGivesAPrefixOfTheTextOrAnError) {
  const std::string text = "a short text of some words, and some words of a short text";
  const std::string packed = gzip(text);
  for (std::size_t length = 2; length < packed.size(); ++length) {
    const Result<SourceText> source = plain_text(std::string_view(packed).substr(0, length), "x");
    if (!source.ok()) continue;
    EXPECT_TRUE(std::string_view(text).starts_with(source->text()));
    EXPECT_FALSE(source->losses().empty());
  }
}

TEST(SourceText, NoMoreIsUnpackedThanTheLimit) {
  const std::string bomb = gzip(std::string(10'000'000, ' '));
  const Result<SourceText> source = plain_text(bomb, "x", 100'000);
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->text().size(), 100'000U);
  ASSERT_EQ(source->losses().size(), 1U);
  EXPECT_EQ(source->losses()[0].what, "gzip content beyond the size limit");
}

TEST(SourceText, AGzipHeadAloneIsAnError) {
  const Result<SourceText> source = plain_text("\x1f\x8b", "p.json.gz");
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().text(), "p.json.gz: gzip stream is cut: nothing in it can be read");
}

TEST(SourceText, AnotherKindOfFileIsCalledByItsName) {
  EXPECT_EQ(likely_kind("version https://git-lfs.github.com/spec/v1\n"),
            "a Git LFS pointer (fetch the file itself with: git lfs pull)");
  EXPECT_EQ(likely_kind("\xff\xfe[\0"), "UTF-16 text (save it as UTF-8)");
  EXPECT_EQ(likely_kind("SQLite format 3"), "a SQLite database");
  EXPECT_EQ(likely_kind("PK\x03\x04"), "a zip archive");
  EXPECT_EQ(likely_kind("  <html>"), "HTML or XML");
  EXPECT_EQ(likely_kind("{\"traceEvents\": []}"),
            "a Chrome trace object, as the PyTorch profiler writes it");
  EXPECT_EQ(likely_kind("{\"resourceSpans\": []}"), "OpenTelemetry spans");
  EXPECT_EQ(likely_kind("{}"), "a JSON object");
  EXPECT_EQ(likely_kind(" \n"), "empty");
  EXPECT_EQ(likely_kind("hello"), "no JSON");
}

}  // namespace
}  // namespace lynxbench::trace
