#include <gtest/gtest.h>

#include "base/files.h"
#include "base/random.h"
#include "contract/contract.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

Contract sample(const std::string& file = "sample.yaml") {
  return *read(*read_file(fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/contract" / file), "q")
              .contract;
}

Contract with(const std::string& key, const std::string& value) {
  Result<Contract> changed = with_lever(sample(), key, value);
  EXPECT_TRUE(changed.ok()) << changed.error().text();
  return changed.ok() ? *changed : Contract{};
}

std::string refusal(const std::string& key, const std::string& value) {
  Result<Contract> changed = with_lever(sample(), key, value);
  EXPECT_FALSE(changed.ok()) << key << " = " << value;
  if (changed.ok()) return "";
  EXPECT_EQ(changed.error().code, ErrorCode::kInvalidArgument);
  return changed.error().message;
}

TEST(Lever, ChangesOneTermAndNoOther) {
  Contract before = sample(), after = with("target.runtime.threads", "2");
  EXPECT_EQ(after.target.runtime.threads, 2);
  after.target.runtime.threads = before.target.runtime.threads;
  EXPECT_EQ(canonical(after), canonical(before));
}

TEST(Lever, TakesUnitsAsTheFileDoes) {
  EXPECT_EQ(with("target.serving.batch_timeout", "250us").target.serving.batch_timeout,
            Nanos{250'000});
  EXPECT_EQ(with("slo.at_most", " 0.2s ").slo.at_most, Nanos{200'000'000});
  EXPECT_EQ(with("load.search.start", "60/min").load.search->start_per_s, 1);
  EXPECT_EQ(with("load.search.resolution", "5%").load.search->resolution, 0.05);
  EXPECT_EQ(with("target.kind", "null").target.kind, "null");
  EXPECT_EQ(with("decision.question", "Why: because # of \"it\"?").decision.question,
            "Why: because # of \"it\"?");
}

TEST(Lever, ReachesTheTermsOfAServer) {
  auto set = [](const std::string& key, const std::string& value) {
    Result<Contract> changed = with_lever(sample("server.yaml"), key, value);
    EXPECT_TRUE(changed.ok()) << changed.error().text();
    return changed.ok() ? *changed : Contract{};
  };
  EXPECT_EQ(set("target.endpoint.url", "https://127.0.0.1:9/v1").target.endpoint.url,
            "https://127.0.0.1:9/v1");
  EXPECT_EQ(set("target.endpoint.keep_alive", "per_request").target.endpoint.keep_alive,
            KeepAlive::kPerRequest);
  EXPECT_EQ(set("target.endpoint.extra_body", R"({"top_p": 1})").target.endpoint.extra_body,
            R"({"top_p":1})");
  EXPECT_EQ(set("target.endpoint.headers.Authorization", "env:OTHER")
                .target.endpoint.headers.at("Authorization"),
            "env:OTHER");
  EXPECT_EQ(set("workload.prompts.output.length", "9").workload.prompts.output.high, 9);
  EXPECT_EQ(set("slo.also[0].at_most", "70ms").slo.also[0].at_most, Nanos{70'000'000});
  EXPECT_EQ(set("load.points.half.gap_cv", "4").load.points[1].load.gap_cv, 4);
  Contract rated = set("load.points.half.rate", "5/s");
  EXPECT_EQ(rated.load.points[1].load.rate_per_s, 5);
  EXPECT_FALSE(rated.load.points[1].load.of_capacity.has_value());
  // A term that has no effect on this kind is no lever.
  EXPECT_FALSE(with_lever(sample("server.yaml"), "target.runtime.threads", "2").ok());
  EXPECT_FALSE(with_lever(sample("server.yaml"), "target.endpoint.tensor_encoding", "json").ok());
}

TEST(Lever, ReachesItemsOfListsByTheirName) {
  EXPECT_EQ(with("load.points.saturation.duration", "9s").load.points[2].duration,
            Nanos{9'000'000'000});
  EXPECT_EQ(with("metrics.e2e.p95@half.at_most", "50ms").metrics[0].bound.at_most, 5e7);
  EXPECT_EQ(with("tolerances.throughput@half.within", "1%").tolerances[0].within, 0.01);
  EXPECT_EQ(with("limitations[0]", "None.").limitations[0], "None.");
  EXPECT_EQ(with("layers.demand.facts.growth", "12").layers[Layer::kDemand].facts["growth"], "12");
}

TEST(Lever, OfTwoTermsThatExcludeEachOtherTheOneThatIsSetStays) {
  LoadSpec half = with("load.points.half.rate", "20/s").load.points[1].load;
  EXPECT_EQ(half.rate_per_s, 20);
  EXPECT_EQ(half.of_capacity, std::nullopt);
  Bound bound = with("decision.at_most", "20/s").decision.bound;
  EXPECT_EQ(bound.at_most, 20);
  EXPECT_EQ(bound.at_least, std::nullopt);
  // at_least and at_most of a warm-up are two terms and no choice.
  WarmUpSpec warm_up = with("load.warm_up.at_most", "20s").load.warm_up;
  EXPECT_EQ(warm_up.at_least, Nanos{1'000'000'000});
}

TEST(Lever, AnUnknownKeySuggestsTheNearest) {
  EXPECT_EQ(
      refusal("target.runtime.therads", "2"),
      "the contract has no term \"target.runtime.therads\"; did you mean target.runtime.threads?");
  EXPECT_NE(refusal("speed", "2").find("such as target.runtime.threads"), std::string::npos);
  EXPECT_NE(refusal("", "2").find("no term"), std::string::npos);
}

TEST(Lever, ASectionOrAListIsNotOneValue) {
  EXPECT_EQ(refusal("target.runtime", "2"),
            "\"target.runtime\" is not one value; allowed: one of the terms below it, "
            "target.runtime.threads or target.runtime.graph_optimization");
  EXPECT_NE(refusal("sign_off", "me").find("sign_off[0]"), std::string::npos);
}

TEST(Lever, AValueThatTheFileCouldNotHaveIsRefusedInTheSameWords) {
  EXPECT_EQ(refusal("target.runtime.threads", "0"),
            "with target.runtime.threads = 0: target.runtime.threads: is 0; allowed: a whole "
            "number from 1 to 1024");
  EXPECT_NE(refusal("target.serving.max_batch", "65").find("but the queue holds 64"),
            std::string::npos);
  EXPECT_NE(refusal("load.points.half.name", "other").find("has no point \"half\""),
            std::string::npos);
  EXPECT_NE(refusal("load.points.half.concurrency", "3").find("has no effect in an open loop"),
            std::string::npos);
  EXPECT_NE(refusal("name", "").find("is empty"), std::string::npos);
  EXPECT_NE(refusal("measured_by", "a\xff").find("UTF-8"), std::string::npos);
  EXPECT_NE(refusal("measured_by", "a\033[31m").find("no text"), std::string::npos);
  // Text that would be more than one value in a file is one value here.
  EXPECT_NE(refusal("slo.at_most", "1s\nload: {}").find("slo.at_most: is "), std::string::npos);
}

TEST(Lever, AContractThatIsNotValidHasNoLevers) {
  EXPECT_NE(with_lever(Contract{}, "slo.at_most", "1s").error().message.find("not valid as it is"),
            std::string::npos);
}

// A contract drawn from all that read() could return.
class Drawn {
 public:
  explicit Drawn(std::uint64_t seed) : random_(seed, "contracts") {}

  // Every term is drawn, so that a term that is not written or not read shows.
  Contract contract() {
    Contract drawn = base_;
    drawn.name = fmt::format("n{}", whole(1000));
    drawn.decision = {text(), "capacity", {random_.exponential() * 100, std::nullopt},
                      text(), text(),     text()};
    drawn.workload = workload();
    for (auto& [layer, declaration] : drawn.layers)
      declaration = {text(), {{text(), text()}, {text(), text()}}};
    drawn.target.runtime = {whole(9),
                            coin() ? GraphOptimization::kNone : GraphOptimization::kBasic};
    drawn.target.serving = {whole(4), whole(64), time(), 64 + whole(64)};
    drawn.target.faults = {time(), time(), time()};
    drawn.slo = {random_.uniform() * 0.98 + 0.01, time(), LatencyMetric::kService,
                 {{LatencyMetric::kE2e, random_.uniform() * 0.98 + 0.01, time()}}};
    if (coin()) drawn.slo.also.clear();
    drawn.load = load();
    for (MetricTarget& metric : drawn.metrics) metric.bound = {std::nullopt, coin() ? 1.0 : 0.0};
    drawn.metrics[0].figure = coin() ? "cpu@half" : "batch_size@unloaded";
    drawn.metrics[0].bound = {random_.exponential(), std::nullopt};
    drawn.tolerances[0] = {"goodput@saturation", random_.uniform() * 0.9 + 1e-7};
    if (coin()) drawn.metrics.clear();
    drawn.ownership[TimeClass::kQueue] = {Layer::kFacility, Layer::kDemand};
    if (coin()) drawn.ownership.clear();
    drawn.may_differ = {"system/" + text(), "facility/" + text()};
    drawn.limits = {time(), random_.uniform(),      Nanos{1'000'000} + time(),
                    random_.uniform() + 1e-9,       time(), time(),
                    random_.uniform() * 0.4,        random_.uniform()};
    drawn.signatories = {"a" + text(), "b" + text()};
    drawn.measured_by = text();
    drawn.limitations = {text(), text()};
    return drawn;
  }

  // The same of a server, of any kind.
  Contract server_contract() {
    Contract drawn = contract();
    Contract served = server_;
    drawn.workload.model = served.workload.model;
    drawn.workload.input.length = 0;
    drawn.target = served.target;
    drawn.target.kind = kKinds[random_.below(6)];
    bool model = drawn.target.kind.starts_with("openai"), command = drawn.target.kind == "command";
    bool kserve = drawn.target.kind.starts_with("kserve");
    EndpointSpec drawn_endpoint = endpoint();
    EndpointSpec& to = drawn.target.endpoint;
    to = EndpointSpec{};
    to.stream = model ? (coin() ? Streaming::kOn : Streaming::kOff) : Streaming::kOff;
    if (!command) to.url = drawn.target.kind == "kserve-grpc" ? "grpcs://h:1" : "https://h:1/a?b=c";
    if (model || kserve) to.model = text();
    if (kserve) {
      to.model_version = text();
      to.tensors = {{"a" + text(), {whole(9), whole(9)}, text()}, {"b" + text(), {}, {}}};
    }
    if (drawn.target.kind == "kserve-grpc") {
      to.stream = coin() ? Streaming::kOn : Streaming::kOff;
      to.streams_per_connection = whole(99);
    }
    if (drawn.target.kind == "kserve-http") to.tensor_encoding = TensorEncoding::kJson;
    if (!command) {
      to.keep_alive = drawn_endpoint.keep_alive;
      to.connections = whole(99) - 1;
      to.headers = {{"X-One", "a"}, {"Authorization", "env:A_B"}};
      to.certificates = drawn_endpoint.certificates;
      to.ca_file = text();
    } else {
      to.command = {text(), text()};
      to.command_mode = drawn_endpoint.command_mode;
    }
    if (model) to.extra_body = coin() ? R"({"a":[1.5,null]})" : "";
    if (drawn.target.kind == "http") to.method = "GET";
    to.timeout = time();
    to.most_answer_bytes = whole(1000);
    to.metrics_url = "http://h/metrics";
    drawn.workload.prompts = prompts();
    if (drawn.workload.prompts.source == PromptSource::kFile) {
      drawn.workload.accuracy = {ScoreMethod::kContains, {}, random_.uniform()};
    }
    if (drawn.workload.prompts.source == PromptSource::kTrace) {
      drawn.load.points[1].load = {Loop::kOpen, Arrival::kTrace, 1, {}, {}, 1, 0};
    }
    drawn.load.points[2].load = {Loop::kOpen, Arrival::kRamp, 1, 1.0 + random_.uniform(), {}, 1,
                                 1.0 + random_.uniform()};
    drawn.load.profile.reset();
    return drawn;
  }

 private:
  static constexpr const char* kKinds[] = {"openai-chat", "openai-completions", "kserve-http",
                                           "kserve-grpc", "http",               "command"};
  EndpointSpec endpoint() {
    EndpointSpec drawn;
    if (coin()) drawn.keep_alive = KeepAlive::kPerRequest;
    if (coin()) drawn.certificates = Certificates::kTrustAny;
    if (coin()) drawn.command_mode = CommandMode::kPipe;
    return drawn;
  }
  LengthSpec lengths() {
    LengthSpec drawn;
    std::int64_t low = whole(99);
    switch (random_.below(3)) {
      case 0:
        drawn.low = drawn.high = low;
        break;
      case 1:
        drawn = {LengthShape::kUniform, low, low + whole(99), 128, 0.5};
        break;
      default:
        drawn = {LengthShape::kLogNormal, low, low + whole(99), 1 + random_.exponential(),
                 random_.uniform()};
    }
    return drawn;
  }
  PromptSpec prompts() {
    PromptSpec drawn;
    drawn.source = static_cast<PromptSource>(random_.below(3));
    if (drawn.source == PromptSource::kSynthetic) {
      drawn.prompt = lengths();
      drawn.output = lengths();
      drawn.turns = whole(9);
    } else {
      drawn.file = text();
    }
    if (drawn.source != PromptSource::kFile) {
      drawn.shared_prefix = whole(9);
      drawn.prefix_groups = whole(9);
    }
    return drawn;
  }
  Workload workload() {
    Workload drawn;
    drawn.precision = coin() ? "int8" : "bf16";
    drawn.input = {whole(99), whole(99)};
    drawn.seed = random_.below(1000);
    drawn.model.name = coin() ? "transformer" : "file";
    if (drawn.model.name == "file") {
      drawn.model.file = text();
    } else {
      drawn.model = {"transformer",      {}, whole(9), whole(9) * 8, 8, 2 + whole(9),
                     random_.below(1000)};
    }
    return drawn;
  }
  LoadProtocol load() {
    LoadProtocol drawn = base_.load;
    drawn.warm_up = {Nanos{whole(1000)}, Nanos{1'000'000} + time(),       Nanos{whole(1000)},
                     2 + whole(9),       0.001 + random_.uniform() * 0.9, whole(9)};
    double start = random_.exponential() + 1e-9;
    Nanos point = time();
    drawn.search = {coin() ? Arrival::kConstant : Arrival::kPoisson,
                    start,
                    start * 2,
                    point,
                    point + time(),
                    0.005 + random_.uniform() * 0.4,
                    whole(9)};
    drawn.sessions = whole(20);
    drawn.max_in_flight = 100 + whole(999);
    drawn.points[0].load.concurrency = whole(100);
    drawn.points[1].load.arrival = Arrival::kGamma;
    drawn.points[1].load.gap_cv = 0.01 + random_.uniform();
    drawn.points[1].load.of_capacity = random_.uniform() + 1e-6;
    if (coin()) {
      drawn.points[2].load.of_capacity.reset();
      drawn.points[2].load.rate_per_s = random_.exponential() + 1e-9;
    }
    for (LoadPoint& each : drawn.points) each.duration = time();
    drawn.profile = {{coin() ? "half" : "saturation"}, whole(99), time()};
    if (coin()) drawn.profile.reset();
    return drawn;
  }
  bool coin() { return random_.below(2) == 0; }
  std::int64_t whole(std::uint64_t most) {
    return static_cast<std::int64_t>(1 + random_.below(most));
  }
  Nanos time() { return Nanos{whole(1ULL << random_.below(40)) + 9}; }
  std::string text() {
    static const std::vector<std::string> kPieces{
        "a", " ",  ":", "#", "- ", "\"", "'",  "\\", "{",  "}",  "[",  "ß", "null",
        "~", "12", "%", "@", "`",  "\n", "\t", ",",  "&x", "*x", "!t", "?", "🙂"};
    std::string drawn = fmt::format("{}", random_.below(1'000'000));
    for (std::uint64_t i = random_.below(8); i > 0; --i)
      drawn.insert(random_.below(2) * drawn.size(), kPieces[random_.below(kPieces.size())]);
    return drawn;
  }
  Contract base_ = sample();
  Contract server_ = sample("server.yaml");
  Random random_;
};

TEST(Yaml, EveryContractReadsBackAsItself) {
  Drawn source(1);
  for (int i = 0; i < 100; ++i) {
    Contract drawn = source.contract();
    std::string yaml = to_yaml(drawn);
    Reading reading = read(yaml, "drawn.yaml");
    ASSERT_TRUE(reading.contract.has_value()) << reading.problems[0].text() << "\n" << yaml;
    ASSERT_EQ(Json(*reading.contract), Json(drawn)) << yaml;
    ASSERT_EQ(digest(*reading.contract), digest(drawn));
  }
}

TEST(Yaml, EveryServersContractReadsBackAsItself) {
  Drawn source(2);
  for (int i = 0; i < 100; ++i) {
    Contract drawn = source.server_contract();
    std::string yaml = to_yaml(drawn);
    Reading reading = read(yaml, "drawn.yaml");
    ASSERT_TRUE(reading.contract.has_value()) << reading.problems[0].text() << "\n" << yaml;
    ASSERT_EQ(Json(*reading.contract), Json(drawn)) << yaml;
  }
}

TEST(Yaml, TheSamplesAndTheFirstTextsReadBackAsThemselves) {
  std::vector<Contract> contracts{sample(), sample("server.yaml")};
  for (const char* kind : {"embedded", "openai-chat", "kserve-http", "kserve-grpc", "http", "command"}) {
    contracts.push_back(*read(*initial("pilot", kind), kind).contract);
  }
  for (const Contract& contract : contracts) {
    EXPECT_EQ(Json(*read(to_yaml(contract), "y").contract), Json(contract)) << to_yaml(contract);
  }
}

}  // namespace
}  // namespace lynxbench::contract
