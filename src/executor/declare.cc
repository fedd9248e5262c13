#include <utility>

#include "executor/executor.h"
#include "executor/record.h"

namespace lynxbench::executor {
namespace {

static_assert(Provenance::kMeasured < Provenance::kDeclared &&
              Provenance::kDeclared < Provenance::kUnknown);

// Keeps what was said beside what stands, outside the fingerprint: the machine is the same,
// whatever was said of it.
void keep_beside(LayerRecord& layer, Fact said, const std::string& suffix) {
  said.name += suffix;
  said.identity = false;
  if (Fact* earlier = find_fact(layer, said.name)) {
    *earlier = std::move(said);
  } else {
    add_fact(layer, std::move(said));
  }
}

// Measured goes before declared, declared before unknown; of two of the same rank the first stands.
// A value that disagrees with the one that stands is kept as NAME.declared or NAME.target.
void merge(LayerRecord& layer, Fact incoming) {
  Fact* present = find_fact(layer, incoming.name);
  if (present == nullptr) {
    add_fact(layer, std::move(incoming));
    return;
  }
  auto rank = [](const Fact& fact) { return static_cast<int>(fact.provenance); };
  bool first_unknown = present->provenance == Provenance::kUnknown;
  if (first_unknown || rank(incoming) < rank(*present)) std::swap(*present, incoming);
  bool disagrees = incoming.provenance != Provenance::kUnknown && incoming.value != present->value;
  if (!disagrees) return;
  bool is_declared = incoming.provenance == Provenance::kDeclared;
  keep_beside(layer, std::move(incoming), is_declared ? ".declared" : ".target");
}

}  // namespace

Executor with_target(Executor executor, const std::vector<TargetFact>& facts) {
  for (const TargetFact& told : facts) {
    merge(layer_of(executor, told.layer), told.fact);
  }
  return executor;
}

Executor with_declarations(Executor executor, const std::map<Layer, LayerDeclaration>& layers) {
  for (const auto& [name, declaration] : layers) {
    LayerRecord& layer = layer_of(executor, name);
    if (!declaration.owner.empty()) layer.owner = declaration.owner;
    for (const auto& [fact, value] : declaration.facts) {
      Fact declared{fact, Provenance::kDeclared, printable(value), "contract", "", true};
      merge(layer, std::move(declared));
    }
  }
  return executor;
}

}  // namespace lynxbench::executor
