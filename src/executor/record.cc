#include "executor/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lynxbench::executor {

Executor empty_executor() {
  Executor executor;
  for (std::size_t i = 0; i < kLayerCount; ++i) executor.layers[i] = {kLayers[i], "unknown", {}};
  return executor;
}

LayerRecord& layer_of(Executor& executor, Layer layer) {
  return executor.layers[static_cast<std::size_t>(layer)];
}

const Fact* find_fact(const LayerRecord& layer, std::string_view name) {
  auto found = std::find_if(layer.facts.begin(), layer.facts.end(),
                            [&](const Fact& fact) { return fact.name == name; });
  return found == layer.facts.end() ? nullptr : &*found;
}

Fact* find_fact(LayerRecord& layer, std::string_view name) {
  return const_cast<Fact*>(find_fact(std::as_const(layer), name));
}

void add_fact(LayerRecord& layer, Fact fact) {
  const std::string name = fact.name;
  for (int copy = 2; find_fact(layer, fact.name) != nullptr; ++copy) {
    fact.name = fmt::format("{}#{}", name, copy);
  }
  auto place = std::lower_bound(layer.facts.begin(), layer.facts.end(), fact,
                                [](const Fact& a, const Fact& b) { return a.name < b.name; });
  layer.facts.insert(place, std::move(fact));
}

}  // namespace lynxbench::executor
