#include "trace/otlp/reader.h"

#include <gtest/gtest.h>

#include <map>

#include "base/files.h"
#include "trace/otlp/span.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::otlp {
namespace {

using enum RequestStage;

Timeline read_well(std::string_view text) { return recognise_and_read(reader(), text); }

constexpr std::string_view kTrace = "5B8EFFF798038103D269B633813FC60C";

std::string span(std::string_view id, std::string_view rest) {
  return R"({"traceId": ")" + std::string(kTrace) + R"(", "spanId": ")" + std::string(id) + R"(", )" +
         std::string(rest) + "}";
}
std::string timed(std::string_view id, std::string_view name, std::int64_t begin, std::int64_t end,
                  std::string_view more = "") {
  return span(id, R"("name": ")" + std::string(name) + R"(", "startTimeUnixNano": ")" +
                      std::to_string(begin) + R"(", "endTimeUnixNano": ")" + std::to_string(end) +
                      "\"" + std::string(more));
}
std::string document(const std::vector<std::string>& spans) {
  std::string list;
  for (const std::string& one : spans) list += (list.empty() ? "" : ", ") + one;
  return R"({"resourceSpans": [{"resource": {"attributes": [{"key": "host.name", "value": )"
         R"({"stringValue": "secret-host"}}, {"key": "service.name", "value": {"stringValue": )"
         R"("my.service"}}]}, "scopeSpans": [{"scope": {"name": "s"}, "spans": [)" +
         list + "]}]}]}";
}
std::string attributes(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string list;
  for (const auto& [key, value] : pairs) {
    list += (list.empty() ? "" : ", ") + std::string(R"({"key": ")") + key + R"(", "value": )" +
            value + "}";
  }
  return R"(, "attributes": [)" + list + "]";
}
std::map<RequestStage, std::int64_t> stages_of(const TracedRequest& request) {
  return {request.stages.begin(), request.stages.end()};
}

TEST(Otlp, ASpanHasItsTimesNameServiceAndParent) {
  const Timeline timeline = read_well(document(
      {timed("eee19b7ec3c1b175", "child", 1544712660000000001, 1544712660500000000,
             R"(, "parentSpanId": "EEE19B7EC3C1B174", "status": {"code": 2})"),
       timed("EEE19B7EC3C1B174", "GET /v1?key=secret", 1544712660000000000, 1544712661000000000)}));
  ASSERT_EQ(timeline.spans.size(), 2U);
  EXPECT_EQ(timeline.spans[0].begin_ns, 1544712660000000001);
  EXPECT_EQ(timeline.spans[0].parent, 1U);
  EXPECT_TRUE(timeline.spans[0].failed);
  EXPECT_EQ(timeline.spans[1].parent, kNoRow);
  EXPECT_EQ(timeline.names[timeline.spans[1].name], "GET /v1");
  EXPECT_EQ(timeline.names[timeline.spans[1].service], "my.service");
  EXPECT_EQ(timeline.names.find("secret-host"), kNoRow);
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kWall);
  EXPECT_EQ(timeline.clock.wall_offset_ns, 0);
  EXPECT_TRUE(timeline.losses.empty());
}

TEST(Otlp, TimesAsNumbersAndAsStringsAreTheSameToTheNanosecond) {
  const Timeline numbers = read_well(document(
      {span("01", R"("startTimeUnixNano": 1544712660000000001, "endTimeUnixNano": 1544712660000000003)")}));
  EXPECT_EQ(numbers.spans.at(0).begin_ns, 1544712660000000001);
  EXPECT_EQ(numbers.spans.at(0).end_ns, 1544712660000000003);
}

TEST(Otlp, SnakeCaseAndTheOldNameOfScopesAreRead) {
  const Timeline timeline = read_well(
      R"({"resource_spans": [{"instrumentation_library_spans": [{"spans": [{"trace_id": "0a", )"
      R"("span_id": "0b", "name": "n", "start_time_unix_nano": "5", "end_time_unix_nano": "9", )"
      R"("status": {"code": "STATUS_CODE_ERROR"}}]}], "resource": {"attributes": []}}]})");
  ASSERT_EQ(timeline.spans.size(), 1U);
  EXPECT_EQ(timeline.spans[0].end_ns, 9);
  EXPECT_TRUE(timeline.spans[0].failed);
  EXPECT_EQ(read_well(R"({"resourceSpans":[{"instrumentationLibrarySpans":[{"spans":[{"startTimeUnixNano":1,)"
                      R"("endTimeUnixNano":2}]}]}]})").spans.size(), 1U);
}

