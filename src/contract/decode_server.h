// The terms of a server's contract: what it is asked, where it is, what it must keep. Inside
// contract only.
#pragma once

#include <string>

#include "contract/value_reader.h"
#include "model/contract.h"

namespace lynxbench::contract {

[[nodiscard]] PromptSpec prompts_of(ValueReader& values, const Path& at);
[[nodiscard]] AccuracySpec accuracy_of(ValueReader& values, const Path& at);
// Whether answers are streamed when nothing is said depends on the target's kind.
[[nodiscard]] EndpointSpec endpoint_of(ValueReader& values, const Path& at, const std::string& kind);
[[nodiscard]] Slo slo_of(ValueReader& values, const Path& at);

}  // namespace lynxbench::contract
