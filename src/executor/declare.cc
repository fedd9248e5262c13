#include "executor/executor.h"
#include "executor/record.h"

namespace lynxbench::executor {
namespace {

// Measured before declared before unknown. Where two of the same rank disagree, or a declared value
// disagrees with a measured one, the first stands and the other is kept beside it, outside the
// fingerprint: the machine is the same, whatever was said of it.
void merge(LayerRecord& layer, Fact incoming, const std::string& beside) {
  Fact* present = find_fact(layer, incoming.name);
  if (present == nullptr) {
    add_fact(layer, std::move(incoming));
    return;
  }
  bool stands = present->provenance == Provenance::kMeasured ||
                (present->provenance == Provenance::kDeclared &&
                 incoming.provenance != Provenance::kMeasured);
  if (!stands) {
    *present = std::move(incoming);
    return;
  }
  bool says_more = incoming.provenance != Provenance::kUnknown && incoming.value != present->value;
  if (!says_more) return;
  incoming.name += beside;
  incoming.identity = false;
  if (Fact* earlier = find_fact(layer, incoming.name)) {
    *earlier = std::move(incoming);
  } else {
    add_fact(layer, std::move(incoming));
  }
}

}  // namespace

Executor with_target(Executor executor, const std::vector<TargetFact>& facts) {
  for (const TargetFact& told : facts) {
    merge(layer_of(executor, told.layer), told.fact, ".target");
  }
  return executor;
}

Executor with_declarations(Executor executor, const std::map<Layer, LayerDeclaration>& layers) {
  for (const auto& [name, declaration] : layers) {
    LayerRecord& layer = layer_of(executor, name);
    if (!declaration.owner.empty()) layer.owner = declaration.owner;
    for (const auto& [fact, value] : declaration.facts) {
      Fact declared{fact, Provenance::kDeclared, printable(value), "contract", "", true};
      merge(layer, std::move(declared), ".declared");
    }
  }
  return executor;
}

}  // namespace lynxbench::executor
