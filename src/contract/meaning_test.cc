// One row for each rule that the schema cannot hold: a value just right, and one just wrong.
#include "contract/meaning.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "contract/contract.h"

namespace lynxbench::contract {
namespace {

Contract sample(const std::string& file = "sample.yaml") {
  return *read(*read_file(fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/contract" / file), "q")
              .contract;
}

struct Rule {
  const char* key;
  std::string right;
  std::string wrong;
  const char* said;  // of the wrong value
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules{
      {"slo.quantile", "0.999", "1", "between 0 and 1"},
      {"slo.quantile", "0.001", "0", "between 0 and 1"},
      {"slo.at_most", "1ns", "0s", "more than 0"},
      {"slo.at_most", "168h", "169h", "at most 168h"},
      {"limits.schedule_lag_p99", "1ns", "0s", "more than 0"},
      {"limits.missed_ratio", "100%", "101%", "at most 100%"},
      {"limits.telemetry_period", "1ms", "999us", "at least 1ms"},
      {"load.warm_up.at_most", "1s", "999ms", "shortest warm-up longer than the longest"},
      {"load.warm_up.window", "2s", "2001ms", "do not fit into the longest warm-up"},
      {"load.warm_up.windows", "32", "33", "do not fit into the longest warm-up"},
      {"load.warm_up.window", "1ns", "0s", "more than 0"},
      {"load.warm_up.tolerance", "100%", "101%", "at most 100%"},
      {"load.warm_up.tolerance", "1%", "0", "more than 0%"},
      {"load.search.start", "3999/s", "4000/s", "at or above the rate where it ends"},
      {"load.search.start", "0.1/s", "0/s", "rate of more than 0"},
      {"load.search.at_most", "1e9/s", "1.1e9/s", "at most 1000000000/s"},
      {"load.search.extend_to", "2s", "1999ms", "a continued look shorter than the first"},
      {"load.search.point", "1ns", "0s", "more than 0"},
      {"load.search.resolution", "0.5%", "0.4%", "from 0.5% to 50%"},
      {"load.search.resolution", "50%", "50.1%", "from 0.5% to 50%"},
      {"load.points.unloaded.concurrency", "1024", "1025",
       "at most load.max_in_flight, which is 1024"},
      {"load.points.half.of_capacity", "1000%", "1001%", "at most 1000%"},
      {"load.points.half.of_capacity", "0.1%", "0%", "more than 0%"},
      {"load.points.half.rate", "0.1/s", "0/s", "more than 0"},
      {"load.points.half.duration", "1ns", "0s", "more than 0"},
      {"load.profile.duration", "1ns", "0s", "more than 0"},
      {"load.profile.points[0]", "unloaded", "unload", "no such point; did you mean unloaded?"},
      {"target.serving.max_batch", "64", "65", "but the queue holds 64"},
      {"target.serving.queue_capacity", "4", "3", "but the queue holds 3"},
      {"workload.precision", "fp32", "int8", "but the model ppocr-v4-rec is fp32"},
      {"workload.model.name", "transformer", "null", "target.kind embedded runs a model"},
      {"workload.model.name", "ppocr-v4-rec", "file", "is missing (the path of the .onnx file"},
      {"tolerances.throughput@half.within", "99%", "100%", "less than 100%"},
      {"tolerances.throughput@half.within", "1%", "0%", "more than 0%"},
      {"tolerances.throughput@half.figure", "goodput@half", "e2e.p50@half",
       "has a tolerance already"},
      {"metrics.errors@half.at_most", "100%", "101%", "at most 100%"},
      {"metrics.errors@half.at_most", "0", "1/s", "but the figure is a ratio"},
      {"metrics.e2e.p95@half.at_most", "1us", "5%", "but the figure is a latency"},
      {"metrics.e2e.p95@half.at_most", "168h", "169h", "but the figure is a latency"},
      {"decision.at_least", "1/min", "5", "but the figure is a rate"},
      {"decision.figure", "peak_throughput", "throughput",
       "without the point at which it is measured"},
      {"limits.client_cpu", "100%", "101%", "at most 100% of a core"},
      {"limits.client_cpu", "1%", "0", "more than 0%"},
      {"limits.stall_longest", "1ns", "0s", "more than 0"},
      {"limits.clock_step", "1ns", "0s", "more than 0"},
      {"limits.arrival_p", "0.4", "0.5", "below 50%"},
      {"limits.rate_deficit", "100%", "101%", "at most 100%"},
      {"slo.metric", "service", "ttft", "the target's answers do not come in pieces"},
      {"metrics.e2e.p95@half.figure", "e2e.p99@half", "ttft.p95@half", "do not come in pieces"},
      {"tolerances.e2e.p50@half.figure", "e2e.p90@half", "failures.busy@half",
       "a target of kind embedded has no endpoint"},
      {"decision.figure", "goodput@half", "tokens_per_s@half", "counts no tokens"},
      {"workload.model.name", "transformer", "served", "target.kind embedded runs a model"},
      {"limitations[0]", std::string(2000, 'x'), std::string(2001, 'x'), "at most 2000 characters"},
  };
  return kRules;
}

// Of tests/data/contract/server.yaml.
const std::vector<Rule>& server_rules() {
  static const std::vector<Rule> kRules{
      {"target.endpoint.url", "https://h", "h:80", "http:// or https:// and a host"},
      {"target.endpoint.url", "https://[::1]:9/a?b=c", "https://", "http:// or https:// and a host"},
      {"target.endpoint.url", "https://h:1", "grpc://h:1", "http:// or https:// and a host"},
      {"target.endpoint.url", "https://h/?user=7", "https://h/?api_key=7", "holds a secret"},
      {"target.endpoint.url", "https://h/@", "https://me:pw@h/", "holds a secret"},
      {"target.endpoint.url", "https://h", "http://h", "on a connection that is not encrypted"},
      {"target.endpoint.metrics_url", "http://h", "unix:/x", "http:// or https:// and a host"},
      {"target.endpoint.timeout", "1ns", "0s", "more than 0"},
      {"target.endpoint.stream", "on", "off", "slo.metric: is ttft, but"},
      {"target.endpoint.headers.Authorization", "env:A_1", "Bearer abc", "read by everybody"},
      {"target.endpoint.headers.Authorization", "env:A", "env:A B", "the name of an environment"},
      {"target.endpoint.headers.X-Request-Source", "anything", "Bearer abc", "read by everybody"},
      {"target.endpoint.extra_body", "{}", "[1]", "is JSON, but no object"},
      {"target.endpoint.extra_body", R"({"a":1})", "{", "a JSON object, such as"},
      {"workload.model.name", "served", "ppocr-v4-rec", "the model of target.kind openai-chat"},
      {"workload.prompts.source", "synthetic", "file", "is missing: the source file needs it"},
      {"workload.prompts.prompt.low", "900", "901", "at least low"},
      {"workload.prompts.prompt.shape", "log_normal", "uniform", "no effect on the shape uniform"},
      {"workload.prompts.output.length", "1", "0", "whole number from 1"},
      {"workload.prompts.shared_prefix", "1", "0", "has no effect without a shared_prefix"},
      {"workload.accuracy.method", "none", "exact", "only prompts from a file have expected"},
      {"workload.accuracy.floor", "0%", "1%", "no floor, or a method"},
      {"slo.also[0].quantile", "0.999", "1", "between 0 and 1"},
      {"slo.also[0].at_most", "1ns", "0s", "more than 0"},
      {"slo.also[1].metric", "itl", "latency", "write e2e"},
      {"load.points.half.gap_cv", "100", "101", "is 101"},
      {"load.points.half.arrival", "gamma", "poisson", "has no effect on the arrival poisson"},
      {"load.points.half.arrival", "gamma", "trace", "has no trace to take the times from"},
      {"load.points.rise.arrival", "ramp", "gamma", "is missing: it says how bursty"},
      {"load.points.rise.ramp_to", "1e9/s", "0/s", "more than 0"},
      {"load.points.rise.rate", "1/s", "0/s", "more than 0"},
      {"metrics.failures.busy@half.figure", "failures.timeout@half", "accuracy@half",
       "workload.accuracy compares no answers"},
  };
  return kRules;
}

TEST(Meaning, EachRuleOfServersTakesTheLastRightValueAndRefusesTheFirstWrongOne) {
  Contract contract = sample("server.yaml");
  for (const Rule& rule : server_rules()) {
    Result<Contract> right = with_lever(contract, rule.key, rule.right);
    EXPECT_TRUE(right.ok()) << rule.key << " = " << rule.right << "\n" << right.error().text();
    Result<Contract> wrong = with_lever(contract, rule.key, rule.wrong);
    ASSERT_FALSE(wrong.ok()) << rule.key << " = " << rule.wrong;
    EXPECT_NE(wrong.error().message.find(rule.said), std::string::npos) << wrong.error().message;
  }
}

TEST(Meaning, ASecretIsNotRepeatedInTheMessageThatRefusesIt) {
  Result<Contract> wrong = with_lever(sample("server.yaml"), "target.endpoint.url",
                                      "https://me:hunter2@h/");
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("holds a secret"), std::string::npos);
  std::string text =
      *read_file(fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/contract/server.yaml");
  std::string from = "\"env:MODEL_AUTHORIZATION\"";
  text.replace(text.find(from), from.size(), "\"Bearer hunter2\"");
  Reading reading = read(text, "c");
  ASSERT_EQ(reading.problems.size(), 1U);
  EXPECT_EQ(reading.problems[0].text().find("hunter2"), std::string::npos);
}

TEST(Meaning, EachRuleTakesTheLastRightValueAndRefusesTheFirstWrongOne) {
  Contract contract = sample();
  for (const Rule& rule : rules()) {
    Result<Contract> right = with_lever(contract, rule.key, rule.right);
    EXPECT_TRUE(right.ok()) << rule.key << " = " << rule.right << "\n" << right.error().text();
    Result<Contract> wrong = with_lever(contract, rule.key, rule.wrong);
    ASSERT_FALSE(wrong.ok()) << rule.key << " = " << rule.wrong;
    EXPECT_NE(wrong.error().message.find(rule.said), std::string::npos) << wrong.error().message;
  }
}

TEST(Meaning, ATextsLengthIsCountedInCharacters) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "ß";
  EXPECT_TRUE(with_lever(sample(), "measured_by", text).ok());
}

TEST(Meaning, APlainNumberIsABoundOfAFigureWithoutAUnit) {
  Contract contract = sample();
  contract.metrics[0] = {"cpu@half", {std::nullopt, 2.5}};
  EXPECT_TRUE(with_lever(contract, "metrics.cpu@half.at_most", "3").ok());
  Result<Contract> wrong = with_lever(contract, "metrics.cpu@half.at_most", "3%");
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("but the figure is a plain number"), std::string::npos);
}

TEST(Meaning, ATransformersWidthIsDividedByItsHeads) {
  Contract contract = sample();
  contract.workload.model.name = "transformer";
  EXPECT_TRUE(with_lever(contract, "workload.model.heads", "8").ok());
  EXPECT_FALSE(with_lever(contract, "workload.model.heads", "7").ok());
  EXPECT_FALSE(with_lever(sample(), "workload.model.heads", "8").ok());  // no transformer
}

// What is wrong in one section hides nothing that is wrong in another.
TEST(Meaning, ABrokenSectionDoesNotSilenceTheOthers) {
  std::string text = *read_file(fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/contract/sample.yaml");
  auto replace = [&](const std::string& from, const std::string& to) {
    std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  replace("workload:\n", "wrkload:\n");             // unknown key, and a section missing
  replace("max_batch: 4", "max_batch: 400");        // meaning
  replace("windows: 4", "windows: four");           // type
  replace("e2e.p95@half", "e2e.p95@nowhere");       // a point that is not there
  replace("instrument: []", "instrument: [moon]");  // an unknown layer
  Reading reading = read(text, "c");
  std::vector<std::string> keys;
  for (const Problem& problem : reading.problems) keys.push_back(problem.key);
  EXPECT_EQ(keys, (std::vector<std::string>{
                      "wrkload", "target.serving.max_batch", "load.warm_up.windows",
                      "metrics.e2e.p95@nowhere.figure", "ownership.instrument[0]"}));
}

}  // namespace
}  // namespace lynxbench::contract
