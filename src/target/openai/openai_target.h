// A language model's server with the OpenAI API: chat or completions, streamed or not.
#pragma once

#include <memory>

#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"
#include "protocol/openai.h"
#include "target/target.h"

namespace lynxbench::target {

// kInvalidArgument for what the contract must not say; kUnavailable when there is no server.
[[nodiscard]] Result<std::unique_ptr<Target>> open_openai(protocol::OpenAiKind kind, const Contract& contract,
                                                          const Inputs& inputs);

}  // namespace lynxbench::target
