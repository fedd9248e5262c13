#include "trace/ort/timeline.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "trace/ort/reader.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::ort {
namespace {

Timeline read_well(std::string_view text) { return recognise_and_read(reader(), text); }

constexpr std::string_view kProfile =
    R"([
{"cat" : "Node","pid" :1,"tid" :7,"dur" :20,"ts" :110,"ph" : "X","name" :"conv1_kernel_time","args" : {"op_name" : "Conv","provider" : "CPUExecutionProvider","input_type_shape" : [{"float":[1,3,8,8]},{"int64":[]}],"output_type_shape" : [{"float":[1,8]}]}},
{"cat" : "Node","pid" :1,"tid" :7,"dur" :1,"ts" :131,"ph" : "X","name" :"conv1_fence_after","args" : {"op_name" : "Conv"}},
{"cat" : "Api","pid" :1,"tid" :7,"dur" :2,"ts" :112,"ph" : "X","name" :"hipMemcpyAsync","args" : {}},
{"cat" : "Kernel","pid" :-1,"tid" :-1,"dur" :9,"ts" :120,"ph" : "X","name" :"gemm","args" : {"stream" : "13","grid_x" : "4","grid_y" : "2","grid_z" : "1","block_x" : "256","block_y" : "1","block_z" : "1"}},
{"cat" : "Kernel","pid" :-1,"tid" :-1,"dur" :3,"ts" :115,"ph" : "X","name" :"MemcpyHostToDevice","args" : {"stream" : "13"}},
{"cat" : "Session","pid" :1,"tid" :7,"dur" :50,"ts" :100,"ph" : "X","name" :"model_run","args" : {}}
]
)";

