#include "target/embedded/ort_engine.h"

#include <gtest/gtest.h>

#include <cstring>

#include "target/embedded/model_source.h"
#include "target/embedded/ort/library.h"

namespace lynxbench::target {
namespace {

class OrtEngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const SearchPaths paths = default_search_paths();
    auto library = ort::Library::load(paths.runtime_libraries);
    if (!library.ok()) GTEST_SKIP() << library.error().text();
    library_ = std::move(*library);
    environment_.emplace(ort::Environment::open(*library_).value());
    Workload workload;
    workload.model = {.name = "transformer", .file = {}, .width = 32, .vocabulary = 50};
    workload.input = {.length = 6, .distinct = 5};
    const ModelSource model = find_model(workload, paths).value();
    ort::Session session = ort::Session::open(*environment_, model.source, {}).value();
    application_ = make_application(workload, model, session).value();
    engine_.emplace(std::move(session), *application_, 4);
  }

  std::vector<std::vector<float>> answers(const std::vector<std::uint32_t>& inputs) {
    engine_->preprocess(inputs);
    EXPECT_TRUE(engine_->run(std::nullopt).ok());
    std::vector<std::vector<float>> answers;
    for (const std::string& body : engine_->postprocess()) {
      std::vector<float>& numbers = answers.emplace_back(body.size() / sizeof(float));
      std::memcpy(numbers.data(), body.data(), body.size());
    }
    return answers;
  }

  std::unique_ptr<const ort::Library> library_;
  std::optional<ort::Environment> environment_;
  std::unique_ptr<Application> application_;
  std::optional<OrtEngine> engine_;
};

double furthest(const std::vector<float>& left, const std::vector<float>& right) {
  double most = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(left[i]) - right[i]));
  }
  return most;
}

TEST_F(OrtEngineTest, EachRequestOfABatchGetsTheAnswerThatItGetsAlone) {
  const std::vector<std::uint32_t> inputs{3, 0, 4};
  const std::vector<std::vector<float>> together = answers(inputs);
  ASSERT_EQ(together.size(), 3U);
  EXPECT_GT(furthest(together[0], together[1]), 0.01);
  EXPECT_GT(furthest(together[1], together[2]), 0.01);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<std::vector<float>> alone = answers({inputs[i]});
    ASSERT_EQ(alone.size(), 1U);
    ASSERT_EQ(alone[0].size(), 32U);
    EXPECT_LT(furthest(alone[0], together[i]), 1e-4);
  }
}

TEST_F(OrtEngineTest, TheSamePayloadGivesTheSameAnswerInEveryBatch) {
  const std::vector<std::vector<float>> first = answers({1, 2, 1, 2});
  EXPECT_LT(furthest(first[0], first[2]), 1e-4);
  EXPECT_LT(furthest(first[1], first[3]), 1e-4);
}

}  // namespace
}  // namespace lynxbench::target
