// A transformer encoder of any size, generated: token ids in, one vector per text out, as sentence
// embedding models have it. For tests of the harness and for scaling series; its weights are drawn,
// so its answers mean nothing, but its operators are those of a real one.
//
//   std::string onnx = TRY(generate_transformer(spec, 64));   // loaded from memory
//
// Graph: token embedding + learned positions; `layers` times x + attention(norm(x)), x +
// mlp(norm(x)) with a GELU MLP four times as wide; final norm; mean over the tokens. Dimensions:
// ids [batch, length] of int64 -> embedding [batch, width]. Source: Xiong et al., "On layer
// normalization in the transformer architecture" (2020), pre-norm.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "model/contract.h"

namespace lynxbench::target {

// Weights of the model, as a count of numbers.
[[nodiscard]] std::int64_t transformer_parameters(const ModelSpec& model, std::int64_t length);

// kInvalidArgument when a size is not positive, `heads` does not divide `width`, or the file would
// pass 2 GB, which is ONNX's limit. The same arguments give the same bytes on every machine.
[[nodiscard]] Result<std::string> generate_transformer(const ModelSpec& model, std::int64_t length);

}  // namespace lynxbench::target
