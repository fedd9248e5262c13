#include "model/json.h"

#include <gtest/gtest.h>

namespace lynxbench {
namespace {

TEST(ModelJson, AContractSurvivesTheRoundTrip) {
  Contract contract;
  contract.name = "round trip";
  contract.decision.bound.at_least = 12.5;
  contract.layers[Layer::kServing] = {"platform", {{"server", "embedded"}}};
  contract.ownership[TimeClass::kQueue] = {Layer::kServing, Layer::kDemand};
  contract.load.search = SearchSpec{};
  contract.load.points.push_back({"half", {Loop::kOpen, Arrival::kConstant, 1, {}, 0.5}, Nanos{7}});
  contract.slo = {0.99, Nanos{123456789}};
  Json document = contract;
  Contract again = document.get<Contract>();
  EXPECT_EQ(canonical_text(Json(again)), canonical_text(document));
  EXPECT_EQ(again.load.points[0].load.of_capacity, 0.5);
  EXPECT_EQ(again.ownership.at(TimeClass::kQueue)[1], Layer::kDemand);
  EXPECT_EQ(document["ownership"]["queue"][0], "serving");
}

TEST(ModelJson, EveryTermOfAServersContractSurvivesTheRoundTrip) {
  Contract contract;
  contract.target.kind = "openai-chat";
  EndpointSpec& endpoint = contract.target.endpoint;
  endpoint.url = "https://h/v1";
  endpoint.model = "m";
  endpoint.model_version = "2";
  endpoint.stream = Streaming::kOff;
  endpoint.keep_alive = KeepAlive::kPerRequest;
  endpoint.connections = 3;
  endpoint.timeout = Nanos{5};
  endpoint.headers = {{"Authorization", "env:TOKEN"}};
  endpoint.certificates = Certificates::kTrustAny;
  endpoint.ca_file = "ca.pem";
  endpoint.extra_body = "{}";
  endpoint.tensor_encoding = TensorEncoding::kJson;
  endpoint.tensors = {{"IN", {1, 2}, "in.raw"}, {"MORE", {}, {}}};
  endpoint.command = {"cat", "-"};
  endpoint.command_mode = CommandMode::kPipe;
  endpoint.metrics_url = "https://h/metrics";
  contract.workload.prompts = {PromptSource::kTrace, "log.csv", {LengthShape::kUniform, 1, 2, 3, 4}, {}, 5, 6, 7};
  contract.workload.accuracy = {ScoreMethod::kCommand, {"score"}, 0.5};
  contract.slo = {0.9, Nanos{1}, LatencyMetric::kTtft, {{LatencyMetric::kTpot, 0.5, Nanos{2}}}};
  LoadSpec gamma{Loop::kOpen, Arrival::kGamma, 1, 5.0, {}, 3.5, 0};
  contract.load.points.push_back({"bursts", gamma, Nanos{7}});
  contract.limits.arrival_p = 0.25;
  Json document = contract;
  Contract again = document.get<Contract>();
  EXPECT_EQ(Json(again), document);
  EXPECT_EQ(again.target.endpoint.tensors[0].file, "in.raw");
  EXPECT_EQ(again.slo.also[0].metric, LatencyMetric::kTpot);
  EXPECT_EQ(document["target"]["endpoint"]["stream"], "off");
  EXPECT_EQ(document["load"]["points"][0]["load"]["gap_cv"], 3.5);
}

// Contracts sealed by version 0.1.0, which knew no servers.
TEST(ModelJson, AMemberThatAnOlderFileLacksHasItsDefaultAndNoOtherMayBeLacking) {
  Contract contract;
  contract.load.points.push_back({"half", {}, Nanos{7}});
  Json document = contract, older = document;
  older["workload"].erase("prompts");
  older["workload"].erase("accuracy");
  older["target"].erase("endpoint");
  older["slo"].erase("metric");
  older["slo"].erase("also");
  for (const char* term : {"client_cpu", "stall_longest", "clock_step", "arrival_p", "rate_deficit"})
    older["limits"].erase(term);
  for (const char* term : {"gap_cv", "ramp_to_per_s"}) older["load"]["points"][0]["load"].erase(term);
  EXPECT_EQ(Json(older.get<Contract>()), document);
  for (const char* pointer : {"/slo/quantile", "/target/kind", "/workload/seed", "/limits/missed_ratio"}) {
    Json damaged = document;
    Json::json_pointer at(pointer);
    damaged[at.parent_pointer()].erase(at.back());
    EXPECT_FALSE(from_document<Contract>(damaged, "").ok()) << pointer;
  }
  older["slo"] = 5;
  EXPECT_FALSE(from_document<Contract>(older, "").ok());
}

TEST(ModelJson, ATimeClassThatAnOlderFileDoesNotKnowHasNoTime) {
  TimeBreakdown breakdown{"half", "all", 1, 0, 10, {}};
  breakdown.by_class_ns.back() = 10;
  Json document;
  to_json(document, breakdown);
  document["by_class_ns"].erase("connection");
  TimeBreakdown again;
  again.by_class_ns.fill(5);
  from_json(document, again);
  EXPECT_EQ(again.by_class_ns, breakdown.by_class_ns);
}

TEST(ModelJson, AnAuditSurvivesTheRoundTripWithWhatIsMissingMissing) {
  InstrumentAudit audit;
  audit.due = 7;
  audit.lag_p99_ns = 5;
  audit.threads = {{"lynx-load", 0.5, 0.01}, {"other", 0.5, {}}};
  audit.longest_stalls = {{5, 200'000'000}};
  audit.clock_step_largest_ns = -3;
  audit.arrivals.asked = "Poisson at 100/s";
  audit.arrivals.ks = 0.1;
  audit.arrivals.missing = "few";
  audit.resources.reads = 9;
  audit.invalid = {"late"};
  Json document = audit;
  EXPECT_TRUE(document["lag_p50_ns"].is_null());
  EXPECT_TRUE(document["arrivals"]["p_value"].is_null());
  EXPECT_EQ(Json(document.get<InstrumentAudit>()), document);
}

TEST(ModelJson, FiguresKeepMissingValuesMissing) {
  Figures figures;
  figures.figures["e2e.p99@half"].withheld = "80 samples: p99 needs 500";
  figures.breakdowns.push_back({"half", "all", 1, 0, 10, {}});
  Json document = figures;
  EXPECT_TRUE(document["figures"]["e2e.p99@half"]["value"].is_null());
  Figures again = document.get<Figures>();
  EXPECT_FALSE(again.figures.at("e2e.p99@half").value.has_value());
  EXPECT_EQ(Json(again), document);
}

TEST(ModelJson, AnUnknownNameIsRefused) {
  Json document = Verification{};
  document["agreement"] = "perhaps";
  EXPECT_FALSE(from_document<Verification>(document, "verification.json").ok());
}

}  // namespace
}  // namespace lynxbench
