#include "target/embedded/ocr/text_recognition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/digest.h"
#include "target/embedded/ort/library.h"
#include "target/embedded/ort_engine.h"

namespace lynxbench::target {
namespace {

std::string digest_of(const Image& image) {
  return sha256_hex({reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()});
}

TEST(TextLine, TheSameSeedDrawsTheSameBytesOnEveryMachine) {
  const TextLine line = draw_text_line(160, 7);
  EXPECT_EQ(line.image.width, 213);
  EXPECT_EQ(line.image.height, 64);
  EXPECT_EQ(line.image.pixels.size(), 213U * 64U * 3U);
  EXPECT_EQ(digest_of(line.image), digest_of(draw_text_line(160, 7).image));
  EXPECT_EQ(line.text, "PDPE");
  EXPECT_EQ(digest_of(line.image),
            "0d3938f574effe83c0ebc8e8d2eee8d3acb0ef94b3a7ef3b2cf3067fe321ca26");
}

TEST(TextLine, OtherSeedsDrawOtherLines) {
  std::set<std::string> digests;
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    digests.insert(digest_of(draw_text_line(160, seed).image));
  EXPECT_EQ(digests.size(), 50U);
}

TEST(TextLine, ItFitsItsWidthAndHasOnlyLettersOfTheAlphabet) {
  for (const std::int64_t width : {1, 16, 48, 160, 320, 1000}) {
    const TextLine line = draw_text_line(width, 3);
    EXPECT_GE(line.text.size(), 1U);
    EXPECT_LE(static_cast<std::int64_t>(line.text.size()), std::max<std::int64_t>(1, width / 24));
    EXPECT_EQ(line.text.find_first_not_of(kTextLineAlphabet), std::string::npos);
  }
}

Image flat(std::int64_t width, std::int64_t height, std::uint8_t value) {
  return {width, height,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3), value)};
}

TEST(NormaliseLine, BlackIsMinusOneAndWhiteIsOne) {
  std::vector<float> planes(3 * 2 * 4);
  normalise_line(flat(8, 4, 0), 2, 4, planes);
  for (const float value : planes) EXPECT_EQ(value, -1.0F);
  normalise_line(flat(8, 4, 255), 2, 4, planes);
  for (const float value : planes) EXPECT_EQ(value, 1.0F);
}

TEST(NormaliseLine, HalvingAveragesFourPixelsOfEachChannelIntoPlanes) {
  // 2 x 2 pixels -> 1 x 1: red 0 51 102 255, green 10 10 10 10, blue 0 0 255 255.
  const Image image{2, 2, {0, 10, 0, 51, 10, 0, 102, 10, 255, 255, 10, 255}};
  std::vector<float> planes(3);
  normalise_line(image, 1, 1, planes);
  EXPECT_FLOAT_EQ(planes[0], (102.0F / 255.0F - 0.5F) / 0.5F);
  EXPECT_FLOAT_EQ(planes[1], (10.0F / 255.0F - 0.5F) / 0.5F);
  EXPECT_FLOAT_EQ(planes[2], (127.5F / 255.0F - 0.5F) / 0.5F);
}

TEST(NormaliseLine, ProportionsAreKeptAndTheRestIsZero) {
  std::vector<float> planes(3 * 2 * 5, 9.0F);
  normalise_line(flat(4, 4, 255), 2, 5, planes);  // 4 x 4 -> 2 x 2, three columns left over
  for (std::size_t i = 0; i < planes.size(); ++i)
    EXPECT_EQ(planes[i], i % 5 < 2 ? 1.0F : 0.0F) << i;
}

TEST(NormaliseLine, AnImageThatIsTooWideIsSqueezed) {
  std::vector<float> planes(3 * 2 * 3, 9.0F);
  normalise_line(flat(100, 4, 255), 2, 3, planes);
  for (const float value : planes) EXPECT_EQ(value, 1.0F);
}

// One step's scores with the highest at `best`, of 4 classes: blank, a, ä, space.
std::vector<float> steps(const std::vector<std::size_t>& best) {
  std::vector<float> scores(best.size() * 4, 0.1F);
  for (std::size_t i = 0; i < best.size(); ++i) scores[i * 4 + best[i]] = 0.7F;
  return scores;
}

TEST(CtcKeys, RepeatsAndBlanksAreDroppedAndABlankPartsEqualLetters) {
  const CtcKeys keys({"a", "ä"});
  EXPECT_EQ(keys.classes(), 4U);
  EXPECT_EQ(keys.decode(steps({0, 1, 1, 0, 1, 2, 2, 3, 3, 1, 0})), "aaä a");
  EXPECT_EQ(keys.decode(steps({3, 1, 3})), "a");
  EXPECT_EQ(keys.decode(steps({0, 0})), "");
  EXPECT_EQ(keys.decode({}), "");
}

TEST(CtcKeys, TheFileHasAKeyALine) {
  const fs::path file = fs::path(::testing::TempDir()) / "keys.txt";
  std::ofstream(file) << "a\r\n\xC3\xA4\n";
  const Result<CtcKeys> keys = CtcKeys::read(file);
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->classes(), 4U);
  EXPECT_EQ(keys->decode(steps({1, 2})), "a\xC3\xA4");
  std::ofstream(file, std::ios::trunc).close();
  EXPECT_EQ(CtcKeys::read(file).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(CtcKeys::read(file.string() + ".none").error().code, ErrorCode::kNotFound);
}

TEST(TextRecognition, TheModelReadsTheLinesThatWereDrawn) {
  const SearchPaths paths = default_search_paths();
  const auto library = ort::Library::load(paths.runtime_libraries);
  if (!library.ok()) GTEST_SKIP() << library.error().text();
  Workload workload;
  workload.model.name = "ppocr-v4-rec";
  workload.input = {.length = 160, .distinct = 32};
  const Result<ModelSource> model = find_model(workload, paths);
  if (!model.ok()) GTEST_SKIP() << model.error().text();
  const auto environment = ort::Environment::open(**library);
  auto session = ort::Session::open(*environment, model->source, {});
  ASSERT_TRUE(session.ok()) << session.error().text();
  const auto recognition = TextRecognition::make(workload, *model, *session);
  ASSERT_TRUE(recognition.ok()) << recognition.error().text();
  OrtEngine engine(std::move(*session), **recognition, 8);
  int read = 0;
  for (std::uint32_t first = 0; first < 32; first += 8) {
    std::vector<std::uint32_t> inputs(8);
    for (std::uint32_t i = 0; i < 8; ++i) inputs[i] = first + i;
    engine.preprocess(inputs);
    ASSERT_TRUE(engine.run(std::nullopt).ok());
    const std::vector<std::string> bodies = engine.postprocess();
    for (std::uint32_t i = 0; i < 8; ++i) {
      if (bodies[i] == (*recognition)->text_of(first + i)) ++read;
    }
  }
  EXPECT_GE(read, 30) << "of 32 lines";
}

}  // namespace
}  // namespace lynxbench::target
