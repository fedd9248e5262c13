#include "trace/triton/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/files.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::triton {
namespace {

using enum RequestStage;

Timeline read_well(std::string_view text) { return recognise_and_read(reader(), text); }

std::map<RequestStage, std::int64_t> stages_of(const TracedRequest& request) {
  return {request.stages.begin(), request.stages.end()};
}

std::string stamp(int id, std::string_view name, std::int64_t ns) {
  return R"({"id": )" + std::to_string(id) + R"(, "timestamps": [{"name": ")" + std::string(name) +
         R"(", "ns": )" + std::to_string(ns) + "}]}";
}

std::string trace(const std::vector<std::string>& fragments) {
  std::string text = "[\n";
  for (std::size_t i = 0; i < fragments.size(); ++i) text += (i == 0 ? "" : ",\n") + fragments[i];
  return text + "\n]";
}

std::vector<std::string> whole_request(int id) {
  return {R"({"id": )" + std::to_string(id) + R"(, "model_name": "m", "model_version": 1})",
          stamp(id, "HTTP_RECV_START", 100), stamp(id, "HTTP_RECV_END", 110),
          stamp(id, "REQUEST_START", 115), stamp(id, "QUEUE_START", 117),
          stamp(id, "COMPUTE_START", 140), stamp(id, "COMPUTE_INPUT_END", 150),
          stamp(id, "COMPUTE_OUTPUT_START", 250), stamp(id, "COMPUTE_END", 258),
          stamp(id, "REQUEST_END", 260), stamp(id, "HTTP_SEND_START", 264),
          stamp(id, "HTTP_SEND_END", 265)};
}

const std::map<RequestStage, std::int64_t> kWhole = {
    {kReceive, 10}, {kFrontend, 5 + 4}, {kQueue, 23}, {kInput, 10},
    {kCompute, 100}, {kOutput, 8}, {kSend, 1}};

TEST(Triton, ARequestHasItsModelItsTimesAndItsStages) {
  const Timeline timeline = read_well(trace(whole_request(7)));
  ASSERT_EQ(timeline.requests.size(), 1U);
  const TracedRequest& request = timeline.requests[0];
  EXPECT_EQ(timeline.names[request.id], "7");
  EXPECT_EQ(timeline.names[request.model], "m");
  EXPECT_EQ(request.begin_ns, 100);
  EXPECT_EQ(request.end_ns, 265);
  EXPECT_EQ(stages_of(request), kWhole);
  EXPECT_FALSE(request.failed);
  ASSERT_TRUE(request.queued);
  EXPECT_EQ(request.queued->begin_ns, 117);
  EXPECT_EQ(request.queued->end_ns, 140);
  EXPECT_EQ(request.queued->evidence, QueueEvidence::kMoments);
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kRelative);
  EXPECT_TRUE(timeline.losses.empty());
}

TEST(Triton, FragmentsMayComeInAnyOrder) {
  std::vector<std::string> fragments = whole_request(1);
  std::reverse(fragments.begin(), fragments.end());
  const Timeline timeline = read_well(trace(fragments));
  ASSERT_EQ(timeline.requests.size(), 1U);
  EXPECT_EQ(stages_of(timeline.requests[0]), kWhole);
}

TEST(Triton, AGrpcRequestBeginsWhenTheClientsWaitingEnds) {
  const Timeline timeline = read_well(trace(
      {stamp(1, "GRPC_WAITREAD_START", 1), stamp(1, "GRPC_WAITREAD_END", 90),
       stamp(1, "REQUEST_START", 100), stamp(1, "REQUEST_END", 200),
       stamp(1, "GRPC_SEND_START", 210), stamp(1, "GRPC_SEND_END", 215)}));
  EXPECT_EQ(timeline.requests[0].begin_ns, 90);
  EXPECT_EQ(timeline.requests[0].end_ns, 215);
  EXPECT_EQ(stages_of(timeline.requests[0]),
            (std::map<RequestStage, std::int64_t>{{kFrontend, 20}, {kSend, 5}}));
}

