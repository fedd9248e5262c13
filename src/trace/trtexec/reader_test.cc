#include "trace/trtexec/reader.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::trtexec {
namespace {

Timeline read_well(std::string_view text) { return recognise_and_read(reader(), text); }

std::string times(std::string_view rest) {
  return "[\n  { \"startEnqMs\" : 2.67333, \"endEnqMs\" : 2.70722, " + std::string(rest) + " }\n]\n";
}

constexpr std::string_view kRest =
    R"("startH2dMs" : 2.5, "endH2dMs" : 2.57741, "startComputeMs" : 2.57741, )"
    R"("endComputeMs" : 3.45088, "startD2hMs" : 3.45088, "endD2hMs" : 3.46, "h2dMs" : 0.077411, )"
    R"("computeMs" : 0.873472, "d2hMs" : 0.00912, "latencyMs" : 0.960003)";

TEST(TrtexecTimes, ARecordIsACallAndTheCopiesAndTheInferenceThatItStarted) {
  const Timeline timeline = read_well(times(kRest));
  ASSERT_EQ(timeline.device.size(), 3U);
  EXPECT_EQ(timeline.names[timeline.device.name[0]], "H2D");
  EXPECT_EQ(timeline.device.begin_ns[0], 2'500'000);
  EXPECT_EQ(timeline.device.end_ns[0], 2'577'411);
  EXPECT_EQ(timeline.copies[timeline.device.facts[0]].kind, CopyKind::kHostToDevice);
  EXPECT_EQ(timeline.copies[timeline.device.facts[0]].bytes, -1);
  EXPECT_EQ(timeline.names[timeline.device.name[1]], "inference");
  EXPECT_EQ(timeline.device.begin_ns[1], 2'577'410);
  EXPECT_EQ(timeline.device.end_ns[1] - timeline.device.begin_ns[1], 873'472);
  EXPECT_EQ(timeline.names[timeline.device.name[2]], "D2H");
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(timeline.device.call[i], 0U);
  ASSERT_EQ(timeline.calls.size(), 1U);
  EXPECT_EQ(timeline.host.end_ns[0] - timeline.host.begin_ns[0], 33'890);
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kRelative);
}

TEST(TrtexecTimes, TheOldNamesOfTheCopiesAreRead) {
  const Timeline timeline = read_well(times(
      R"("startInMs" : 1, "endInMs" : 2, "startComputeMs" : 2, "endComputeMs" : 3, )"
      R"("startOutMs" : 3, "endOutMs" : 4, "inMs" : 1, "computeMs" : 1, "outMs" : 1)"));
  EXPECT_EQ(timeline.device.size(), 3U);
}

TEST(TrtexecTimes, WithoutTheCopysKeysItIsUnknownAndNotZero) {
  const Timeline timeline = read_well(times(
      R"("endH2dMs" : 2.5, "startComputeMs" : 2.5, "endComputeMs" : 3.5, "computeMs" : 1, )"
      R"("startD2hMs" : 3.5, "d2hMs" : 0)"));
  ASSERT_EQ(timeline.device.size(), 2U);
  EXPECT_EQ(timeline.names[timeline.device.name[0]], "inference");
  EXPECT_TRUE(has_note(timeline, "H2D unknown: 1 of 1"));
  EXPECT_FALSE(has_note(timeline, "D2H unknown"));
}

TEST(TrtexecTimes, RecordsOfTheWarmUpAreKeptAndNamed) {
  EXPECT_TRUE(has_note(read_well(times(kRest)), "every record is warm-up"));
  const Timeline both = read_well(
      R"([{"startEnqMs":1,"startComputeMs":199.999,"computeMs":1},)"
      R"({"startEnqMs":1,"startComputeMs":200,"computeMs":1}])");
  EXPECT_TRUE(has_note(both, "warm-up included: 1 of 2"));
  EXPECT_EQ(both.device.size(), 2U);
}

TEST(TrtexecTimes, ANegativeStepIsDroppedAndCounted) {
  const Timeline timeline = read_well(
      R"([{"startEnqMs":3,"endEnqMs":2,"startComputeMs":1,"computeMs":1},)"
      R"({"startComputeMs":1,"computeMs":-1},7])");
  EXPECT_EQ(timeline.device.size(), 1U);
  EXPECT_EQ(timeline.calls.size(), 0U);
  EXPECT_EQ(loss_count(timeline, "step that ends before it begins"), 2U);
  EXPECT_EQ(loss_count(timeline, "element that is no record"), 1U);
}

TEST(TrtexecTimes, EveryPrefixGivesTheRecordsThatAreWholeInIt) {
  const std::string text = "[" + std::string("{\"startComputeMs\":1,\"computeMs\":1}") +
                           ",{\"startComputeMs\":2,\"computeMs\":1}]";
  const std::size_t first = text.find('}') + 1;
  for (std::size_t n = 0; n < text.size(); ++n) {
    const Result<Timeline> timeline = read_with(reader(), std::string_view(text).substr(0, n));
    ASSERT_EQ(timeline.ok(), n >= first) << n;
    if (!timeline.ok()) continue;
    EXPECT_EQ(timeline->device.size(), n + 1 == text.size() ? 2U : 1U) << n;
    EXPECT_EQ(loss_count(*timeline, "the text is cut"), 1U);
  }
}

TEST(TrtexecProfile, ALayersTimeIsATotalOverAllRuns) {
  const Timeline timeline = read_well(
      "[\n  { \"count\" : 5 }\n"
      ", { \"name\" : \"Conv_0\", \"timeMs\" : 0.080896, \"averageMs\" : 0.016179, \"medianMs\" : "
      "0.016, \"percentage\" : 7.95569 }\n]\n");
  ASSERT_EQ(timeline.totals.size(), 1U);
  EXPECT_EQ(timeline.names[timeline.totals[0].name], "Conv_0");
  EXPECT_EQ(timeline.totals[0].total_ns, 80'896);
  EXPECT_EQ(timeline.totals[0].count, 5U);
  EXPECT_TRUE(timeline.losses.empty());
}

TEST(TrtexecProfile, NamesThatAreNotEscapedSurvive) {
  for (const char* name : {R"(a"b)", R"(C:\new)", R"(a", "b)", R"({"x"})", R"(",)", R"(a" : 1 })"}) {
    const Timeline timeline = read_well(
        "[\n  { \"count\" : 5 }\n, { \"name\" : \"" + std::string(name) +
        "\", \"timeMs\" : 0.5, \"averageMs\" : 0.1 }\n, { \"name\" : \"after\", \"timeMs\" : 2 }\n]");
    ASSERT_EQ(timeline.totals.size(), 2U) << name;
    EXPECT_EQ(timeline.names[timeline.totals[0].name], name);
    EXPECT_EQ(timeline.totals[0].total_ns, 500'000);
    EXPECT_EQ(timeline.totals[1].total_ns, 2'000'000);
  }
}

TEST(TrtexecProfile, AProfileThatWasWrittenAnewIsReadAsJson) {
  const Timeline timeline =
      read_well(R"([{"count":2},{"name":"a\"b","timeMs":1.5,"averageMs":0.75}])");
  ASSERT_EQ(timeline.totals.size(), 1U);
  EXPECT_EQ(timeline.names[timeline.totals[0].name], "a\"b");
}

TEST(Trtexec, OtherTextIsNotRecognisedAndNothingUsableIsAnError) {
  for (const char* text : {"", "{}", "[]", "[1]", R"([{"id":1,"timestamps":[]}])",
                           R"([{"cat":"Node","ph":"X"}])", R"({"startEnqMs":1})"}) {
    EXPECT_FALSE(reader().recognises(text)) << text;
    EXPECT_FALSE(read_with(reader(), text).ok()) << text;
  }
}

class RealTrtexec : public testing::Test {
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
  const std::string resnet_ = "tensorrt/history/examples/pytorch/resnet/A100/";
};

TEST_F(RealTrtexec, TheTimesOfAnA100AreReadToTheLastDigit) {
  for (const auto& [file, records] :
       {std::pair<std::string, std::size_t>{"fp16/resnet.onnx.engine.timing.json", 3698},
        {"fp32/resnet.onnx.engine.timing.json", 1600},
        {"qat/resnet-qat.onnx.engine.timing.json", 3614}}) {
    const std::string text = text_of(resnet_ + file);
    const Timeline timeline = read_well(text);
    EXPECT_EQ(timeline.events, records);
    EXPECT_EQ(timeline.device.size(), records * 3);
    EXPECT_TRUE(timeline.losses.empty());
    const Json document = Json::parse(text);
    double expected_ms = 0;
    for (const Json& record : document) expected_ms += record["computeMs"].get<double>();
    std::int64_t sum_ns = 0;
    for (std::size_t i = 0; i < timeline.device.size(); ++i) {
      if (timeline.device.work[i] != DeviceWork::kKernel) continue;
      sum_ns += timeline.device.end_ns[i] - timeline.device.begin_ns[i];
    }
    EXPECT_NEAR(static_cast<double>(sum_ns), expected_ms * 1e6, 1.0);
  }
}

TEST_F(RealTrtexec, TheLayersOfAnA100AddUp) {
  const std::string text = text_of(resnet_ + "fp16/resnet.onnx.engine.profile.json");
  const Timeline timeline = read_well(text);
  EXPECT_EQ(timeline.totals.size(), 36U);
  const Json document = Json::parse(text);
  double expected_ms = 0;
  for (const Json& layer : document) expected_ms += layer.value("timeMs", 0.0);
  std::int64_t sum_ns = 0;
  for (const TraceTotal& total : timeline.totals) sum_ns += total.total_ns;
  EXPECT_NEAR(static_cast<double>(sum_ns), expected_ms * 1e6, 1.0);
  EXPECT_EQ(timeline.totals[0].count, 1U);
}

TEST_F(RealTrtexec, TheBrokenFilesAreReadAsTheyShould) {
  const Timeline unknown = read_well(text_of("broken/trt_times_missing_h2d.json"));
  EXPECT_TRUE(has_note(unknown, "H2D unknown: 50 of 50"));
  for (std::size_t i = 0; i < unknown.device.size(); ++i) {
    EXPECT_NE(unknown.names[unknown.device.name[i]], "H2D");
  }
  if (!std::filesystem::exists(root_ / "broken/trt_times_short.json")) return;
  const Timeline short_run = read_well(text_of("broken/trt_times_short.json"));
  EXPECT_TRUE(has_note(short_run, "every record is warm-up"));
}

}  // namespace
}  // namespace lynxbench::trace::trtexec
