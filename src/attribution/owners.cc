#include <algorithm>

#include "attribution/attribution.h"

namespace lynxbench::attribution {

std::vector<ClassOwners> owners(const Contract& contract) {
  std::vector<ClassOwners> result;
  for (TimeClass time_class : kTimeClasses) {
    ClassOwners& entry = result.emplace_back();
    entry.time_class = time_class;
    const auto rule = contract.ownership.find(time_class);
    if (rule == contract.ownership.end()) continue;
    entry.layers = rule->second;
    for (Layer layer : entry.layers) {
      const auto declared = contract.layers.find(layer);
      const bool named = declared != contract.layers.end() && !declared->second.owner.empty();
      const std::string owner = named ? declared->second.owner : "unknown";
      const bool listed =
          std::find(entry.owners.begin(), entry.owners.end(), owner) != entry.owners.end();
      if (!listed) entry.owners.push_back(owner);
    }
  }
  return result;
}

}  // namespace lynxbench::attribution
