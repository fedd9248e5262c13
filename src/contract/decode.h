// YAML tree -> Contract: values out of texts and units. What the schema already objected to is left
// at its default and not spoken of again.
#pragma once

#include <vector>

#include "contract/finding.h"
#include "contract/yaml_tree.h"
#include "model/contract.h"

namespace lynxbench::contract {

struct Decoded {
  Contract contract;              // values that were not read are at their defaults
  std::vector<Finding> findings;  // the reasons why some were not
};

[[nodiscard]] Decoded decode(const YamlNode& root, const Findings& before);

}  // namespace lynxbench::contract
