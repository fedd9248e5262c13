#include "cli/load_options.h"

#include <gtest/gtest.h>

namespace lynxbench::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

LoadArguments chat() {
  LoadArguments a;
  a.protocol = "openai-chat";
  a.url = "http://localhost:8000";
  a.rate = "100";
  return a;
}

std::string refusal(const LoadArguments& arguments) {
  Result<run::LoadJob> job = load_job(arguments);
  EXPECT_FALSE(job.ok());
  return job.ok() ? "" : job.error().text();
}

TEST(LoadOptions, AnOpenLoopIsPoissonUnlessTold) {
  run::LoadJob job = load_job(chat()).value();
  const LoadPoint& point = job.contract.load.points[0];
  EXPECT_EQ(point.load.loop, Loop::kOpen);
  EXPECT_EQ(point.load.arrival, Arrival::kPoisson);
  EXPECT_EQ(point.load.rate_per_s, 100);
  EXPECT_EQ(point.duration, seconds(30));
  EXPECT_EQ(job.warm_up, seconds(3));
  EXPECT_EQ(job.contract.target.endpoint.stream, Streaming::kOn);
  EXPECT_EQ(job.contract.slo.at_most, Nanos{0});
}

TEST(LoadOptions, EveryArrivalIsUnderstood) {
  for (const auto& [text, arrival] : std::vector<std::pair<std::string, Arrival>>{
           {"constant", Arrival::kConstant}, {"poisson", Arrival::kPoisson}, {"gamma:2", Arrival::kGamma}}) {
    LoadArguments a = chat();
    a.arrival = text;
    EXPECT_EQ(load_job(a).value().contract.load.points[0].load.arrival, arrival) << text;
  }
  LoadArguments ramp = chat();
  ramp.rate = "";
  ramp.arrival = "ramp:5:50";
  run::LoadJob job = load_job(ramp).value();
  EXPECT_EQ(job.contract.load.points[0].load.rate_per_s, 5);
  EXPECT_EQ(job.contract.load.points[0].load.ramp_to_per_s, 50);
  EXPECT_EQ(job.warm_up, Nanos{0});
  LoadArguments trace = chat();
  trace.rate = "";
  trace.arrival = "trace:log.jsonl";
  job = load_job(trace).value();
  EXPECT_EQ(job.contract.workload.prompts.source, PromptSource::kTrace);
  EXPECT_EQ(job.contract.workload.prompts.file, "log.jsonl");
}

TEST(LoadOptions, PromptsAreTooManyForAPrefixCacheToKnowThem) {
  auto distinct = [](LoadArguments a) { return load_job(a).value().contract.workload.input.distinct; };
  LoadArguments a = chat();
  EXPECT_EQ(distinct(a), 1000);
  a.prompt_tokens = "10000";
  a.shared_prefix = "30000";
  EXPECT_EQ(distinct(a), 100);  // 4,000,000 / 40,000
  a.prompt_tokens = "lognormal:1000000:1";
  EXPECT_EQ(distinct(a), 16);
  a.distinct = "3";
  EXPECT_EQ(distinct(a), 3);
}

TEST(LoadOptions, AnswersAreScoredWhenAskedFor) {
  LoadArguments a = chat();
  a.input = "prompts.jsonl";
  a.score = "contains";
  a.accuracy = "95%";
  AccuracySpec accuracy = load_job(a).value().contract.workload.accuracy;
  EXPECT_EQ(accuracy.method, ScoreMethod::kContains);
  EXPECT_EQ(accuracy.floor, 0.95);
  a.input = "";
  EXPECT_NE(refusal(a).find("--input"), std::string::npos);
  a.score = "";
  EXPECT_NE(refusal(a).find("--score"), std::string::npos);
  a.score_command = "judge --strict";
  accuracy = load_job(a).value().contract.workload.accuracy;
  EXPECT_EQ(accuracy.method, ScoreMethod::kCommand);
  EXPECT_EQ(accuracy.command, (std::vector<std::string>{"sh", "-c", "judge --strict"}));
  a.accuracy = "95";
  EXPECT_FALSE(refusal(a).empty());
}

