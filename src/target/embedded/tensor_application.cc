#include "target/embedded/tensor_application.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/random.h"

namespace lynxbench::target {
namespace {

Result<RequestTensor> tensor_of(const ort::TensorType& type, std::int64_t length) {
  RequestTensor tensor{.element = type.element, .dims = {}};
  const bool drawable = type.element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT ||
                        type.element == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 ||
                        type.element == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
  if (!drawable) {
    return error(ErrorCode::kInvalidInput,
                 "input \"{}\" of the model holds {}; float, int64 and int32 can be drawn",
                 type.name, ort::name_of(type.element));
  }
  if (type.dims.empty()) {
    return error(ErrorCode::kInvalidInput, "input \"{}\" of the model has no batch dimension",
                 type.name);
  }
  for (std::size_t i = 1; i < type.dims.size(); ++i) {
    if (type.dims[i] < 0 && length < 1) {
      return error(
          ErrorCode::kInvalidInput,
          "dimension {} of the model's input \"{}\" is free: workload.input.length must say "
          "how long it is",
          i, type.name);
    }
    tensor.dims.push_back(type.dims[i] < 0 ? length : type.dims[i]);
  }
  return tensor;
}

template <typename T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto* begin = reinterpret_cast<const std::byte*>(values.data());
  return {begin, begin + values.size() * sizeof(T)};
}

template <typename T>
std::vector<std::byte> whole_numbers(std::size_t count, std::uint64_t below, Random& random) {
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(random.below(below));
  return bytes_of(values);
}

std::vector<std::byte> draw(const RequestTensor& tensor, std::uint64_t below, Random& random) {
  const std::size_t count = tensor.bytes() / *ort::element_bytes(tensor.element);
  if (tensor.element == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64) {
    return whole_numbers<std::int64_t>(count, below, random);
  }
  if (tensor.element == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32) {
    return whole_numbers<std::int32_t>(count, below, random);
  }
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.uniform());
  return bytes_of(values);
}

}  // namespace

TensorApplication::TensorApplication(std::vector<RequestTensor> tensors,
                                     std::vector<Payload> payloads)
    : tensors_(std::move(tensors)), payloads_(std::move(payloads)) {}

Result<std::unique_ptr<TensorApplication>> TensorApplication::make(const Workload& workload,
                                                                   std::int64_t length,
                                                                   std::uint64_t below,
                                                                   const ort::Session& session) {
  std::vector<RequestTensor> tensors;
  for (const ort::TensorType& type : session.inputs())
    tensors.push_back(TRY(tensor_of(type, length)));
  std::vector<Payload> payloads;
  for (std::int64_t i = 0; i < workload.input.distinct; ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    Random random(derived_seed(workload.seed, "payload", index), "tensors");
    Payload payload;
    for (const RequestTensor& tensor : tensors) payload.push_back(draw(tensor, below, random));
    payloads.push_back(std::move(payload));
  }
  return std::unique_ptr<TensorApplication>(
      new TensorApplication(std::move(tensors), std::move(payloads)));
}

std::uint32_t TensorApplication::request_bytes(std::uint32_t input) const {
  std::size_t bytes = 0;
  for (const std::vector<std::byte>& part : payloads_[input]) bytes += part.size();
  return static_cast<std::uint32_t>(bytes);
}

void TensorApplication::write_tensor(std::size_t tensor, std::uint32_t input,
                                     std::span<std::byte> slice) const {
  std::ranges::copy(payloads_[input][tensor], slice.begin());
}

std::string TensorApplication::response(std::span<const ort::OutputTensor> outputs,
                                        std::size_t position) const {
  std::string body;
  for (const ort::OutputTensor& output : outputs) {
    const std::size_t size = output.bytes().size() / static_cast<std::size_t>(output.dims()[0]);
    const std::span<const std::byte> part = output.bytes().subspan(position * size, size);
    body.append(reinterpret_cast<const char*>(part.data()), part.size());
  }
  return body;
}

std::string TensorApplication::preprocessing() const { return "tensors copied into the batch"; }
std::string TensorApplication::postprocessing() const { return "tensors copied out of the batch"; }

}  // namespace lynxbench::target
