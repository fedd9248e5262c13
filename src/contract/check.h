// All checks of a contract's tree, one after the other: shape, values, meaning.
#pragma once

#include <optional>

#include "contract/finding.h"
#include "contract/yaml_tree.h"
#include "model/contract.h"

namespace lynxbench::contract {

struct Checked {
  std::optional<Contract> contract;  // only when there is no finding
  Findings findings;                 // those handed in, and all others
};

[[nodiscard]] Checked check(const YamlNode& root, Findings findings);

}  // namespace lynxbench::contract
