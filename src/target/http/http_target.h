// Any HTTP server: each input's body is sent, and every 2xx is a success.
#pragma once

#include <memory>

#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"
#include "target/target.h"

namespace lynxbench::target {

// kInvalidArgument for what the contract must not say; kUnavailable when there is no server.
[[nodiscard]] Result<std::unique_ptr<Target>> open_http(const Contract& contract, const Inputs& inputs);

}  // namespace lynxbench::target
