// Every folder of tests/golden/trace_ort: profile.json read, compared with expected.json. Run with
// LYNXBENCH_APPROVE=1 in the environment, the test writes expected.json instead; read the
// difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/json.h"
#include "model/json.h"
#include "trace/ort/reader.h"

namespace lynxbench::trace::ort {
namespace {

Json json_of(const std::vector<TensorShape>& shapes) {
  Json out = Json::array();
  for (const TensorShape& shape : shapes) out.push_back(Json{{shape.type, shape.dims}});
  return out;
}

Json json_of(const Result<OperatorTimeline>& read) {
  if (!read.ok()) return Json{{"error", read.error().text()}};
  Json operators = Json::array();
  for (const OperatorEvent& op : read->operators) {
    operators.push_back(Json{{"node", op.node},
                             {"op_type", op.op_type},
                             {"provider", op.provider},
                             {"begin_ns", op.begin_ns},
                             {"duration_ns", op.duration_ns},
                             {"inputs", json_of(op.inputs)},
                             {"outputs", json_of(op.outputs)}});
  }
  return Json{
      {"model_run_ns", read->model_run_ns}, {"operators", operators}, {"losses", read->losses}};
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(LYNXBENCH_SOURCE_DIR "/tests/golden/trace_ort")) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class OrtGolden : public testing::TestWithParam<std::string> {};

TEST_P(OrtGolden, IsReadAsApproved) {
  const fs::path folder = fs::path(LYNXBENCH_SOURCE_DIR "/tests/golden/trace_ort") / GetParam();
  const Result<std::string> text = read_file(folder / "profile.json");
  ASSERT_TRUE(text.ok()) << text.error().text();
  const std::string got = pretty_text(json_of(read(*text, "profile.json")));
  if (std::getenv("LYNXBENCH_APPROVE") != nullptr) {
    ASSERT_TRUE(write_file_atomic(folder / "expected.json", got).ok());
  }
  const Result<std::string> expected = read_file(folder / "expected.json");
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  EXPECT_EQ(got, *expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, OrtGolden, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace lynxbench::trace::ort
