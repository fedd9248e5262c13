// The facts that every record has, known or not: what makes completeness mean something.
#pragma once

#include <span>
#include <string_view>

#include "model/layer.h"

namespace lynxbench::executor {

struct ExpectedFact {
  Layer layer;
  std::string_view name;
  std::string_view looked_in;  // Fact::source while it is unknown
  std::string_view reason;     // Fact::reason while it is unknown
};

[[nodiscard]] std::span<const ExpectedFact> expected_facts();

}  // namespace lynxbench::executor
