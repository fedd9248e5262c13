// ONNX Runtime in this process behind a serving layer of its own: the system under test that needs
// nothing but this machine. docs/embedded-target.md describes models, batching and faults.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "model/contract.h"
#include "target/target.h"

namespace lynxbench::target {

// As target::open for kind "embedded". Before it returns, one full batch has been run, so that a
// model that does not fit its inputs is refused here and not with every request.
[[nodiscard]] Result<std::unique_ptr<Target>> open_embedded(const Contract& contract,
                                                            const SearchPaths& paths, Clock& clock);

}  // namespace lynxbench::target
