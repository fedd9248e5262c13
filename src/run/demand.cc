#include "run/demand.h"

#include "base/units.h"
#include "model/json.h"

namespace lynxbench::run {
namespace {

TargetFact declared(Layer layer, std::string name, std::string value) {
  return {layer, Fact{std::move(name), Provenance::kDeclared, std::move(value), "contract", "", true}};
}

std::string text_of(const LoadSpec& load) {
  if (load.loop == Loop::kClosed) return fmt::format("closed loop, concurrency {}", load.concurrency);
  std::string rate = load.of_capacity ? ratio_text(*load.of_capacity) + " of capacity"
                                      : rate_text(load.rate_per_s.value_or(0));
  return fmt::format("open loop, {}, {}", name_of(load.arrival), rate);
}

}  // namespace

std::vector<TargetFact> contract_facts(const Contract& contract) {
  std::vector<TargetFact> facts{
      declared(Layer::kApplication, "category", contract.workload.category),
      declared(Layer::kApplication, "precision", contract.workload.precision),
      declared(Layer::kDemand, "slo",
               fmt::format("{} of requests within {}", ratio_text(contract.slo.quantile),
                           duration_text(static_cast<double>(contract.slo.at_most.count())))),
      declared(Layer::kDemand, "inputs.distinct", std::to_string(contract.workload.input.distinct)),
      declared(Layer::kDemand, "seed", std::to_string(contract.workload.seed))};
  for (const LoadPoint& point : contract.load.points) {
    facts.push_back(declared(Layer::kDemand, "arrival." + point.name, text_of(point.load)));
  }
  return facts;
}

}  // namespace lynxbench::run