TEST(Triton, ARequestThatFailedHasNoOutputAndStillCounts) {
  std::vector<std::string> fragments = whole_request(1);
  std::erase_if(fragments, [](const std::string& one) { return one.find("\"COMPUTE_END") != one.npos; });
  const Timeline timeline = read_well(trace(fragments));
  ASSERT_EQ(timeline.requests.size(), 1U);
  EXPECT_TRUE(timeline.requests[0].failed);
  EXPECT_FALSE(stages_of(timeline.requests[0]).contains(kOutput));
  EXPECT_EQ(timeline.requests[0].end_ns, 265);
}

TEST(Triton, AStepOfAnEnsembleHasItsParentThoughItComesFirst) {
  std::vector<std::string> fragments = {R"({"id": 2, "model_name": "step", "parent_id": 1})"};
  for (const std::string& one : whole_request(1)) fragments.push_back(one);
  const Timeline timeline = read_well(trace(fragments));
  ASSERT_EQ(timeline.requests.size(), 2U);
  EXPECT_EQ(timeline.requests[0].parent, 1U);
  EXPECT_EQ(timeline.requests[1].parent, kNoRow);
  EXPECT_FALSE(timeline.requests[0].begin_ns);
  EXPECT_EQ(loss_count(timeline, "request without timestamps"), 1U);
}

TEST(Triton, TimesOutOfOrderGiveNoNegativeNumber) {
  const Timeline timeline = read_well(
      trace({stamp(1, "REQUEST_START", 100), stamp(1, "QUEUE_START", 150),
             stamp(1, "COMPUTE_START", 140), stamp(1, "COMPUTE_INPUT_END", 160),
             stamp(1, "REQUEST_END", 200), stamp(2, "REQUEST_START", 9), stamp(2, "REQUEST_END", 8)}));
  EXPECT_EQ(loss_count(timeline, "stage whose times are out of order"), 1U);
  EXPECT_EQ(stages_of(timeline.requests[0]), (std::map<RequestStage, std::int64_t>{{kInput, 20}}));
  EXPECT_FALSE(timeline.requests[0].queued);
  EXPECT_EQ(loss_count(timeline, "request that ends before it begins"), 1U);
  EXPECT_FALSE(timeline.requests[1].begin_ns);
}

TEST(Triton, AFileOfARunningServerHasNoClosingBracket) {
  std::string text = trace(whole_request(1));
  text.pop_back();
  const Timeline timeline = read_well(text);
  EXPECT_EQ(stages_of(timeline.requests.at(0)), kWhole);
  EXPECT_EQ(loss_count(timeline, "the array is not closed"), 1U);
  EXPECT_EQ(loss_count(timeline, "the text is cut"), 0U);
}

TEST(Triton, ContentsOfTensorsAreNotKept) {
  std::vector<std::string> fragments = whole_request(1);
  fragments.push_back(
      R"({"id": 1, "activity": "TENSOR_QUEUE_INPUT", "tensor": {"name": "i", "data": "secret"}})");
  const Timeline timeline = read_well(trace(fragments));
  EXPECT_EQ(loss_count(timeline, "contents of a tensor, not kept"), 1U);
  EXPECT_EQ(timeline.names.find("secret"), kNoRow);
}

TEST(Triton, EveryPrefixGivesTheFragmentsThatAreWholeInIt) {
  const std::string text = trace(whole_request(1));
  for (std::size_t n = 0; n < text.size(); ++n) {
    const Result<Timeline> timeline = read_with(reader(), std::string_view(text).substr(0, n));
    if (!timeline.ok()) continue;
    EXPECT_EQ(timeline->requests.size(), 1U);
    EXPECT_EQ(timeline->losses.empty(), false) << n;
    for (const auto& [stage, length] : timeline->requests[0].stages) EXPECT_GE(length, 0);
  }
}

