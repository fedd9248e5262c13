#include <algorithm>

#include "executor/executor.h"
#include "executor/expected.h"
#include "executor/record.h"

namespace lynxbench::executor {
namespace {

bool is_of_machines(Layer layer) {
  return layer == Layer::kFramework || layer == Layer::kSystem || layer == Layer::kAccelerator ||
         layer == Layer::kFacility;
}

// The facts that every record has, unknown.
void add_expected(LayerRecord& layer, const std::string& host) {
  for (const ExpectedFact& expected : expected_facts()) {
    if (expected.layer != layer.layer) continue;
    bool declarable = expected.looked_in == "contract";
    add_fact(layer, {std::string(expected.name), Provenance::kUnknown, "",
                     std::string(expected.looked_in),
                     declarable ? std::string(expected.reason)
                                : "the server is on another machine, " + host +
                                      ": declare it in the contract",
                     true});
  }
}

}  // namespace

Executor of_other_machine(Executor discovered, const std::string& host) {
  for (LayerRecord& layer : discovered.layers) {
    if (!is_of_machines(layer.layer)) continue;
    std::vector<Fact> found = std::move(layer.facts);
    layer.facts.clear();
    add_expected(layer, host);
    for (Fact& fact : found) {
      if (fact.provenance != Provenance::kMeasured) continue;
      fact.name = "client." + fact.name;
      fact.identity = false;
      add_fact(layer, std::move(fact));
    }
  }
  return discovered;
}

}  // namespace lynxbench::executor
