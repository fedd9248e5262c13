// What a schema cannot say: that figures and points exist, that bounds have the unit of their
// figure, that limits are in order and that all nine layers are there.
#pragma once

#include <vector>

#include "contract/finding.h"
#include "contract/yaml_tree.h"
#include "model/contract.h"

namespace lynxbench::contract {

// Checks `contract`, which was read from `root`. Values that something is already known against are
// passed over; everything else is checked, whatever is wrong elsewhere.
[[nodiscard]] std::vector<Finding> check_meaning(const Contract& contract, const YamlNode& root,
                                                 const Findings& before);

}  // namespace lynxbench::contract
