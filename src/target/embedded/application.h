// What stands around a model: payloads made from a seed, payload -> tensors, tensors -> answer.
//
//   auto application = TRY(make_application(workload, model, session));
//   application->write_tensor(0, input, slice);              // pre-processing of one request
//   std::string body = application->response(outputs, 2);    // post-processing of the batch's
//   third
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/contract.h"
#include "target/embedded/model_source.h"
#include "target/embedded/ort/session.h"

namespace lynxbench::target {

// A tensor of one request: dims without the batch.
struct RequestTensor {
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  std::vector<std::int64_t> dims;
  [[nodiscard]] std::size_t bytes() const;
};

// Threads: every member from several at once.
class Application {
 public:
  virtual ~Application() = default;
  // In the order of the model's inputs.
  [[nodiscard]] virtual const std::vector<RequestTensor>& tensors() const = 0;
  [[nodiscard]] virtual std::uint32_t request_bytes(std::uint32_t input) const = 0;
  // Pre-processes payload `input` for tensor `tensor`, filling its slice of the batch.
  virtual void write_tensor(std::size_t tensor, std::uint32_t input,
                            std::span<std::byte> slice) const = 0;
  // The body of the answer to the request at `position` of the batch.
  [[nodiscard]] virtual std::string response(std::span<const ort::OutputTensor> outputs,
                                             std::size_t position) const = 0;
  // For people and the fingerprint: what is done before and after the model.
  [[nodiscard]] virtual std::string preprocessing() const = 0;
  [[nodiscard]] virtual std::string postprocessing() const = 0;
};

// For the workload's model, as loaded in `session`. kInvalidInput when they do not fit together.
[[nodiscard]] Result<std::unique_ptr<Application>> make_application(const Workload& workload,
                                                                    const ModelSource& model,
                                                                    const ort::Session& session);

}  // namespace lynxbench::target