TEST(LoadOptions, SeveralTermsMakeOneSlo) {
  LoadArguments a = chat();
  a.slo = {"ttft.p99=200ms", "e2e.p95=2s", "tpot.p99.9=40ms"};
  Slo slo = load_job(a).value().contract.slo;
  EXPECT_EQ(slo.metric, LatencyMetric::kTtft);
  EXPECT_EQ(slo.quantile, 0.99);
  EXPECT_EQ(slo.at_most, milliseconds(200));
  ASSERT_EQ(slo.also.size(), 2u);
  EXPECT_EQ(slo.also[1].metric, LatencyMetric::kTpot);
  EXPECT_NEAR(slo.also[1].quantile, 0.999, 1e-12);
}

TEST(LoadOptions, LengthsAreFixedEvenOrLogNormal) {
  EXPECT_EQ(parse_length("--prompt-tokens", "128").value().low, 128);
  LengthSpec even = parse_length("--prompt-tokens", "100..200").value();
  EXPECT_EQ(even.shape, LengthShape::kUniform);
  EXPECT_EQ(even.high, 200);
  LengthSpec normal = parse_length("--prompt-tokens", "lognormal:300:0.8").value();
  EXPECT_EQ(normal.shape, LengthShape::kLogNormal);
  EXPECT_EQ(normal.median, 300);
  for (const char* bad : {"", "x", "0", "200..100", "lognormal:3", "lognormal:0:1", "1..", "-5", "lognormal:10:9"}) {
    EXPECT_FALSE(parse_length("--prompt-tokens", bad).ok()) << bad;
  }
}

TEST(LoadOptions, TensorsHaveANameAShapeAndMaybeAFile) {
  TensorSpec tensor = parse_tensor("image:1x3x224x224:/tmp/a.bin").value();
  EXPECT_EQ(tensor.name, "image");
  EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{1, 3, 224, 224}));
  EXPECT_EQ(tensor.file, "/tmp/a.bin");
  EXPECT_EQ(parse_tensor("x:1,3").value().shape, (std::vector<std::int64_t>{1, 3}));
  EXPECT_FALSE(parse_tensor(":1").ok());
  EXPECT_FALSE(parse_tensor("x:1xa").ok());
}

TEST(LoadOptions, AHeaderIsANameAndAValue) {
  LoadArguments a = chat();
  a.headers = {"Authorization: env:TOKEN", "X-A:b:c"};
  auto headers = load_job(a).value().contract.target.endpoint.headers;
  EXPECT_EQ(headers.at("Authorization"), "env:TOKEN");
  EXPECT_EQ(headers.at("X-A"), "b:c");
  a.headers = {"nothing"};
  EXPECT_NE(refusal(a).find("--header takes"), std::string::npos);
}

struct Refused {
  const char* what;
  void (*change)(LoadArguments&);
  const char* says;
};

class LoadOptionsRefuse : public testing::TestWithParam<Refused> {};

TEST_P(LoadOptionsRefuse, SayingWhatWouldBeRight) {
  LoadArguments a = chat();
  GetParam().change(a);
  EXPECT_NE(refusal(a).find(GetParam().says), std::string::npos) << refusal(a);
}

