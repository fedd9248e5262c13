// A KServe v2 server over HTTP ("kserve-http"): Triton, MLServer and others. Each request is a POST to
// v2/models/MODEL[/versions/VERSION]/infer, with its tensors behind the JSON as raw bytes and the
// answer's asked for in the same way (TensorEncoding::kBinary), or all of it as JSON.
//
// An answer is read whole before it counts: every tensor must be as long as its shape says.
#pragma once

#include <memory>

#include "target/target.h"

namespace lynxbench::target {

// Asks the server for its metadata and the model's, and whether the model is ready. kUnavailable where
// there is no such server or model. The URL's path, if it has one, goes before "v2".
[[nodiscard]] Result<std::unique_ptr<Target>> open_kserve_http(const Contract& contract, const Inputs& inputs,
                                                               Clock& clock);

}  // namespace lynxbench::target
