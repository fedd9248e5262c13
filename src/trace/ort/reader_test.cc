#include "trace/ort/reader.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "base/files.h"
#include "trace/ort/reference_reader.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::ort {
namespace {

std::string event(const std::string& category, const std::string& name, int begin, int duration,
                  const std::string& args = "{}", int thread = 7) {
  return R"({"cat" : ")" + category + R"(","pid" :1,"tid" :)" + std::to_string(thread) +
         R"(,"dur" :)" + std::to_string(duration) + R"(,"ts" :)" + std::to_string(begin) +
         R"(,"ph" : "X","name" :")" + name + R"(","args" : )" + args + "}";
}

std::string node(const std::string& name, int begin, int duration, int thread = 7) {
  return event("Node", name + "_kernel_time", begin, duration,
               R"({"op_name" : "Relu","provider" : "CPUExecutionProvider","node_index" : "3",)"
               R"("input_type_shape" : [{"float":[1,8]}],"output_type_shape" : [{"float":[1,8]}]})",
               thread);
}

std::string profile(const std::vector<std::string>& events) {
  std::string text = "[\n";
  for (std::size_t i = 0; i < events.size(); ++i) text += (i == 0 ? "" : ",\n") + events[i];
  return text + "\n]\n";
}

OperatorTimeline read_well(std::string_view text) {
  Result<OperatorTimeline> timeline = read(text, "profile.json");
  EXPECT_TRUE(timeline.ok()) << timeline.error().text();
  return timeline.ok() ? *timeline : OperatorTimeline{};
}

std::uint64_t count_of(const OperatorTimeline& timeline, std::string_view what) {
  for (const Loss& loss : timeline.losses) {
    if (loss.what == what) return loss.count;
  }
  return 0;
}

bool damaged(const OperatorTimeline& timeline) {
  return std::any_of(timeline.losses.begin(), timeline.losses.end(),
                     [](const Loss& loss) { return loss.severity == Severity::kDamage; });
}

std::int64_t operator_sum(const OperatorTimeline& timeline) {
  return std::accumulate(
      timeline.operators.begin(), timeline.operators.end(), std::int64_t{0},
      [](std::int64_t sum, const OperatorEvent& op) { return sum + op.duration_ns; });
}

const std::string kSmall =
    profile({event("Session", "session_initialization", 0, 90), node("a", 110, 20),
             node("b", 131, 7), event("Session", "model_run", 100, 50)});

TEST(OrtReader, AnOperatorHasItsNodeTypeProviderTimesAndShapes) {
  const OperatorTimeline timeline = read_well(kSmall);
  EXPECT_EQ(timeline.model_run_ns, 50'000);
  ASSERT_EQ(timeline.operators.size(), 2U);
  const OperatorEvent& op = timeline.operators[0];
  EXPECT_EQ(op.node, "a");
  EXPECT_EQ(op.op_type, "Relu");
  EXPECT_EQ(op.provider, "CPUExecutionProvider");
  EXPECT_EQ(op.begin_ns, 110'000);
  EXPECT_EQ(op.duration_ns, 20'000);
  ASSERT_EQ(op.inputs.size(), 1U);
  EXPECT_EQ(op.inputs[0].type, "float");
  EXPECT_EQ(op.inputs[0].dims, (std::vector<std::int64_t>{1, 8}));
  EXPECT_TRUE(timeline.losses.empty());
}

TEST(OrtReader, TheCallsOfASessionsProfileAddUp) {
  const OperatorTimeline timeline =
      read_well(profile({node("a", 1, 2), event("Session", "model_run", 0, 10), node("a", 21, 3),
                         event("Session", "model_run", 20, 15)}));
  EXPECT_EQ(timeline.model_run_ns, 25'000);
  EXPECT_EQ(operator_sum(timeline), 5'000);
}

TEST(OrtReader, OperatorsInsideAnotherAreNotCountedTwice) {
  const OperatorTimeline timeline =
      read_well(profile({node("inner", 20, 5), node("inner", 30, 6), node("outer", 15, 30),
                         event("Session", "model_run", 10, 40)}));
  EXPECT_EQ(timeline.operators[2].node, "outer");
  EXPECT_EQ(timeline.operators[2].duration_ns, (30 - 5 - 6) * 1000);
  EXPECT_EQ(operator_sum(timeline), 30'000);
  EXPECT_EQ(count_of(timeline, "operator with others inside, kept with its own time only"), 1U);
}

TEST(OrtReader, EveryPrefixGivesTheEventsThatAreWholeInIt) {
  const std::size_t whole[] = {kSmall.find("]}},\n") + 3, kSmall.rfind("]}},\n") + 3};
  for (std::size_t length = 0; length < kSmall.size(); ++length) {
    const Result<OperatorTimeline> timeline = read(std::string_view(kSmall).substr(0, length), "p");
    if (length == 0) {
      EXPECT_FALSE(timeline.ok());
      continue;
    }
    ASSERT_TRUE(timeline.ok()) << length << ": " << timeline.error().text();
    const std::size_t expected = (length >= whole[0] ? 1U : 0U) + (length >= whole[1] ? 1U : 0U);
    EXPECT_EQ(timeline->operators.size(), expected) << length;
    EXPECT_EQ(timeline->losses.empty(), length + 1 == kSmall.size()) << length;  // the line's end
  }
}

TEST(OrtReader, EveryEventWithOneByteOfItDestroyedCostsNoOther) {
  const std::size_t begin = kSmall.find(R"({"cat" : "Node")");
  const std::size_t end = kSmall.find("}},\n", begin) + 2;
  for (std::size_t at = begin; at < end; ++at) {
    for (const char damage : {'"', '{', '}', '\\', '\0', '\xff'}) {
      std::string text = kSmall;
      text[at] = damage;
      const OperatorTimeline timeline = read_well(text);
      EXPECT_EQ(timeline.model_run_ns, 50'000) << at << damage;
      const auto b = std::count_if(timeline.operators.begin(), timeline.operators.end(),
                                   [](const OperatorEvent& op) { return op.node == "b"; });
      EXPECT_EQ(b, 1) << at << damage;
    }
  }
}

TEST(OrtReader, AnEventsNameMayHoldQuotationMarksBackslashesAndLineEnds) {
  for (const char* name :
       {R"(a"b)", R"(a"b"c)", R"(C:\win\x)", R"(C:\new\table)", R"(\"a\")", "two\nlines", "\x01",
        R"(a"}b)", R"(a"},{"c)", R"("}],)", "caf\xc3\xa9"}) {
    const OperatorTimeline timeline =
        read_well(profile({node("before", 1, 1), node(name, 3, 2), node("after", 6, 3),
                           event("Session", "model_run", 0, 10)}));
    ASSERT_EQ(timeline.operators.size(), 3U) << name;
    EXPECT_EQ(timeline.operators[1].node, name);
    EXPECT_EQ(timeline.operators[1].duration_ns, 2'000);
    EXPECT_FALSE(damaged(timeline)) << name;
  }
}

TEST(OrtReader, BytesThatAreNoUtf8AreReplaced) {
  const OperatorTimeline timeline = read_well(profile({node("a\xff\xc3(", 3, 2)}));
  ASSERT_EQ(timeline.operators.size(), 1U);
  EXPECT_EQ(timeline.operators[0].node, "a\xef\xbf\xbd\xef\xbf\xbd(");
}

TEST(OrtReader, EscapesOfAnotherProgramAreEscapes) {
  std::string text = profile({node(R"(a\"b\\c\u00e9)", 3, 2)});
  const std::size_t blank = text.find("\"name\" :");
  text.replace(blank, 8, "\"name\": ");
  const OperatorTimeline timeline = read_well(text);
  ASSERT_EQ(timeline.operators.size(), 1U);
  EXPECT_EQ(timeline.operators[0].node, "a\"b\\c\xc3\xa9");
}

TEST(OrtReader, OfAKeyThatOccursTwiceTheLastCounts) {
  std::string text = profile({node("a", 3, 2)});
  text.replace(text.find("\"dur\" :2"), 8, "\"dur\" :9,\"dur\" :2");
  EXPECT_EQ(operator_sum(read_well(text)), 2'000);
}

TEST(OrtReader, OperatorsOfACallThatNeverEndedAreCountedAsSuch) {
  const OperatorTimeline none = read_well(profile({node("a", 3, 2)}));
  EXPECT_FALSE(none.model_run_ns.has_value());
  EXPECT_EQ(count_of(none, "operator of a call whose end is missing"), 1U);
  const OperatorTimeline second = read_well(profile(
      {node("a", 3, 2), event("Session", "model_run", 0, 10), node("a", 23, 2), node("b", 25, 2)}));
  EXPECT_EQ(second.model_run_ns, 10'000);
  EXPECT_EQ(count_of(second, "operator of a call whose end is missing"), 2U);
}

TEST(OrtReader, NestingIsReadWithoutRecursion) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  const std::string args = R"({"op_name" : "Relu","deep" : )" + deep + "}";
  const OperatorTimeline timeline =
      read_well(profile({event("Node", "a_kernel_time", 1, 2, args)}));
  EXPECT_EQ(operator_sum(timeline), 2'000);
}

TEST(OrtReader, ManyBrokenEventsAreReadInOneGo) {
  std::string text = "[\n";
  for (int i = 0; i < 5'000; ++i)
    text += R"({"cat" : "Node","name" :"never closed)"
            "\n";
  text += node("good", 1, 2) + "\n]\n";
  const OperatorTimeline timeline = read_well(text);
  EXPECT_EQ(operator_sum(timeline), 2'000);
  EXPECT_EQ(count_of(timeline, "event that cannot be read"), 5'000U);
}

TEST(OrtReader, TheProfilersOwnLimitIsALoss) {
  std::string text = "[{\"cat\" : \"Session\"}";
  for (int i = 0; i < 999'998; ++i) text += ",0";
  const std::string_view limit = "the profiler's limit of 1,000,000 events was reached";
  EXPECT_EQ(count_of(read_well(text + "]"), limit), 0U);
  EXPECT_EQ(count_of(read_well(text + ",0]"), limit), 1U);
}

TEST(OrtReader, AnEmptyFileSaysThatTheSessionWasNeverEnded) {
  for (const char* text : {"", " \n"}) {
    const Result<OperatorTimeline> timeline = read(text, "p.json");
    ASSERT_FALSE(timeline.ok());
    EXPECT_EQ(timeline.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(timeline.error().text().find("EndProfiling"), std::string::npos);
    EXPECT_EQ(timeline.error().place, "p.json");
  }
}

TEST(OrtReader, AnErrorMessageObeysNoTerminal) {
  const Result<OperatorTimeline> timeline = read("[{\"cat\": \"\\u001b[31mred\"}]", "p");
  ASSERT_FALSE(timeline.ok());
  EXPECT_EQ(timeline.error().text().find('\x1b'), std::string::npos);
}

// Well-formed profiles of the golden cases: the same by another library.
TEST(OrtReader, AgreesWithAnotherJsonLibraryOnEveryWellFormedProfile) {
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(LYNXBENCH_SOURCE_DIR "/tests/golden/trace_ort")) {
    const Result<std::string> text = lynxbench::read_file(entry.path() / "profile.json");
    if (!text.ok()) continue;
    const std::optional<Reference> expected = read_reference(*text);
    if (!expected) continue;
    const Result<OperatorTimeline> timeline = read(*text, entry.path());
    if (!timeline.ok()) {
      EXPECT_TRUE(expected->op_types.empty() && !expected->model_run_ns) << entry.path();
      continue;
    }
    ++compared;
    EXPECT_EQ(timeline->model_run_ns, expected->model_run_ns) << entry.path();
    EXPECT_EQ(operator_sum(*timeline), expected->union_ns) << entry.path();
    std::vector<std::string> op_types;
    for (const OperatorEvent& op : timeline->operators) op_types.push_back(op.op_type);
    EXPECT_EQ(op_types, expected->op_types) << entry.path();
    EXPECT_FALSE(damaged(*timeline)) << entry.path();
  }
  EXPECT_GE(compared, 5);
}

// --- real profiles, where this machine has them

class RealProfiles : public testing::Test {
 protected:
  void SetUp() override {
    root_ = real_traces(LYNXBENCH_SOURCE_DIR);
    if (root_.empty()) GTEST_SKIP() << "no real traces: set LYNXBENCH_DATA";
  }

  [[nodiscard]] OperatorTimeline read_file_well(const std::string& path) const {
    const Result<std::string> text = lynxbench::read_file(root_ / path);
    EXPECT_TRUE(text.ok()) << text.error().text();
    return text.ok() ? read_well(*text) : OperatorTimeline{};
  }

  fs::path root_;
  const std::string generated_ = "generated/onnxruntime-1.30.0-node-cpu/";
};

TEST_F(RealProfiles, AConvolutionBlockIsReadWhole) {
  for (const char* name : {"ort_residual_block_1thr_2026-11-23_04-26-19_535.json",
                           "ort_residual_block_2thr_2026-11-23_04-26-18_253.json"}) {
    const OperatorTimeline timeline = read_file_well(generated_ + name);
    EXPECT_EQ(timeline.operators.size(), 84U);
    EXPECT_TRUE(timeline.losses.empty());
    EXPECT_LE(operator_sum(timeline), timeline.model_run_ns);
    EXPECT_GT(operator_sum(timeline), *timeline.model_run_ns / 10 * 9);
  }
}

TEST_F(RealProfiles, BranchesInsideBranchesFitIntoTheirCallsAndAGzippedProfileIsReadAsItIs) {
  const OperatorTimeline timeline =
      read_file_well(generated_ + "ort_silero_vad_v5_2thr_200runs.json.gz");
  EXPECT_EQ(timeline.operators.size(), 11'400U);
  EXPECT_EQ(timeline.model_run_ns, 608'932'000);
  std::int64_t with_children = 0;
  for (const OperatorEvent& op : timeline.operators)
    with_children += op.op_type == "If" ? op.duration_ns : 0;
  EXPECT_LT(with_children, 821'777'000 / 2);  // what the Ifs read with all that runs in them
  EXPECT_LE(operator_sum(timeline), timeline.model_run_ns);
  EXPECT_FALSE(damaged(timeline));
}

TEST_F(RealProfiles, AProfileWithoutItsClosingBracketIsReadWhole) {
  const OperatorTimeline whole =
      read_file_well(generated_ + "ort_residual_block_2thr_2026-11-23_04-26-18_253.json");
  const OperatorTimeline open = read_file_well("broken/o_noclose.json");
  EXPECT_EQ(open.operators.size(), whole.operators.size());
  EXPECT_EQ(open.model_run_ns, whole.model_run_ns);
  EXPECT_FALSE(damaged(open));
}

TEST_F(RealProfiles, ACutProfileGivesWhatCameBeforeTheCutAndSaysSo) {
  const OperatorTimeline cut = read_file_well("broken/o_truncated.json");
  EXPECT_TRUE(damaged(cut));
  EXPECT_EQ(count_of(cut, "event that the file's end cuts"), 1U);
  EXPECT_GT(cut.operators.size(), 84U / 2);
  EXPECT_LT(cut.operators.size(), 84U);
}

}  // namespace
}  // namespace lynxbench::trace::ort