TEST(Otlp, IdsInHexOfEitherCaseAndInBase64AreTheSame) {
  EXPECT_EQ(normal_id("EEE19B7EC3C1B174"), "eee19b7ec3c1b174");
  EXPECT_EQ(normal_id("7uGbfsPBsXQ="), "eee19b7ec3c1b174");
  EXPECT_EQ(normal_id("W47/95gDgQPSabYzgT/GDA=="), "5b8efff798038103d269b633813fc60c");
  EXPECT_EQ(normal_id("capital_question"), "capital_question");
}

TEST(Otlp, ASpanDeliveredTwiceCountsOnce) {
  const std::string one = timed("01", "a", 1, 2);
  const Timeline timeline = read_well(document({one, one, timed("02", "b", 1, 2)}));
  EXPECT_EQ(timeline.spans.size(), 2U);
  EXPECT_EQ(loss_count(timeline, "span delivered again"), 1U);
}

TEST(Otlp, ASpanThatEndsBeforeItBeginsOrHasNoTimesIsDroppedAndCounted) {
  const Timeline timeline = read_well(
      document({timed("01", "a", 5, 4), span("02", R"("name": "b")"), timed("03", "c", 1, 1)}));
  EXPECT_EQ(timeline.spans.size(), 1U);
  EXPECT_EQ(loss_count(timeline, "span that ends before it begins"), 1U);
  EXPECT_EQ(loss_count(timeline, "span without a begin or an end"), 1U);
}

TEST(Otlp, OneDocumentToALineIsReadAndACutLineIsCounted) {
  const std::string text = document({timed("01", "a", 1, 2)}) + "\n" +
                           document({timed("02", "b", 1, 2)}) + "\n{\"resourceSpans\": 7 nonsense\n" +
                           document({timed("03", "c", 1, 2), timed("04", "d", 1, 2)});
  const std::string_view cut = std::string_view(text).substr(0, text.rfind("endTime"));
  const Timeline timeline = read_well(cut);
  EXPECT_EQ(timeline.spans.size(), 3U);
  EXPECT_EQ(loss_count(timeline, "span that is cut or no JSON"), 1U);
  EXPECT_EQ(loss_count(timeline, "document that is cut or no JSON"), 2U);
}

TEST(Otlp, ADocumentThatIsCutGivesItsWholeSpans) {
  const std::string text = document({timed("01", "a", 1, 2), timed("02", "b", 1, 2)});
  const std::size_t first = text.find("}, {\"traceId") + 1;
  const std::size_t second = text.rfind("]}]}]}");
  for (std::size_t n = 1; n < text.size(); ++n) {
    const Result<Timeline> timeline = read_with(reader(), std::string_view(text).substr(0, n));
    const std::size_t expected = n >= second ? 2 : n >= first ? 1 : 0;
    if (!timeline.ok()) {
      EXPECT_EQ(expected, 0U) << n;
      continue;
    }
    EXPECT_EQ(timeline->spans.size(), expected) << n;
    EXPECT_FALSE(timeline->losses.empty()) << n;
  }
}

TEST(Otlp, AttributesOfEveryKindArePassedOver) {
  const Timeline timeline = read_well(document({timed(
      "01", "a", 1, 2,
      attributes({{"s", R"({"stringValue": "x"})"}, {"i", R"({"intValue": "7"})"},
                  {"d", R"({"doubleValue": 0.5})"}, {"b", R"({"boolValue": true})"},
                  {"a", R"({"arrayValue": {"values": [{"intValue": 1}]}})"},
                  {"k", R"({"kvlistValue": {"values": [{"key": "q", "value": {"intValue": 1}}]}})"},
                  {"y", R"({"bytesValue": "AAE="})"}, {"n", "null"}, {"e", "{}"}}))}));
  EXPECT_EQ(timeline.spans.size(), 1U);
  EXPECT_TRUE(timeline.losses.empty());
}