TEST(TritonStatistics, EachStageOfEachModelIsATotal) {
  const Timeline timeline = read_well(
      R"({"model_stats": [{"name": "m", "version": "1", "inference_count": 3, "inference_stats": )"
      R"({"success": {"count": 3, "ns": 900}, "queue": {"count": 3, "ns": 120}, "fail": {"count": 0}}}]})");
  ASSERT_EQ(timeline.totals.size(), 2U);
  EXPECT_EQ(timeline.names[timeline.totals[1].name], "m/1 queue");
  EXPECT_EQ(timeline.totals[1].count, 3U);
  EXPECT_EQ(timeline.totals[1].total_ns, 120);
  EXPECT_EQ(loss_count(timeline, "figure without a usable count or time"), 1U);
  EXPECT_EQ(timeline.format, "Triton statistics");
}

TEST(Triton, OtherTextIsNotRecognisedAndNothingUsableIsAnError) {
  for (const char* text : {"", "{}", "[]", "[1]", R"([{"id":1,"ph":"X","name":"a"}])",
                           R"([{"cat":"Node"}])", R"({"id":1,"timestamps":[]})", R"([{"id":1}])"}) {
    EXPECT_FALSE(reader().recognises(text)) << text;
  }
  EXPECT_FALSE(read_with(reader(), R"([{"timestamps":[]}])").ok());
  EXPECT_FALSE(read_with(reader(), R"({"model_stats":[]})").ok());
}

class RealTriton : public testing::Test {
 protected:
  void SetUp() override {
    root_ = real_traces(LYNXBENCH_SOURCE_DIR);
    if (root_.empty()) GTEST_SKIP() << "no real traces on this machine";
  }
  [[nodiscard]] Timeline read_file_well(const std::string& path) const {
    const Result<std::string> text = lynxbench::read_file(root_ / path);
    EXPECT_TRUE(text.ok()) << path;
    return text.ok() ? read_well(*text) : Timeline{};
  }
  std::filesystem::path root_;
};

TEST_F(RealTriton, TheDocumentedRequestHasItsStages) {
  for (const char* file : {"excerpts/triton_trace_doc.json", "broken/t_noclose.json"}) {
    const Timeline timeline = read_file_well(file);
    ASSERT_EQ(timeline.requests.size(), 1U);
    const TracedRequest& request = timeline.requests[0];
    EXPECT_EQ(*request.end_ns - *request.begin_ns, 3'125'547);
    const std::map<RequestStage, std::int64_t> stages = stages_of(request);
    EXPECT_EQ(stages.at(kReceive), 44'864);
    EXPECT_EQ(stages.at(kQueue), 95'681);
    EXPECT_EQ(stages.at(kInput), 2'265'710);
    EXPECT_EQ(stages.at(kCompute), 344'855);
    EXPECT_EQ(stages.at(kOutput), 43'226);
    EXPECT_EQ(stages.at(kSend), 31'413);
    EXPECT_EQ(stages.at(kFrontend), 153'555 + 38'414);
    EXPECT_EQ(timeline.events, 12U);
  }
}

TEST_F(RealTriton, TheBrokenFilesAreReadAsTheyShould) {
  if (!std::filesystem::exists(root_ / "broken/t_missing_compute_end.json")) {
    GTEST_SKIP() << "t_missing_compute_end.json is not in the data folder";
  }
  EXPECT_TRUE(read_file_well("broken/t_missing_compute_end.json").requests.at(0).failed);
  const Timeline ensemble = read_file_well("broken/t_shuffled_ensemble.json");
  ASSERT_EQ(ensemble.requests.size(), 2U);
  EXPECT_EQ(loss_count(ensemble, "request without timestamps"), 1U);
}

}  // namespace
}  // namespace lynxbench::trace::triton
