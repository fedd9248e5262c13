#include "run/demand.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lynxbench::run {
namespace {

Contract server() {
  Contract contract;
  contract.target.kind = "openai-chat";
  contract.target.endpoint.url = "http://127.0.0.1:8000/v1";
  contract.target.endpoint.model = "mine";
  return contract;
}

std::string fact(const Contract& contract, const std::string& name, const Inputs& inputs = {}) {
  std::vector<TargetFact> facts = contract_facts(contract, inputs);
  auto found = std::find_if(facts.begin(), facts.end(),
                            [&](const TargetFact& told) { return told.fact.name == name; });
  return found == facts.end() ? "(none)" : found->fact.value;
}

TEST(Demand, WhatMakesResultsOfServersComparableIsAFact) {
  Contract contract = server();
  Inputs inputs{.inputs = std::vector<Input>(3), .arrivals = {}, .digest = "abc", .notes = {}};
  EXPECT_EQ(fact(contract, "model.name"), "mine");
  EXPECT_EQ(fact(contract, "client.protocol"), "openai-chat");
  EXPECT_EQ(fact(contract, "client.streaming"), "on");
  EXPECT_EQ(fact(contract, "client.keep_alive"), "reuse");
  EXPECT_EQ(fact(contract, "client.connections"), "as many as requests are out");
  EXPECT_EQ(fact(contract, "inputs.digest", inputs), "abc");
  EXPECT_EQ(fact(contract, "inputs.distinct", inputs), "3");
  EXPECT_EQ(fact(contract, "decoding"), "the server's own");
  contract.target.endpoint.extra_body = R"({"temperature":0})";
  EXPECT_EQ(fact(contract, "decoding"), R"({"temperature":0})");
  contract.target.endpoint.connections = 4;
  EXPECT_EQ(fact(contract, "client.connections"), "at most 4");
  EXPECT_EQ(fact(contract, "prompts"),
            "synthetic: prompts 128 tokens; answers 128 tokens; single turns");
  for (const TargetFact& told : contract_facts(contract, {})) EXPECT_TRUE(told.fact.identity);
}

TEST(Demand, TheEmbeddedTargetHasNoneOfThese) {
  EXPECT_EQ(fact(Contract{}, "client.protocol"), "(none)");
  EXPECT_EQ(fact(Contract{}, "slo"), "95.0 % of requests within 0 ns");
}

TEST(Demand, EveryTermOfTheSloIsNamed) {
  Contract contract = server();
  contract.slo = {0.95, Nanos{500'000'000}, LatencyMetric::kTtft,
                  {{LatencyMetric::kTpot, 0.9, Nanos{50'000'000}}}};
  EXPECT_EQ(fact(contract, "slo"),
            "95.0 % of requests with ttft within 500 ms; 90.0 % of requests with tpot within 50.0 ms");
}

TEST(Demand, ArrivalsAreToldWithTheirTerms) {
  Contract contract = server();
  contract.load.points = {{"a", {Loop::kOpen, Arrival::kGamma, 1, 5.0, {}, 3, 0}, Nanos{1}},
                          {"b", {Loop::kOpen, Arrival::kRamp, 1, 5.0, {}, 1, 20}, Nanos{1}},
                          {"c", {Loop::kOpen, Arrival::kTrace, 1, {}, {}, 1, 0}, Nanos{1}}};
  EXPECT_EQ(fact(contract, "arrival.a"), "open loop, gamma with a gap cv of 3.00, 5.00/s");
  EXPECT_EQ(fact(contract, "arrival.b"), "open loop, ramp to 20.0/s, 5.00/s");
  EXPECT_EQ(fact(contract, "arrival.c"), "open loop, trace, as recorded");
}

TEST(Demand, AServerOnThisMachineIsToldFromOneOnAnother) {
  auto other = [](const std::string& url) {
    Contract contract = server();
    contract.target.endpoint.url = url;
    return other_machine(contract).value_or("(this one)");
  };
  for (const char* url : {"http://127.0.0.1:8000", "http://localhost/v1", "grpc://[::1]:9", "https://127.1.2.3"}) {
    EXPECT_EQ(other(url), "(this one)") << url;
  }
  EXPECT_EQ(other("https://models.example:8443/v1"), "models.example");
  EXPECT_EQ(other("http://10.0.0.7:8000?x"), "10.0.0.7");
  EXPECT_EQ(other("http://[fd00::7]:80/"), "fd00::7");
  EXPECT_EQ(other_machine(Contract{}), std::nullopt);
}

}  // namespace
}  // namespace lynxbench::run
