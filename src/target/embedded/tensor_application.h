// A model whose payload is its tensors: token ids for the generated transformer, drawn numbers for
// a model from a file. Before the model the payload is copied, after it the answer is: the
// request's part of every output.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "target/embedded/application.h"

namespace lynxbench::target {

class TensorApplication final : public Application {
 public:
  // Payloads are drawn to fit the session's declared inputs. Their first dimension is the batch;
  // other free dimensions take the input's length. Floats lie in 0..1. Whole numbers lie below
  // `below`: for an unknown model 2 is safe, being a valid token, mask and segment alike.
  // kInvalidInput for what cannot be drawn.
  [[nodiscard]] static Result<std::unique_ptr<TensorApplication>> make(const Workload& workload,
                                                                       std::int64_t length,
                                                                       std::uint64_t below,
                                                                       const ort::Session& session);

  [[nodiscard]] const std::vector<RequestTensor>& tensors() const override { return tensors_; }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override;
  void write_tensor(std::size_t tensor, std::uint32_t input,
                    std::span<std::byte> slice) const override;
  [[nodiscard]] std::string response(std::span<const ort::OutputTensor> outputs,
                                     std::size_t position) const override;
  [[nodiscard]] std::string preprocessing() const override;
  [[nodiscard]] std::string postprocessing() const override;

 private:
  using Payload = std::vector<std::vector<std::byte>>;  // by tensor
  TensorApplication(std::vector<RequestTensor> tensors, std::vector<Payload> payloads);
  std::vector<RequestTensor> tensors_;
  std::vector<Payload> payloads_;  // by input
};

}  // namespace lynxbench::target
