// A target that answers at once, within submit: what is left of the latency is the load
// generator's.
#pragma once

#include <memory>

#include "base/clock.h"
#include "target/target.h"

namespace lynxbench::target {

// first_byte = done = clock.now(); no bytes either way, no stages.
[[nodiscard]] std::unique_ptr<Target> make_null_target(Clock& clock);

}  // namespace lynxbench::target
