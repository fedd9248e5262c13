// Each file is one reader's and no other's.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/files.h"
#include "trace/reader.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace {
namespace {

std::vector<std::string> takers_of(std::string_view head) {
  std::vector<std::string> takers;
  for (const Reader& reader : readers()) {
    if (reader.recognises(head)) takers.emplace_back(reader.format);
  }
  return takers;
}

struct Text {
  const char* text;
  const char* format;
};
class Recognition : public testing::TestWithParam<Text> {};

TEST_P(Recognition, OneReaderTakesIt) {
  EXPECT_EQ(takers_of(GetParam().text), std::vector<std::string>{GetParam().format});
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Recognition,
    testing::Values(
        Text{R"({"resourceSpans": [{"scopeSpans": []}]})", "OpenTelemetry spans"},
        Text{R"({"resource_spans": []})", "OpenTelemetry spans"},
        Text{R"({"trace_id": "a", "spans": []})", "OpenTelemetry spans"},
        Text{R"({"model_stats": []})", "Triton trace"},
        Text{R"([{"id": 1, "model_name": "m"}])", "Triton trace"},
        Text{R"([{"id": 1, "timestamps": []})", "Triton trace"},
        Text{R"([{"startEnqMs": 1, "startComputeMs": 2}])", "TensorRT trtexec"},
        Text{R"([{"count": 1}, {"name": "a", "timeMs": 1}])", "TensorRT trtexec"},
        Text{R"([{"cat": "Session", "ph": "X", "name": "model_run"}])", "ONNX Runtime profile"},
        Text{"", "ONNX Runtime profile"},
        Text{"timestamp, index\n", "nvidia-smi"}, Text{"# gpu   pwr\n# Idx    W\n", "nvidia-smi"},
        Text{"# TYPE a gauge\na 1\n", "Prometheus metrics"},
        Text{"a_b{gpu=\"0\"} 1\n", "Prometheus metrics"}));

// Files that are no trace, or of formats that other readers take.
TEST(Recognition, OfTheDataFoldersFilesNoneIsTakenTwice) {
  const std::filesystem::path root = real_traces(LYNXBENCH_SOURCE_DIR);
  if (root.empty()) GTEST_SKIP() << "no real traces on this machine";
  std::size_t taken = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const Result<std::unique_ptr<ByteSource>> source = open_file(entry.path());
    if (!source.ok()) continue;
    const std::vector<std::string> takers = takers_of((*source)->head());
    EXPECT_LE(takers.size(), 1U) << entry.path() << ": " << takers[0] << " and " << takers.back();
    taken += takers.size();
  }
  EXPECT_GT(taken, 30U);
}

}  // namespace
}  // namespace lynxbench::trace