TEST(Otlp, AVllmSpanIsARequestWithItsStages) {
  const Timeline timeline = read_well(document({timed(
      "01", "llm_request", 1'000'000'000, 2'000'000'000,
      attributes({{"gen_ai.latency.time_in_queue", R"({"doubleValue": 0.1})"},
                  {"gen_ai.latency.time_to_first_token", R"({"doubleValue": 0.35})"},
                  {"gen_ai.latency.time_in_model_prefill", R"({"doubleValue": 0.2})"},
                  {"gen_ai.latency.time_in_model_decode", R"({"doubleValue": 6.5e-1})"},
                  {"gen_ai.request.id", R"({"stringValue": "cmpl-1"})"},
                  {"gen_ai.prompt", R"({"stringValue": "secret prompt"})"},
                  {"gen_ai.response.model", R"({"stringValue": "llama"})"}}))}));
  ASSERT_EQ(timeline.requests.size(), 1U);
  const TracedRequest& request = timeline.requests[0];
  EXPECT_EQ(timeline.spans[0].request, 0U);
  EXPECT_EQ(timeline.names[request.model], "llama");
  EXPECT_EQ(timeline.names[request.id], "cmpl-1");
  EXPECT_EQ(stages_of(request),
            (std::map<RequestStage, std::int64_t>{
                {kQueue, 100'000'000}, {kPrefill, 200'000'000}, {kDecode, 650'000'000}}));
  EXPECT_EQ(timeline.names.find("secret prompt"), kNoRow);
  ASSERT_TRUE(request.queued);
  EXPECT_EQ(request.queued->begin_ns, 1'000'000'000);
  EXPECT_EQ(request.queued->end_ns, 1'100'000'000);
  EXPECT_EQ(request.queued->evidence, QueueEvidence::kLength);
}

TEST(Otlp, WithoutPrefillAndDecodeTheFirstTokenDividesThem) {
  const Timeline timeline = read_well(document(
      {timed("01", "llm_request", 0, 1'000'000'000,
             attributes({{"gen_ai.latency.time_in_queue", R"({"doubleValue": 0.1})"},
                         {"gen_ai.latency.time_to_first_token", R"({"doubleValue": 0.35})"},
                         {"gen_ai.latency.e2e", R"({"doubleValue": 0.95})"}}))}));
  EXPECT_EQ(stages_of(timeline.requests.at(0)),
            (std::map<RequestStage, std::int64_t>{
                {kQueue, 100'000'000}, {kPrefill, 250'000'000}, {kDecode, 600'000'000}}));
}

TEST(Otlp, StagesNeverExceedTheirRequest) {
  const auto of = [](const char* decode) {
    return read_well(document(
        {timed("01", "llm_request", 0, 1'000'000'000,
               attributes({{"gen_ai.latency.time_in_queue", R"({"doubleValue": 0.1})"},
                           {"gen_ai.latency.time_in_model_decode",
                            R"({"doubleValue": )" + std::string(decode) + "}"}}))}));
  };
  EXPECT_EQ(stages_of(of("0.905").requests.at(0)).at(kDecode), 900'000'000);
  EXPECT_TRUE(of("0.95").requests.at(0).stages.empty());
  EXPECT_FALSE(of("0.95").requests.at(0).queued);
  EXPECT_EQ(loss_count(of("0.95"), "request whose parts exceed it: its parts are not kept"), 1U);
}

std::string events(const std::vector<std::pair<std::string, int>>& stamps) {
  std::string list;
  for (const auto& [name, ns] : stamps) {
    list += (list.empty() ? "" : ", ") + std::string(R"({"name": ")") + name +
            R"(", "timeUnixNano": ")" + std::to_string(ns) + "\"}";
  }
  return R"(, "events": [)" + list + "]";
}

TEST(Otlp, TritonsSpansAreOneRequestWithItsStages) {
  const Timeline timeline = read_well(document(
      {timed("01", "InferRequest", 100, 265,
             events({{"HTTP_RECV_START", 100}, {"HTTP_RECV_END", 110}, {"HTTP_SEND_START", 264},
                     {"HTTP_SEND_END", 265}})),
       timed("02", "resnet", 115, 260,
             R"(, "parentSpanId": "01")" +
                 attributes({{"triton.model_name", R"({"stringValue": "resnet"})"},
                             {"triton.trace_id", R"({"stringValue": "9"})"}}) +
                 events({{"REQUEST_START", 115}, {"QUEUE_START", 117}, {"REQUEST_END", 260}})),
       timed("03", "compute", 140, 258,
             R"(, "parentSpanId": "02")" +
                 events({{"COMPUTE_START", 140}, {"COMPUTE_INPUT_END", 150},
                         {"COMPUTE_OUTPUT_START", 250}, {"COMPUTE_END", 258}}))}));
  ASSERT_EQ(timeline.requests.size(), 1U);
  EXPECT_EQ(timeline.names[timeline.requests[0].model], "resnet");
  EXPECT_EQ(timeline.requests[0].begin_ns, 100);
  EXPECT_EQ(timeline.requests[0].end_ns, 265);
  EXPECT_EQ(stages_of(timeline.requests[0]),
            (std::map<RequestStage, std::int64_t>{{kReceive, 10}, {kFrontend, 9}, {kQueue, 23},
                                                  {kInput, 10}, {kCompute, 100}, {kOutput, 8},
                                                  {kSend, 1}}));
  EXPECT_EQ(timeline.spans[0].request, 0U);
  ASSERT_TRUE(timeline.requests[0].queued);
  EXPECT_EQ(timeline.requests[0].queued->begin_ns, 117);
  EXPECT_EQ(timeline.requests[0].queued->end_ns, 140);
  EXPECT_EQ(timeline.requests[0].queued->evidence, QueueEvidence::kMoments);
}

TEST(Otlp, OtherTextIsNotRecognisedAndNothingUsableIsAnError) {
  for (const char* text : {"", "{}", "[]", R"({"spans": []})", R"({"traceEvents": []})",
                           R"([{"id":1,"timestamps":[]}])", R"({"resourceMetrics": []})"}) {
    EXPECT_FALSE(reader().recognises(text)) << text;
  }
  EXPECT_FALSE(read_with(reader(), R"({"resourceSpans": []})").ok());
}

class RealOtlp : public testing::Test {
 protected:
  void SetUp() override {
    root_ = real_traces(LYNXBENCH_SOURCE_DIR);
    if (root_.empty()) GTEST_SKIP() << "no real traces on this machine";
  }
  [[nodiscard]] bool has(const std::string& path) const {
    return std::filesystem::exists(root_ / path);
  }
  [[nodiscard]] Timeline read_file_well(const std::string& path) const {
    const Result<std::string> text = lynxbench::read_file(root_ / path);
    EXPECT_TRUE(text.ok()) << path;
    return text.ok() ? read_well(*text) : Timeline{};
  }
  std::filesystem::path root_;
};

TEST_F(RealOtlp, TheSpecificationsExampleIsOneSpan) {
  const Timeline timeline = read_file_well("excerpts/otlp_trace_example.json");
  ASSERT_EQ(timeline.spans.size(), 1U);
  EXPECT_EQ(timeline.spans[0].end_ns - timeline.spans[0].begin_ns, 1'000'000'000);
  EXPECT_EQ(timeline.names[timeline.spans[0].service], "my.service");
  EXPECT_EQ(loss_count(timeline, "span whose parent is not in the file"), 1U);
}

TEST_F(RealOtlp, TheTracesOfALoadGeneratorAreSpansWithoutTheirMessages) {
  std::size_t spans = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           root_ / "inference-perf/examples/otel/test_traces")) {
    if (entry.path().extension() != ".json") continue;
    const Timeline timeline = read_well(*lynxbench::read_file(entry.path()));
    spans += timeline.spans.size();
    if (entry.path().stem() == "simple_chain") {
      EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kRelative);
    }
    for (NameId id = 0; id < timeline.names.size(); ++id) {
      EXPECT_EQ(timeline.names[id].find("Paris"), std::string_view::npos);
      EXPECT_LT(timeline.names[id].size(), 64U);
    }
  }
  EXPECT_EQ(spans, 73U);
}

TEST_F(RealOtlp, TheBrokenFilesAreReadAsTheyShould) {
  const Timeline before = read_file_well("broken/otlp_end_before_start.json");
  EXPECT_TRUE(before.spans.empty());
  EXPECT_EQ(loss_count(before, "span that ends before it begins"), 1U);
  if (has("broken/otlp_jsonl.jsonl")) {
    const Timeline lines = read_file_well("broken/otlp_jsonl.jsonl");
    EXPECT_EQ(lines.spans.size() + loss_count(lines, "span delivered again"), 2U);
    EXPECT_EQ(loss_count(lines, "document that is cut or no JSON"), 1U);
  }
  if (has("broken/otlp_string_times.json")) {
    EXPECT_EQ(read_file_well("broken/otlp_string_times.json").spans.at(0).begin_ns,
              1544712660000000000);
  }
  if (has("broken/otlp_snake_old.json")) {
    EXPECT_EQ(read_file_well("broken/otlp_snake_old.json").spans.size(), 1U);
  }
}

}  // namespace
}  // namespace lynxbench::trace::otlp
