#include "contract/contract.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "base/files.h"
#include "base/random.h"
#include "contract/tree_text.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

std::string sample(const std::string& file = "sample.yaml") {
  return *read_file(fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/contract" / file);
}

std::string all_text(const Reading& reading) {
  std::string text;
  for (const Problem& problem : reading.problems) text += problem.text() + "\n";
  return text;
}

Contract read_good(const std::string& text) {
  Reading reading = read(text, "contract.yaml");
  EXPECT_TRUE(reading.contract.has_value()) << all_text(reading) << text;
  return reading.contract.value_or(Contract{});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Contract, EveryContractThatTheProjectShipsIsValid) {
  std::size_t contracts = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(LYNXBENCH_SOURCE_DIR) / "contracts")) {
    Result<Contract> read = read_or_error(*read_file(entry.path()), entry.path().string());
    EXPECT_TRUE(read.ok()) << read.error().text();
    ++contracts;
  }
  EXPECT_GE(contracts, 1u);
}

TEST(Contract, TheQuickstartIsReadAsItIsWritten) {
  Contract contract = read_good(sample());
  EXPECT_EQ(contract.name, "quickstart");
  EXPECT_EQ(contract.decision.figure, "capacity");
  EXPECT_EQ(contract.decision.bound.at_least, 10.0);
  EXPECT_EQ(contract.decision.bound.at_most, std::nullopt);
  EXPECT_EQ(contract.workload.model.name, "ppocr-v4-rec");
  EXPECT_EQ(contract.workload.input.length, 160);
  EXPECT_EQ(contract.workload.seed, 20261123U);
  EXPECT_EQ(contract.layers.size(), kLayerCount);
  EXPECT_EQ(contract.layers[Layer::kApplication].facts["use"], "reading text lines");
  EXPECT_EQ(contract.target.serving.batch_timeout, Nanos{2'000'000});
  EXPECT_EQ(contract.slo.quantile, 0.95);
  EXPECT_EQ(contract.load.warm_up.tolerance, 0.15);
  EXPECT_EQ(contract.load.search->at_most_per_s, 4000);
  ASSERT_EQ(contract.load.points.size(), 3U);
  EXPECT_EQ(contract.load.points[0].load.loop, Loop::kClosed);
  EXPECT_EQ(contract.load.points[1].load.of_capacity, 0.5);
  EXPECT_EQ(contract.load.profile->points, (std::vector<std::string>{"half", "saturation"}));
  EXPECT_EQ(contract.metrics[0].bound.at_most, 1e8);
  EXPECT_EQ(contract.metrics[1].bound.at_most, 0.01);
  EXPECT_EQ(contract.ownership.size(), kTimeClassCount);
  EXPECT_TRUE(contract.ownership[TimeClass::kInstrument].empty());
  EXPECT_EQ(contract.signatories.size(), 6U);
}

