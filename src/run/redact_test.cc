#include "run/redact.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "run/attribute.h"

namespace lynxbench::run {
namespace {

class Redacting : public ::testing::Test {
 protected:
  Redacting() : folder_(fs::temp_directory_path() / "lynxbench_run_redact_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Redacting() override { fs::remove_all(folder_); }
  [[nodiscard]] RedactJob job(const std::string& text) const {
    EXPECT_TRUE(write_file_atomic(folder_ / "in", text).ok());
    return {.from = (folder_ / "in").string(), .to = copy(), .options = {}};
  }
  [[nodiscard]] std::string copy() const { return (folder_ / "out").string(); }

  fs::path folder_;
};

TEST_F(Redacting, RequestsAreComparedWithThoseOfTheCopy) {
  const auto done = redact(job(
      R"([{"id": 1, "model_name": "m", "timestamps": [{"name": "REQUEST_START", "ns": 1000},
          {"name": "QUEUE_START", "ns": 2000}, {"name": "COMPUTE_START", "ns": 3000},
          {"name": "COMPUTE_INPUT_END", "ns": 4000}, {"name": "COMPUTE_OUTPUT_START", "ns": 6000},
          {"name": "COMPUTE_END", "ns": 7000}, {"name": "REQUEST_END", "ns": 8000}]}])"));
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_EQ(done->compared.requests, 1U);
  EXPECT_EQ(attribute({copy()}, AttributeOptions())->files[0].requests->whole_ns, 7000);
}

TEST_F(Redacting, QuantitiesAreComparedWithThoseOfTheCopy) {
  const auto done = redact(job(
      "DCGM_FI_DEV_SM_CLOCK{gpu=\"0\",Hostname=\"h\"} 1410\nDCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} 70\n"));
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_EQ(done->compared.series, 2U);
}

TEST_F(Redacting, TotalsAreComparedWithThoseOfTheCopy) {
  const auto done = redact(job(
      R"([{"count": 2}, {"name": "a", "timeMs": 1.5}, {"name": "Conv_0", "timeMs": 2}])"));
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_EQ(done->compared.totals, 2U);
}

// A unit that nvidia-smi has not may be any text, so the copy loses the cells, and is none.
TEST_F(Redacting, ACopyThatIsNotTheSameIsRemoved) {
  const std::string text =
      "timestamp, index, power.draw\n2024/06/01 11:27:05.177, 0, 100 horses\n"
      "2024/06/01 11:27:06.177, 0, 110 horses\n";
  RedactJob checked = job(text);
  const auto done = redact(checked);
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("not give the same"), std::string::npos);
  EXPECT_FALSE(fs::exists(copy()));
  checked.check = RedactJob::Check::kNone;
  EXPECT_TRUE(redact(checked).ok());
  EXPECT_TRUE(fs::exists(copy()));
}

}  // namespace
}  // namespace lynxbench::run
