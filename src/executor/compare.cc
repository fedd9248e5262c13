#include <map>
#include <optional>

#include "executor/executor.h"

namespace lynxbench::executor {
namespace {

// What counts of a fact: nothing when it is unknown, else its value.
using Identity = std::optional<std::string>;

std::map<std::string, Identity> identity_of(const LayerRecord& layer) {
  std::map<std::string, Identity> facts;
  for (const Fact& fact : layer.facts) {
    if (!fact.identity) continue;
    bool known = fact.provenance != Provenance::kUnknown;
    facts[fact.name] = known ? Identity(fact.value) : std::nullopt;
  }
  return facts;
}

std::string shown(const std::map<std::string, Identity>& facts, const std::string& name) {
  auto found = facts.find(name);
  if (found == facts.end()) return "(absent)";
  return found->second.value_or("(unknown)");
}

std::vector<FactDifference> fact_differences(const LayerRecord& before, const LayerRecord& after) {
  std::map<std::string, Identity> old_facts = identity_of(before), new_facts = identity_of(after);
  std::map<std::string, Identity> names = old_facts;
  names.insert(new_facts.begin(), new_facts.end());
  std::vector<FactDifference> differences;
  for (const auto& [name, ignored] : names) {
    auto was = old_facts.find(name), is = new_facts.find(name);
    bool in_both = was != old_facts.end() && is != new_facts.end();
    if (in_both && was->second == is->second) continue;
    differences.push_back({name, shown(old_facts, name), shown(new_facts, name)});
  }
  return differences;
}

}  // namespace

std::vector<LayerDifference> differences(const Executor& before, const Executor& after) {
  std::vector<LayerDifference> result;
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    std::vector<FactDifference> facts = fact_differences(before.layers[i], after.layers[i]);
    if (facts.empty()) continue;
    const std::string& now = after.layers[i].owner;
    bool declared = !now.empty() && now != "unknown";
    result.push_back({kLayers[i], declared ? now : before.layers[i].owner, std::move(facts)});
  }
  return result;
}

}  // namespace lynxbench::executor
