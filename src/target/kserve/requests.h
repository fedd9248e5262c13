// The requests that a KServe server is sent: one for each input of the workload, made before the load
// begins, from what the server says of its model.
//
//   std::vector<protocol::InferRequest> requests = TRY(build_requests(contract, inputs, metadata));
//
// An input with a body is that body: a request in KServe's JSON. Any other becomes all inputs that the
// model has, each of them
//   - the bytes of the contract's file (TensorSpec::file), which may hold several tensors, one behind
//     the other: they are used in turn;
//   - else, of type BYTES and with a text in the workload's input: that text, in each element;
//   - else drawn by the workload's seed, another for each input (protocol::random_elements).
// Shapes are the contract's, or the server's with 1 for each dimension that may be any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"
#include "protocol/kserve.h"

namespace lynxbench::target {

// At least one. Without inputs in the workload: as many as InputSpec::distinct, drawn. `metadata` may
// be missing when every input has a body. Fails with kInvalidArgument where the contract's tensors do
// not fit the model's, naming both; with kInvalidInput for a body or a file that is none.
[[nodiscard]] Result<std::vector<protocol::InferRequest>> build_requests(
    const Contract& contract, const Inputs& inputs, const std::optional<protocol::ModelMetadata>& metadata);

// An answer as one text, for accuracy: its outputs' elements, a line each; those of an output that is
// not BYTES as a JSON array in one line.
[[nodiscard]] std::string answer_text(const protocol::InferResponse& response);

// Where an answer is not one to `model`: says so.
[[nodiscard]] std::optional<std::string> wrong_model(const std::string& model,
                                                     const protocol::InferResponse& response);

}  // namespace lynxbench::target
