// What the contract itself says of the executor: of demand (arrivals, SLO, inputs, how the client asks)
// and of the application's identity (precision, decoding settings, prompts).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/contract.h"
#include "model/inputs.h"
#include "model/target_fact.h"

namespace lynxbench::run {

// As declared. What they say is part of what makes two results comparable.
[[nodiscard]] std::vector<TargetFact> contract_facts(const Contract& contract, const Inputs& inputs);

// The host of target.endpoint.url when it is another machine than this one: what is discovered here is
// then the client's.
[[nodiscard]] std::optional<std::string> other_machine(const Contract& contract);

}  // namespace lynxbench::run
