#include <algorithm>

#include "executor/executor.h"
#include "executor/expected.h"
#include "executor/families.h"
#include "executor/record.h"

namespace lynxbench::executor {
namespace {

std::vector<Findings> everything_found(const Tree& tree) {
  // Libraries first: looking at GPUs maps more of them into this process.
  std::vector<Findings> all{library_facts(tree)};
  for (auto family :
       {processor_facts, cache_facts, clock_facts, memory_facts, paging_facts, kernel_facts,
        virtual_facts, container_facts, limit_facts, pci_facts, power_facts}) {
    all.push_back(family(tree));
  }
  for (Findings& findings : gpu_facts(tree, nvml_of(tree))) all.push_back(std::move(findings));
  return all;
}

}  // namespace

Executor discover(const DiscoverOptions& options) {
  Tree tree{options.root, options.serving_pid == 0 ? "self" : std::to_string(options.serving_pid)};
  Executor executor = empty_executor();
  for (Findings& findings : everything_found(tree)) {
    LayerRecord& layer = layer_of(executor, findings.layer);
    for (Fact& fact : findings.facts) add_fact(layer, std::move(fact));
  }
  for (const ExpectedFact& expected : expected_facts()) {
    LayerRecord& layer = layer_of(executor, expected.layer);
    if (find_fact(layer, expected.name) != nullptr) continue;
    add_fact(layer, unknown(std::string(expected.name), std::string(expected.looked_in),
                            std::string(expected.reason)));
  }
  return executor;
}

std::vector<std::string> absent_facts(const LayerRecord& layer) {
  std::vector<std::string> absent;
  for (const ExpectedFact& expected : expected_facts()) {
    bool here = expected.layer == layer.layer;
    if (here && find_fact(layer, expected.name) == nullptr) absent.emplace_back(expected.name);
  }
  std::sort(absent.begin(), absent.end());
  return absent;
}

double completeness(const LayerRecord& layer) {
  if (layer.facts.empty()) return 0;
  auto known = std::count_if(layer.facts.begin(), layer.facts.end(), [](const Fact& fact) {
    return fact.provenance != Provenance::kUnknown;
  });
  return static_cast<double>(known) / static_cast<double>(layer.facts.size());
}

}  // namespace lynxbench::executor
