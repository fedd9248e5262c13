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
