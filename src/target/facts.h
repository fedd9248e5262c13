// Facts that a target states of itself.
#pragma once

#include <string>

#include "model/target_fact.h"

namespace lynxbench::target {

// The version of the serving layer in this process: "0.1.0".
[[nodiscard]] std::string serving_version();

// Known, because the target set it or read it from the file or library named by `source`.
[[nodiscard]] TargetFact known_fact(Layer layer, const std::string& name, const std::string& value,
                                    const std::string& source);
// The contract's word: nothing here could check it.
[[nodiscard]] TargetFact declared_fact(Layer layer, const std::string& name,
                                       const std::string& value);
// Does not exist in this target.
[[nodiscard]] TargetFact absent_fact(Layer layer, const std::string& name,
                                     const std::string& reason);

}  // namespace lynxbench::target
