// Inputs of a recorded trace's shapes: as many words as each request had tokens, heads that are alike
// where the recorded ones were, and the times at which they came. Inside workload only.
#pragma once

#include "base/files.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"

namespace lynxbench::workload {

// An input for each request of PromptSpec::file, in order of time, until they take kMostInputBytes
// (synthetic.h): what is left out is noted, and so is what could not be read. A prompt of n tokens
// whose trace has blocks begins with those of its list, each drawn from the seed and the block's
// number alone; the rest is its own. A length that the trace does not have is drawn from
// PromptSpec::prompt or ::output, which is noted too.
//
// Fails as trace::open does, and with kInvalidInput for a file without a request.
[[nodiscard]] Result<Inputs> trace_inputs(const Workload& workload);

}  // namespace lynxbench::workload
