// What a target knows of itself, for the executor record.
#pragma once

#include "model/executor.h"

namespace lynxbench {

struct TargetFact {
  Layer layer = Layer::kServing;
  Fact fact;
};

}  // namespace lynxbench
