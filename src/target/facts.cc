#include "target/facts.h"

namespace lynxbench::target {

std::string serving_version() { return LYNXBENCH_VERSION; }

TargetFact known_fact(Layer layer, const std::string& name, const std::string& value,
                      const std::string& source) {
  return {.layer = layer,
          .fact = {.name = name,
                   .provenance = Provenance::kMeasured,
                   .value = value,
                   .source = source,
                   .reason = {}}};
}

TargetFact declared_fact(Layer layer, const std::string& name, const std::string& value) {
  return {.layer = layer,
          .fact = {.name = name,
                   .provenance = Provenance::kDeclared,
                   .value = value,
                   .source = "contract",
                   .reason = {}}};
}

TargetFact absent_fact(Layer layer, const std::string& name, const std::string& reason) {
  return {.layer = layer,
          .fact = {.name = name,
                   .provenance = Provenance::kUnknown,
                   .value = {},
                   .source = "target",
                   .reason = reason}};
}

}  // namespace lynxbench::target