TEST(Contract, OptionalTermsAreRead) {
  std::string text =
      replaced(sample(), "    queue_capacity: 64\n",
               "    queue_capacity: 64\n"
               "  faults: {preprocess_sleep: 5ms, stall_after: 1s, stall_for: 500ms}\n");
  text = replaced(text, "of_capacity: 50%", "rate: 90/min") + "may_differ: [system/hostname]\n";
  Contract contract = read_good(text);
  EXPECT_EQ(contract.target.faults.preprocess_sleep, Nanos{5'000'000});
  EXPECT_EQ(contract.target.faults.stall_after, Nanos{1'000'000'000});
  EXPECT_EQ(contract.target.faults.stall_for, Nanos{500'000'000});
  EXPECT_EQ(contract.load.points[1].load.rate_per_s, 1.5);
  EXPECT_EQ(contract.load.points[1].load.of_capacity, std::nullopt);
  EXPECT_EQ(contract.may_differ, std::vector<std::string>{"system/hostname"});
}

TEST(Contract, AServersContractIsReadAsItIsWritten) {
  Contract contract = read_good(sample("server.yaml"));
  EXPECT_EQ(contract.workload.model.name, "served");
  const PromptSpec& prompts = contract.workload.prompts;
  EXPECT_EQ(prompts.prompt.shape, LengthShape::kLogNormal);
  EXPECT_EQ(prompts.prompt.median, 200);
  EXPECT_EQ(prompts.prompt.sigma, 0.7);
  EXPECT_EQ(prompts.prompt.high, 900);
  EXPECT_EQ(prompts.output.shape, LengthShape::kFixed);
  EXPECT_EQ(prompts.output.low, 32);
  EXPECT_EQ(prompts.output.high, 32);
  EXPECT_EQ(prompts.turns, 3);
  EXPECT_EQ(prompts.shared_prefix, 64);
  EXPECT_EQ(prompts.prefix_groups, 2);
  const EndpointSpec& endpoint = contract.target.endpoint;
  EXPECT_EQ(endpoint.url, "https://models.example:8443/v1");
  EXPECT_EQ(endpoint.model, "mine-7b");
  EXPECT_EQ(endpoint.stream, Streaming::kOn);
  EXPECT_EQ(endpoint.connections, 64);
  EXPECT_EQ(endpoint.timeout, Nanos{30'000'000'000});
  EXPECT_EQ(endpoint.most_answer_bytes, 1'000'000);
  EXPECT_EQ(endpoint.headers.at("Authorization"), "env:MODEL_AUTHORIZATION");
  EXPECT_EQ(endpoint.ca_file, "ca.pem");
  EXPECT_EQ(endpoint.extra_body, R"({"ignore_eos":true,"temperature":0})");
  EXPECT_EQ(contract.slo.metric, LatencyMetric::kTtft);
  ASSERT_EQ(contract.slo.also.size(), 2U);
  EXPECT_EQ(contract.slo.also[0].metric, LatencyMetric::kTpot);
  EXPECT_EQ(contract.slo.also[0].at_most, Nanos{50'000'000});
  EXPECT_EQ(contract.load.points[1].load.arrival, Arrival::kGamma);
  EXPECT_EQ(contract.load.points[1].load.gap_cv, 2.5);
  EXPECT_EQ(contract.load.points[2].load.ramp_to_per_s, 20);
  EXPECT_EQ(contract.limits.client_cpu, 0.8);
  EXPECT_EQ(contract.limits.stall_longest, Nanos{50'000'000});
  EXPECT_EQ(contract.limits.arrival_p, 0.01);
  EXPECT_EQ(contract.metrics[1].bound.at_least, 100);
}

TEST(Contract, AnswersAreStreamedUnlessToldWhereLanguageModelsAreServed) {
  for (const auto& [kind, streaming] :
       {std::pair{"openai-chat", Streaming::kOn}, std::pair{"openai-completions", Streaming::kOn},
        std::pair{"kserve-grpc", Streaming::kOff}, std::pair{"kserve-http", Streaming::kOff}}) {
    std::string text = *initial("x", kind);
    std::size_t at = text.find("    stream:");
    if (at != std::string::npos) text.erase(at, text.find('\n', at) + 1 - at);
    EXPECT_EQ(read_good(text).target.endpoint.stream, streaming) << kind;
  }
}

TEST(Contract, DecodingSettingsAreOneTermHoweverTheyAreSpelt) {
  std::string text = sample("server.yaml");
  std::string spelt = replaced(text, R"({"temperature": 0, "ignore_eos": true})",
                               R"({ "ignore_eos":true,  "temperature":0 })");
  EXPECT_EQ(digest(read_good(spelt)), digest(read_good(text)));
  std::string warmer = replaced(text, R"("temperature": 0)", R"("temperature": 1)");
  EXPECT_NE(digest(read_good(warmer)), digest(read_good(text)));
}

TEST(Contract, ATargetOfKindNullIsAWordWithOrWithoutQuotes) {
  for (const char* spelling : {"null", "\"null\"", "'null'"}) {
    std::string text = replaced(sample(), "kind: embedded", std::string("kind: ") + spelling);
    EXPECT_EQ(read_good(text).target.kind, "null");
  }
  EXPECT_FALSE(read(replaced(sample(), "kind: embedded", "kind: ~"), "c").contract.has_value());
}

TEST(Contract, CommentsKeyOrderAndTheSpellingOfUnitsDoNotChangeTheDigest) {
  std::string text = sample();
  std::string before = digest(read_good(text));
  EXPECT_EQ(before.size(), 64U);
  std::string spelt = "# another comment\n" + text;
  const std::pair<const char*, const char*> kSpellings[] = {
      {"batch_timeout: 2ms", "batch_timeout: 2000us"},
      {"resolution: 10%", "resolution: 0.1"},
      {"start: 8/s", "start: 480/min"},
      {"at_most: 100ms}", "at_most: 0.1s}"},
      {"within: 5%", "within: 0.05"},
      {"quantile: 0.95", "quantile: 95%"},
      {"kind: embedded", "kind: \"embedded\""},
      {"threads: 1", "threads: +1"},
      {"category: inference", "category: 'inference'"}};
  for (const auto& [from, to] : kSpellings) spelt = replaced(spelt, from, to);
  EXPECT_EQ(digest(read_good(spelt)), before);
}

// Members of every section, and items of the lists that are sets, in an order drawn from `random`.
void shuffle(YamlNode& node, const std::string& key, Random& random) {
  static const std::set<std::string> kSets{"sign_off",      "may_differ",     "metrics",
                                           "tolerances",    "profile_points", "queue",
                                           "compute_bound", "unattributed"};
  for (std::size_t i = node.members.size(); i > 1; --i) {
    std::swap(node.members[i - 1], node.members[random.below(i)]);
  }
  for (std::size_t i = node.items.size(); i > 1 && kSets.count(key) > 0; --i) {
    std::swap(node.items[i - 1], node.items[random.below(i)]);
  }
  for (YamlMember& member : node.members) {
    bool listed = key == "profile" && member.key == "points";
    shuffle(member.value, listed ? "profile_points" : member.key, random);
  }
  for (YamlNode& item : node.items) shuffle(item, "", random);
}

TEST(Contract, NoOrderOfKeysOrOfSetsChangesTheDigest) {
  std::string before = digest(read_good(sample()));
  YamlNode tree = *read_yaml(sample()).root;
  Random random(1, "orders");
  for (int i = 0; i < 30; ++i) {
    shuffle(tree, "", random);
    EXPECT_EQ(digest(read_good(tree_text(tree))), before);
  }
}

TEST(Contract, TheOrderOfThePointsIsATerm) {
  YamlNode tree = *read_yaml(sample()).root;
  std::vector<YamlNode>& points = tree.at(Path{"load", "points"})->items;
  std::swap(points[0], points[1]);
  EXPECT_NE(digest(read_good(tree_text(tree))), digest(read_good(sample())));
}

// Another value of the same type for the member of the canonical JSON at `pointer`.
void change(Json& document, const Json::json_pointer& pointer) {
  Json& leaf = document[pointer];
  if (leaf.is_number_integer()) {
    leaf = leaf.get<std::int64_t>() + 1;
  } else if (leaf.is_number()) {
    leaf = leaf.get<double>() + 0.001;
  } else if (leaf.is_null()) {
    if (pointer.back() == "profile") {
      leaf = {{"points", {"half"}}, {"every", 1}, {"duration", 1}};
      return;
    }
    bool file = pointer.back() == "file" || pointer.back() == "ca_file";
    leaf = file ? Json("x") : Json(1.5);
  } else if (leaf.is_string()) {
    for (const char* word :
         {"x", "closed", "open", "constant", "poisson", "none", "facility", "demand", "exact",
          "off", "per_request", "trust_any", "json", "pipe", "itl", "uniform", "file"}) {
      Json tried = document;
      if (leaf == word) continue;
      tried[pointer] = word;
      if (!from_document<Contract>(tried, "").ok()) continue;
      leaf = word;
      return;
    }
    FAIL() << "no other word fits " << pointer;
  } else if (pointer.back() == "also") {
    leaf = Json::array({{{"metric", "itl"}, {"quantile", 0.5}, {"at_most", 1}}});
  } else if (pointer.back() == "tensors") {
    leaf = Json::array({{{"name", "IN"}, {"shape", {1}}, {"file", nullptr}}});
  } else {  // empty facts or an empty list of layers
    leaf = leaf.is_object() ? Json{{"name", "value"}} : Json::array({"system"});
  }
}

class EveryTerm : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Samples, EveryTerm, testing::Values("sample.yaml", "server.yaml"),
                         [](const auto& tested) { return tested.index == 0 ? "Embedded" : "Server"; });

TEST_P(EveryTerm, ChangesTheDigest) {
  Contract contract = read_good(sample(GetParam()));
  contract.may_differ = {"system/hostname"};
  Json document = Json::parse(canonical(contract));
  std::set<std::string> digests{digest(contract)};
  Json leaves = document.flatten();
  for (const auto& [name, leaf] : leaves.items()) {
    Json changed = document;
    Json::json_pointer pointer(name);
    change(changed, pointer);
    Result<Contract> other = from_document<Contract>(changed, name);
    ASSERT_TRUE(other.ok()) << name << other.error().text();
    EXPECT_TRUE(digests.insert(digest(*other)).second) << name << " is not in the digest";
  }
  EXPECT_EQ(digests.size(), leaves.size() + 1);
}

TEST(Contract, TheCanonicalFormIsTheModelsJson) {
  Contract contract = read_good(sample());
  Contract again = *from_document<Contract>(*parse_json(canonical(contract), "c"), "c");
  EXPECT_EQ(canonical(again), canonical(contract));
  EXPECT_EQ(Json::parse(canonical(contract))["slo"],
            (Json{{"quantile", 0.95},
                  {"at_most", 100'000'000},
                  {"metric", "e2e"},
                  {"also", Json::array()}}));
}

TEST(Contract, EveryStartOfAContractIsReadWithoutHarm) {
  std::string text = sample();
  std::size_t lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  for (std::size_t size = 0; size < text.size(); size += 23) {
    Reading reading = read(text.substr(0, size), "cut.yaml");
    ASSERT_NE(reading.contract.has_value(), !reading.problems.empty()) << size;
    for (const Problem& problem : reading.problems) {
      ASSERT_GE(problem.line, 1U);
      ASSERT_LE(problem.line, lines + 1);
      ASSERT_GE(problem.column, 1U);
      ASSERT_FALSE(problem.what.empty());
      ASSERT_FALSE(problem.allowed.empty());
    }
  }
}

TEST(Contract, AllProblemsAreOneErrorForCallersThatNeedNoList) {
  Result<Contract> read = read_or_error("lynxbench: 2\n", "c.yaml");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(read.error().message.find("c.yaml:1:12: lynxbench: is 2; allowed: 1"),
            std::string::npos);
  EXPECT_NE(read.error().message.find("slo: is missing"), std::string::npos);
  EXPECT_TRUE(read_or_error(sample(), "q").ok());
}

TEST(Contract, ProblemsAreSortedByTheirPlaceAndNamedByTheirFile) {
  std::string text = replaced(sample(), "repeats: 2", "repeats: 0");
  text = replaced(text, "figure: capacity", "figure: speed");
  text = replaced(text, "every: 4", "every: x");
  Reading reading = read(text, "folder/c.yaml");
  ASSERT_EQ(reading.problems.size(), 3U) << all_text(reading);
  for (std::size_t i = 1; i < reading.problems.size(); ++i) {
    EXPECT_LT(reading.problems[i - 1].line, reading.problems[i].line);
  }
  EXPECT_TRUE(
      reading.problems[0].text().starts_with("folder/c.yaml:9:11: decision.figure: is \"speed\""));
}

TEST(Contract, TheFirstTextIsAContractAndCarriesItsName) {
  for (const char* name : {"pilot", "gpu 2.1", "null", "12"}) {
    EXPECT_EQ(read_good(*initial(name)).name, name);
  }
  EXPECT_EQ(read_good(*initial("../a\nb")).name, "a-b");
  EXPECT_EQ(read_good(*initial("")).name, "contract");
  EXPECT_EQ(read_good(*initial(std::string(100, 'x'))).name, std::string(64, 'x'));
}

TEST(Contract, ThereIsAFirstTextForEveryKindOfTarget) {
  for (const char* kind : {"embedded", "openai-chat", "openai-completions", "kserve-http",
                           "kserve-grpc", "http", "command"}) {
    EXPECT_EQ(read_good(*initial("mine", kind)).target.kind, kind);
  }
  Result<std::string> none = initial("mine", "openai-chta");
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().message.find("did you mean openai-chat?"), std::string::npos);
  EXPECT_FALSE(initial("mine", "null").ok());
}

TEST(Contract, TheFirstTextExplainsEverySection) {
  std::string text = *initial("pilot");
  EXPECT_GT(std::count(text.begin(), text.end(), '#'), 30);
  YamlNode tree = *read_yaml(text).root;
  for (const char* section : {"decision", "workload", "layers", "target", "slo", "load", "metrics",
                              "tolerances", "ownership", "may_differ", "limits", "sign_off"}) {
    EXPECT_NE(tree.find(section), nullptr) << section;
  }
}

}  // namespace
}  // namespace lynxbench::contract
