// A model loaded by ONNX Runtime, ready to run on the CPU.
//
//   Environment environment = TRY(Environment::open(*library));
//   Session session = TRY(Session::open(environment, source, {.threads = 1}));
//   auto outputs = TRY(session.run(tensors, std::nullopt));
//   std::span<const float> scores = outputs[0].elements<float>();
//
// Sequential execution, one inter-operator thread, and workers that sleep between operators instead
// of spinning: a spinning worker would take the core that the load generator runs on. With one
// thread there are no workers and it makes no difference; docs/embedded-target.md has the figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "model/contract.h"
#include "target/embedded/ort/library.h"

namespace lynxbench::target::ort {

// What is loaded: a file, or the bytes of one when `file` is empty.
struct ModelSource {
  fs::path file;
  std::string bytes;
};

struct SessionSettings {
  std::int64_t threads = 1;  // that compute within an operator, the caller's among them
  GraphOptimization graph_optimization = GraphOptimization::kAll;
};

// A tensor that the model declares. -1: a dimension that is free.
struct TensorType {
  std::string name;
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::vector<std::int64_t> dims;
};

// Bytes of one element; nothing for types without a fixed size, such as strings.
[[nodiscard]] std::optional<std::size_t> element_bytes(ONNXTensorElementDataType element);
// "float", "int64" ...; "type 7" for those that are not handled here.
[[nodiscard]] std::string name_of(ONNXTensorElementDataType element);

// An input: memory of the caller's, alive until the run has ended.
struct InputTensor {
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  std::vector<std::int64_t> dims;
  std::span<std::byte> bytes;
};

// An output of a run, kept by the runtime until this is destroyed.
class OutputTensor {
 public:
  [[nodiscard]] ONNXTensorElementDataType element() const { return element_; }
  [[nodiscard]] const std::vector<std::int64_t>& dims() const { return dims_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  // The elements as T, which must have their size.
  template <typename T>
  [[nodiscard]] std::span<const T> elements() const {
    CHECK(element_bytes(element_) == sizeof(T));
    return {reinterpret_cast<const T*>(bytes_.data()), bytes_.size() / sizeof(T)};
  }

 private:
  friend class Session;
  OutputTensor(const Library& library, OrtValue* value)
      : value_(value, library.api().ReleaseValue) {}
  Status read_shape(const Library& library);
  Owned<OrtValue> value_;
  ONNXTensorElementDataType element_ = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::vector<std::int64_t> dims_;
  std::span<const std::byte> bytes_;
};

// The runtime's process-wide state. `library` must live longer.
class Environment {
 public:
  [[nodiscard]] static Result<Environment> open(const Library& library);
  [[nodiscard]] const Library& library() const { return *library_; }
  [[nodiscard]] const OrtEnv* handle() const { return handle_.get(); }

 private:
  Environment(const Library& library, OrtEnv* handle)
      : library_(&library), handle_(handle, library.api().ReleaseEnv) {}
  const Library* library_;
  Owned<OrtEnv> handle_;
};

// `environment` must live longer. Threads: one run at a time.
class Session {
 public:
  // kInvalidInput with the runtime's words when the model is broken.
  [[nodiscard]] static Result<Session> open(const Environment& environment,
                                            const ModelSource& source,
                                            const SessionSettings& settings);

  [[nodiscard]] const std::vector<TensorType>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<TensorType>& outputs() const { return outputs_; }

  // One call of the model: `tensors` in the order of inputs(), the answer in the order of
  // outputs(). With `profile_prefix` the runtime times each operator of this run and, before it
  // returns, writes a file PREFIX_DATE_TIME.json; that needs interface kRunProfileApi.
  [[nodiscard]] Result<std::vector<OutputTensor>> run(
      std::span<const InputTensor> tensors, const std::optional<fs::path>& profile_prefix) const;

 private:
  Session(const Library& library, OrtSession* handle)
      : library_(&library), handle_(handle, library.api().ReleaseSession) {}
  [[nodiscard]] Status read_signature();
  [[nodiscard]] Result<Owned<OrtRunOptions>> profiled_run(const fs::path& prefix) const;
  [[nodiscard]] Result<std::vector<Owned<OrtValue>>> wrap(
      std::span<const InputTensor> tensors) const;

  const Library* library_;
  Owned<OrtSession> handle_;
  std::vector<TensorType> inputs_;
  std::vector<TensorType> outputs_;
};

}  // namespace lynxbench::target::ort