INSTANTIATE_TEST_SUITE_P(
    Words, LoadOptionsRefuse,
    testing::Values(
        Refused{"protocol", [](LoadArguments& a) { a.protocol = "openai-chta"; }, "did you mean \"openai-chat\"?"},
        Refused{"no_protocol", [](LoadArguments& a) { a.protocol = ""; }, "--protocol is missing: openai-chat,"},
        Refused{"no_url", [](LoadArguments& a) { a.url = ""; }, "--url is missing: http://HOST:PORT"},
        Refused{"scheme", [](LoadArguments& a) { a.url = "grpc://x:1"; }, "http://HOST:PORT or https://HOST:PORT with openai-chat"},
        Refused{"no_load", [](LoadArguments& a) { a.rate = ""; }, "--rate R (an open loop) or --concurrency N"},
        Refused{"two_loads", [](LoadArguments& a) { a.concurrency = "4"; }, "exclude each other"},
        Refused{"rate", [](LoadArguments& a) { a.rate = "fast"; }, "--rate takes a rate such as 100"},
        Refused{"duration", [](LoadArguments& a) { a.duration = "30"; }, "--duration takes a duration such as 30s"},
        Refused{"slo_metric", [](LoadArguments& a) { a.slo = {"tfft.p99=1s"}; }, "did you mean \"ttft\"?"},
        Refused{"slo_form", [](LoadArguments& a) { a.slo = {"ttft=1s"}; }, "METRIC.pQ=DURATION"},
        Refused{"slo_unit", [](LoadArguments& a) { a.slo = {"ttft.p99=200"}; }, "METRIC.pQ=DURATION"},
        Refused{"slo_stream", [](LoadArguments& a) { a.slo = {"ttft.p99=1s"}; a.no_stream = true; }, "not streamed has no ttft"},
        Refused{"slo_unary", [](LoadArguments& a) { a.protocol = "kserve-grpc"; a.url = "grpc://x:1"; a.slo = {"itl.p99=1s"}; }, "--stream asks for a stream"},
        Refused{"stream", [](LoadArguments& a) { a.protocol = "kserve-http"; a.stream = true; }, "--stream belongs to openai-* and kserve-grpc"},
        Refused{"stream_or_not", [](LoadArguments& a) { a.stream = a.no_stream = true; }, "exclude each other"},
        Refused{"require_slo", [](LoadArguments& a) { a.require_slo = true; }, "there is no --slo"},
        Refused{"search", [](LoadArguments& a) { a.search = true; }, "--search needs an --slo"},
        Refused{"tensor", [](LoadArguments& a) { a.tensors = {"x:1"}; }, "--tensor belongs to kserve-*"},
        Refused{"command", [](LoadArguments& a) { a.command = {"ls"}; }, "-- COMMAND belongs to command"},
        Refused{"keep_alive", [](LoadArguments& a) { a.keep_alive = "no"; }, "reuse or per-request"},
        Refused{"extra_body", [](LoadArguments& a) { a.extra_body = "[1]"; }, "a JSON object"},
        Refused{"threads", [](LoadArguments& a) { a.threads = "0"; }, "--threads takes a whole number from 1 to 256"},
        Refused{"ramp_rate", [](LoadArguments& a) { a.arrival = "ramp:1:2"; }, "leave --rate out"}),
    [](const testing::TestParamInfo<Refused>& row) { return std::string(row.param.what); });

TEST(LoadOptions, KserveOverGrpcStreamsWhenAskedTo) {
  LoadArguments a = chat();
  a.protocol = "kserve-grpc";
  a.url = "grpc://localhost:8001";
  EXPECT_EQ(load_job(a).value().contract.target.endpoint.stream, Streaming::kOff);
  a.stream = true;
  a.slo = {"ttft.p90=1s"};
  EXPECT_EQ(load_job(a).value().contract.target.endpoint.stream, Streaming::kOn);
}

TEST(LoadOptions, ACommandNeedsNoUrl) {
  LoadArguments a;
  a.protocol = "command";
  a.concurrency = "1";
  EXPECT_NE(refusal(a).find("-- COMMAND ..."), std::string::npos);
  a.command = {"./infer", "--once"};
  EXPECT_EQ(load_job(a).value().contract.target.endpoint.command.size(), 2u);
}

TEST(LoadOptions, ASearchStartsAtTheRate) {
  LoadArguments a = chat();
  a.search = true;
  a.slo = {"e2e.p95=1s"};
  a.at_most = "6000/min";
  a.rate = "10";
  a.resolution = "5%";
  SearchSpec search = *load_job(a).value().contract.load.search;
  EXPECT_EQ(search.start_per_s, 10);
  EXPECT_EQ(search.at_most_per_s, 100);
  EXPECT_EQ(search.resolution, 0.05);
}

}  // namespace
}  // namespace lynxbench::cli
