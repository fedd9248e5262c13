// A KServe v2 server over gRPC ("kserve-grpc"): Triton and others. Each request is a unary ModelInfer,
// or, with EndpointSpec::stream on, a ModelStreamInfer of its own: one message there, then its end,
// then as many responses as the model makes; so a server needs no ids to tell requests apart.
//
// A streamed answer is over with the response that says so (triton_final_response), or with the
// stream; its chunks are the responses that have outputs.
#pragma once

#include <memory>

#include "target/target.h"

namespace lynxbench::target {

// Asks the server for its metadata and the model's, and whether the model is ready, on the connection
// that the first requests use. kUnavailable where there is no such server or model.
[[nodiscard]] Result<std::unique_ptr<Target>> open_kserve_grpc(const Contract& contract, const Inputs& inputs,
                                                               Clock& clock);

}  // namespace lynxbench::target
