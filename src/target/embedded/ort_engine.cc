#include "target/embedded/ort_engine.h"

#include <utility>

namespace lynxbench::target {

OrtEngine::OrtEngine(ort::Session session, const Application& application, std::int64_t max_batch)
    : session_(std::move(session)), application_(application) {
  for (const RequestTensor& tensor : application.tensors()) {
    memory_.emplace_back(tensor.bytes() * static_cast<std::size_t>(max_batch));
    std::vector<std::int64_t> dims{0};
    dims.insert(dims.end(), tensor.dims.begin(), tensor.dims.end());
    tensors_.push_back({.element = tensor.element, .dims = std::move(dims), .bytes = {}});
  }
}

void OrtEngine::preprocess(std::span<const std::uint32_t> inputs) {
  batch_ = inputs.size();
  for (std::size_t tensor = 0; tensor < tensors_.size(); ++tensor) {
    const std::size_t size = application_.tensors()[tensor].bytes();
    const std::span<std::byte> used = std::span(memory_[tensor]).first(size * batch_);
    for (std::size_t i = 0; i < batch_; ++i) {
      application_.write_tensor(tensor, inputs[i], used.subspan(i * size, size));
    }
    tensors_[tensor].dims[0] = static_cast<std::int64_t>(batch_);
    tensors_[tensor].bytes = used;
  }
}

Status OrtEngine::run(const std::optional<fs::path>& profile_prefix) {
  outputs_.clear();
  outputs_ = TRY(session_.run(tensors_, profile_prefix));
  for (const ort::OutputTensor& output : outputs_) {
    if (output.dims().empty() || output.dims()[0] != static_cast<std::int64_t>(batch_)) {
      return error(ErrorCode::kInvalidInput,
                   "an output of the model does not have the batch as its first dimension");
    }
  }
  return ok_status();
}

std::vector<std::string> OrtEngine::postprocess() {
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < batch_; ++i) bodies.push_back(application_.response(outputs_, i));
  return bodies;
}

}  // namespace lynxbench::target
