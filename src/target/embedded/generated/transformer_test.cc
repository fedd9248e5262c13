#include "target/embedded/generated/transformer.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/digest.h"
#include "target/embedded/ort/library.h"
#include "target/embedded/ort/session.h"
#include "target/target.h"

namespace lynxbench::target {
namespace {

constexpr std::int64_t kLength = 6;

ModelSpec tiny(std::uint64_t seed = 1) {
  return {.name = "transformer",
          .file = {},
          .layers = 2,
          .width = 32,
          .heads = 4,
          .vocabulary = 50,
          .seed = seed};
}

TEST(Transformer, TheSameSeedMakesTheSameBytesOnEveryMachine) {
  const std::string bytes = *generate_transformer(tiny(), kLength);
  EXPECT_EQ(sha256_hex(bytes), sha256_hex(*generate_transformer(tiny(), kLength)));
  EXPECT_EQ(sha256_hex(bytes), "c63c53c155a4f73fa6ff1ede9d0de5b489a30472722ee183cd5e73715c83db33");
  EXPECT_NE(sha256_hex(bytes), sha256_hex(*generate_transformer(tiny(2), kLength)));
}

TEST(Transformer, ItsFileHoldsItsWeightsAndLittleElse) {
  // By hand: (50 + 6) x 32 + 2 x (4 x (32 x 32 + 32) + 8 x 32 x 32 + 5 x 32 + 4 x 32) + 2 x 32.
  EXPECT_EQ(transformer_parameters(tiny(), kLength), 27'264);
  const ModelSpec larger{.name = "transformer",
                         .file = {},
                         .layers = 2,
                         .width = 128,
                         .heads = 4,
                         .vocabulary = 500,
                         .seed = 1};
  const auto bytes = static_cast<std::int64_t>(generate_transformer(larger, 16)->size());
  const std::int64_t weights = 4 * transformer_parameters(larger, 16);
  EXPECT_GT(bytes, weights);
  EXPECT_LT(bytes, weights + 20'000);
}

TEST(Transformer, SizesThatCannotBeAreRefusedByName) {
  ModelSpec model = tiny();
  model.heads = 5;
  EXPECT_NE(generate_transformer(model, kLength).error().message.find("5 heads"),
            std::string::npos);
  model = tiny();
  model.layers = 0;
  EXPECT_NE(generate_transformer(model, kLength).error().message.find("layers 0"),
            std::string::npos);
  EXPECT_NE(generate_transformer(tiny(), 0).error().message.find("length 0"), std::string::npos);
  model = tiny();
  model.width = 8192;
  model.layers = 96;
  EXPECT_EQ(generate_transformer(model, kLength).error().code, ErrorCode::kInvalidArgument);
}

class TransformerRun : public ::testing::Test {
 protected:
  void SetUp() override {
    auto library = ort::Library::load(default_search_paths().runtime_libraries);
    if (!library.ok()) GTEST_SKIP() << library.error().text();
    library_ = std::move(*library);
    environment_.emplace(ort::Environment::open(*library_).value());
  }

  std::vector<float> run(std::vector<std::int64_t> ids, GraphOptimization optimization) {
    const ort::ModelSource source{.file = {}, .bytes = *generate_transformer(tiny(), kLength)};
    const auto session = ort::Session::open(*environment_, source,
                                            {.threads = 1, .graph_optimization = optimization});
    EXPECT_TRUE(session.ok()) << session.error().text();
    const auto batch = static_cast<std::int64_t>(ids.size()) / kLength;
    const ort::InputTensor tensor{.element = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64,
                                  .dims = {batch, kLength},
                                  .bytes = std::as_writable_bytes(std::span(ids))};
    const auto outputs = session->run({&tensor, 1}, std::nullopt);
    EXPECT_TRUE(outputs.ok()) << outputs.error().text();
    EXPECT_EQ((*outputs)[0].dims(), (std::vector<std::int64_t>{batch, 32}));
    const std::span<const float> values = (*outputs)[0].elements<float>();
    return {values.begin(), values.end()};
  }

  static void expect_near(std::span<const float> left, std::span<const float> right) {
    ASSERT_EQ(left.size(), right.size());
    for (std::size_t i = 0; i < left.size(); ++i) EXPECT_NEAR(left[i], right[i], 1e-4) << i;
  }

  std::unique_ptr<const ort::Library> library_;
  std::optional<ort::Environment> environment_;
};

TEST_F(TransformerRun, AnAnswerDoesNotDependOnTheRestOfTheBatch) {
  const std::vector<float> alone = run({1, 2, 3, 4, 5, 6}, GraphOptimization::kAll);
  const std::vector<float> together =
      run({9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 0, 49, 0, 49, 0, 49}, GraphOptimization::kAll);
  expect_near(alone, std::span(together).subspan(32, 32));
}

TEST_F(TransformerRun, FusionsLeaveTheAnswerAsItIs) {
  expect_near(run({1, 2, 3, 4, 5, 6}, GraphOptimization::kNone),
              run({1, 2, 3, 4, 5, 6}, GraphOptimization::kAll));
}

TEST_F(TransformerRun, TheMeanOfNormalisedTokensHasMeanZero) {
  const std::vector<float> embedding = run({7, 1, 30, 4, 4, 2}, GraphOptimization::kAll);
  EXPECT_NEAR(std::accumulate(embedding.begin(), embedding.end(), 0.0), 0.0, 1e-4);
  double squares = 0;
  for (const float value : embedding) squares += static_cast<double>(value) * value;
  EXPECT_GT(squares, 0.1);
}

TEST_F(TransformerRun, TheOrderOfTheTokensMatters) {
  const std::vector<float> forwards = run({1, 2, 3, 4, 5, 6}, GraphOptimization::kAll);
  const std::vector<float> backwards = run({6, 5, 4, 3, 2, 1}, GraphOptimization::kAll);
  double difference = 0;
  for (std::size_t i = 0; i < forwards.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(forwards[i]) - backwards[i]));
  }
  EXPECT_GT(difference, 0.01);
}

}  // namespace
}  // namespace lynxbench::target
