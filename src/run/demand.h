// What the contract itself says of the executor's demand and of the application's identity.
#pragma once

#include <vector>

#include "model/contract.h"
#include "model/target_fact.h"

namespace lynxbench::run {

// Facts of layer demand (arrivals, SLO, inputs) and application (precision, category), as declared.
[[nodiscard]] std::vector<TargetFact> contract_facts(const Contract& contract);

}  // namespace lynxbench::run