TEST(OrtTimeline, SessionsNodesCallsAndKernelsAreRows) {
  const Timeline timeline = read_well(kProfile);
  ASSERT_EQ(timeline.host.size(), 3U);
  EXPECT_EQ(timeline.names[timeline.host.name[0]], "model_run");
  EXPECT_EQ(timeline.host.work[0], HostWork::kAnnotation);
  EXPECT_EQ(timeline.host.end_ns[0] - timeline.host.begin_ns[0], 50'000);
  EXPECT_EQ(timeline.names[timeline.host.name[1]], "conv1");
  EXPECT_EQ(timeline.host.work[1], HostWork::kOperator);
  EXPECT_EQ(timeline.host.begin_ns[1], 110'000);
  EXPECT_EQ(timeline.host.work[2], HostWork::kCall);
  EXPECT_EQ(timeline.threads.at(0).thread, 7);
  EXPECT_EQ(timeline.events, 6U);
  EXPECT_EQ(loss_count(timeline, "fence event"), 1U);
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kRelative);
}

TEST(OrtTimeline, AnOperatorHasItsShapesAndTypesAsJson) {
  const Timeline timeline = read_well(kProfile);
  ASSERT_EQ(timeline.operators.size(), 1U);
  const OperatorFacts& facts = timeline.operators[0];
  EXPECT_EQ(facts.host_row, 1U);
  EXPECT_EQ(timeline.names[facts.shapes], "[[1,3,8,8],[]]");
  EXPECT_EQ(timeline.names[facts.types], R"(["float","int64"])");
  ASSERT_LT(facts.node, timeline.nodes.size());
  const NodeFacts& node = timeline.nodes[facts.node];
  EXPECT_EQ(timeline.names[node.op_type], "Conv");
  EXPECT_EQ(timeline.names[node.provider], "CPUExecutionProvider");
  EXPECT_EQ(timeline.names[node.output_shapes], "[[1,8]]");
  EXPECT_EQ(timeline.names[node.output_types], R"(["float"])");
}

TEST(OrtTimeline, KernelsAndCopiesAreWorkOfTheDevice) {
  const Timeline timeline = read_well(kProfile);
  ASSERT_EQ(timeline.device.size(), 2U);
  EXPECT_EQ(timeline.device.work[0], DeviceWork::kCopy);
  EXPECT_EQ(timeline.copies[timeline.device.facts[0]].kind, CopyKind::kHostToDevice);
  EXPECT_EQ(timeline.device.work[1], DeviceWork::kKernel);
  EXPECT_EQ(timeline.kernels[timeline.device.facts[1]].grid, (std::array<std::uint32_t, 3>{4, 2, 1}));
  EXPECT_EQ(timeline.kernels[timeline.device.facts[1]].block[0], 256U);
  EXPECT_EQ(timeline.lanes.at(timeline.device.lane[1]).stream, 13);
  EXPECT_EQ(timeline.device.call[1], kNoRow);
  EXPECT_TRUE(has_note(timeline, "device 0"));
}

TEST(OrtTimeline, AnEmptyFileSaysToEndTheProfiling) {
  for (const char* text : {"", " \n"}) {
    EXPECT_TRUE(reader().recognises(text));
    const Result<Timeline> timeline = read_with(reader(), text);
    ASSERT_FALSE(timeline.ok());
    EXPECT_NE(timeline.error().message.find("session.end_profiling()"), std::string::npos);
  }
}

TEST(OrtTimeline, OtherTextIsNotRecognised) {
  for (const char* text : {"{}", "[]", "[1]", R"([{"cat":"cpu_op","ph":"X"}])",
                           R"([{"id":1,"timestamps":[]}])", R"({"cat":"Node"})", "index\n"}) {
    EXPECT_FALSE(reader().recognises(text)) << text;
  }
  EXPECT_FALSE(read_with(reader(), R"([{"cat":"cpu_op","ph":"X"}])").ok());
}

class RealOrtTimeline : public testing::Test {
 protected:
  void SetUp() override {
    root_ = real_traces(LYNXBENCH_SOURCE_DIR);
    if (root_.empty()) GTEST_SKIP() << "no real traces on this machine";
  }
  [[nodiscard]] std::string text_of(const std::string& path) const {
    const Result<std::string> text = lynxbench::read_file(root_ / path);
    EXPECT_TRUE(text.ok()) << path;
    return text.ok() ? *text : "";
  }
  std::filesystem::path root_;
};

// The same operators as a run's reader finds.
TEST_F(RealOrtTimeline, HasTheOperatorsOfTheOtherReader) {
  const std::string generated = "generated/onnxruntime-1.30.0-node-cpu/";
  for (const std::string& path :
       {generated + "ort_residual_block_1thr_2026-11-23_04-26-19_535.json",
        generated + "ort_silero_vad_v5_short_2026-11-23_04-26-20_370.json",
        generated + "ort_silero_vad_v5_2thr_200runs.json.gz", std::string("broken/o_noclose.json"),
        std::string("broken/o_truncated.json")}) {
    const std::string text = text_of(path);
    const Result<Timeline> timeline = read_with(reader(), text);
    ASSERT_TRUE(timeline.ok()) << path;
    const Result<OperatorTimeline> other = read(text, path);
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(timeline->operators.size(), other->operators.size()) << path;
    std::int64_t runs_ns = 0;
    for (std::size_t i = 0; i < timeline->host.size(); ++i) {
      if (timeline->names[timeline->host.name[i]] != "model_run") continue;
      runs_ns += timeline->host.end_ns[i] - timeline->host.begin_ns[i];
    }
    EXPECT_EQ(runs_ns, other->model_run_ns.value_or(0)) << path;
  }
}

TEST_F(RealOrtTimeline, TheBrokenFilesAreReadAsTheyShould) {
  const Timeline cut = read_well(text_of("broken/o_truncated.json"));
  EXPECT_EQ(loss_count(cut, "event that the file's end cuts"), 1U);
  EXPECT_GT(cut.operators.size(), 42U);
  const Timeline open = read_well(text_of("broken/o_noclose.json"));
  EXPECT_EQ(open.operators.size(), 84U);
  EXPECT_EQ(loss_count(open, "the array is not closed"), 1U);
}

}  // namespace
}  // namespace lynxbench::trace::ort
