#include "target/embedded/ort/session.h"

#include <utility>

namespace lynxbench::target::ort {
namespace {

GraphOptimizationLevel level_of(GraphOptimization optimization) {
  switch (optimization) {
    case GraphOptimization::kNone:
      return ORT_DISABLE_ALL;
    case GraphOptimization::kBasic:
      return ORT_ENABLE_BASIC;
    case GraphOptimization::kExtended:
      return ORT_ENABLE_EXTENDED;
    case GraphOptimization::kAll:
      return ORT_ENABLE_ALL;
  }
  CHECK(false);
  return ORT_ENABLE_ALL;
}

Result<Owned<OrtSessionOptions>> make_options(const Library& library,
                                              const SessionSettings& settings) {
  const OrtApi& api = library.api();
  OrtSessionOptions* raw = nullptr;
  TRY_STATUS(library.check(api.CreateSessionOptions(&raw), "session options"));
  Owned<OrtSessionOptions> options(raw, api.ReleaseSessionOptions);
  const int threads = static_cast<int>(settings.threads);
  TRY_STATUS(library.check(api.SetIntraOpNumThreads(raw, threads), "intra-operator threads"));
  TRY_STATUS(library.check(api.SetInterOpNumThreads(raw, 1), "inter-operator threads"));
  TRY_STATUS(library.check(api.SetSessionExecutionMode(raw, ORT_SEQUENTIAL), "execution mode"));
  TRY_STATUS(library.check(
      api.SetSessionGraphOptimizationLevel(raw, level_of(settings.graph_optimization)),
      "graph optimization"));
  TRY_STATUS(library.check(api.AddSessionConfigEntry(raw, "session.intra_op.allow_spinning", "0"),
                           "spinning"));
  return options;
}

struct Shape {
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::vector<std::int64_t> dims;
};

Result<Shape> read_shape(const Library& library, const OrtTensorTypeAndShapeInfo* info) {
  const OrtApi& api = library.api();
  Shape shape;
  std::size_t rank = 0;
  TRY_STATUS(library.check(api.GetTensorElementType(info, &shape.element), "element type"));
  TRY_STATUS(library.check(api.GetDimensionsCount(info, &rank), "rank"));
  shape.dims.resize(rank);
  TRY_STATUS(library.check(api.GetDimensions(info, shape.dims.data(), rank), "dimensions"));
  return shape;
}

using NameOf = OrtStatus*(ORT_API_CALL*)(const OrtSession*, std::size_t, OrtAllocator*, char**);
using TypeOf = OrtStatus*(ORT_API_CALL*)(const OrtSession*, std::size_t, OrtTypeInfo**);

// Declared input or output `index`, by the pair of functions that reads it.
Result<TensorType> read_type(const Library& library, const OrtSession* session, std::size_t index,
                             std::pair<NameOf, TypeOf> read) {
  const OrtApi& api = library.api();
  OrtAllocator* allocator = nullptr;
  char* name = nullptr;
  TRY_STATUS(library.check(api.GetAllocatorWithDefaultOptions(&allocator), "allocator"));
  TRY_STATUS(library.check(read.first(session, index, allocator, &name), "tensor name"));
  TensorType type;
  type.name = name;
  TRY_STATUS(library.check(api.AllocatorFree(allocator, name), "tensor name"));
  OrtTypeInfo* raw = nullptr;
  TRY_STATUS(library.check(read.second(session, index, &raw), "tensor type"));
  const Owned<OrtTypeInfo> info(raw, api.ReleaseTypeInfo);
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  TRY_STATUS(library.check(api.CastTypeInfoToTensorInfo(raw, &tensor), "tensor type"));
  if (tensor == nullptr) {
    return error(ErrorCode::kInvalidInput, "\"{}\" of the model is not a tensor", type.name);
  }
  Shape shape = TRY(read_shape(library, tensor));
  type.element = shape.element;
  type.dims = std::move(shape.dims);
  return type;
}

std::vector<const char*> names_of(const std::vector<TensorType>& types) {
  std::vector<const char*> names;
  for (const TensorType& type : types) names.push_back(type.name.c_str());
  return names;
}

}  // namespace

std::optional<std::size_t> element_bytes(ONNXTensorElementDataType element) {
  switch (element) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
      return 1;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16:
      return 2;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      return 4;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
      return 8;
    default:
      return std::nullopt;
  }
}

std::string name_of(ONNXTensorElementDataType element) {
  switch (element) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
      return "bool";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
      return "uint8";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
      return "float16";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      return "float";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
      return "double";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      return "int32";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
      return "int64";
    default:
      return fmt::format("type {}", static_cast<int>(element));
  }
}

Status OutputTensor::read_shape(const Library& library) {
  const OrtApi& api = library.api();
  OrtTensorTypeAndShapeInfo* raw = nullptr;
  TRY_STATUS(library.check(api.GetTensorTypeAndShape(value_.get(), &raw), "an output's shape"));
  const Owned<OrtTensorTypeAndShapeInfo> info(raw, api.ReleaseTensorTypeAndShapeInfo);
  Shape shape = TRY(ort::read_shape(library, raw));
  element_ = shape.element;
  dims_ = std::move(shape.dims);
  std::size_t count = 0;
  TRY_STATUS(library.check(api.GetTensorShapeElementCount(raw, &count), "an output's shape"));
  const std::optional<std::size_t> size = element_bytes(element_);
  if (!size) {
    return error(ErrorCode::kInvalidInput, "an output of {} cannot be read", name_of(element_));
  }
  void* memory = nullptr;
  TRY_STATUS(library.check(api.GetTensorMutableData(value_.get(), &memory), "an output"));
  bytes_ = {static_cast<const std::byte*>(memory), count * *size};
  return ok_status();
}

Result<Environment> Environment::open(const Library& library) {
  OrtEnv* handle = nullptr;
  // Errors come back as values; printed as well they would stand between the lines of a report.
  TRY_STATUS(library.check(library.api().CreateEnv(ORT_LOGGING_LEVEL_FATAL, "lynxbench", &handle),
                           "starting"));
  return Environment(library, handle);
}

Result<Session> Session::open(const Environment& environment, const ModelSource& source,
                              const SessionSettings& settings) {
  const Library& library = environment.library();
  const OrtApi& api = library.api();
  const Owned<OrtSessionOptions> options = TRY(make_options(library, settings));
  OrtSession* handle = nullptr;
  OrtStatus* status =
      source.file.empty()
          ? api.CreateSessionFromArray(environment.handle(), source.bytes.data(),
                                       source.bytes.size(), options.get(), &handle)
          : api.CreateSession(environment.handle(), source.file.c_str(), options.get(), &handle);
  TRY_STATUS(library.check(
      status, "loading " + (source.file.empty() ? "the generated model" : source.file.string())));
  Session session(library, handle);
  TRY_STATUS(session.read_signature());
  return session;
}

Status Session::read_signature() {
  const OrtApi& api = library_->api();
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  TRY_STATUS(library_->check(api.SessionGetInputCount(handle_.get(), &inputs), "inputs"));
  TRY_STATUS(library_->check(api.SessionGetOutputCount(handle_.get(), &outputs), "outputs"));
  for (std::size_t i = 0; i < inputs; ++i) {
    inputs_.push_back(TRY(read_type(*library_, handle_.get(), i,
                                    {api.SessionGetInputName, api.SessionGetInputTypeInfo})));
  }
  for (std::size_t i = 0; i < outputs; ++i) {
    outputs_.push_back(TRY(read_type(*library_, handle_.get(), i,
                                     {api.SessionGetOutputName, api.SessionGetOutputTypeInfo})));
  }
  return ok_status();
}

Result<Owned<OrtRunOptions>> Session::profiled_run(const fs::path& prefix) const {
  const OrtApi& api = library_->api();
  CHECK(library_->api_version() >= kRunProfileApi);
  OrtRunOptions* raw = nullptr;
  TRY_STATUS(library_->check(api.CreateRunOptions(&raw), "run options"));
  Owned<OrtRunOptions> options(raw, api.ReleaseRunOptions);
  TRY_STATUS(library_->check(api.RunOptionsEnableProfiling(raw, prefix.c_str()), "profiling"));
  return options;
}

Result<std::vector<Owned<OrtValue>>> Session::wrap(std::span<const InputTensor> tensors) const {
  const OrtApi& api = library_->api();
  OrtMemoryInfo* raw = nullptr;
  TRY_STATUS(library_->check(api.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &raw),
                             "memory"));
  const Owned<OrtMemoryInfo> memory(raw, api.ReleaseMemoryInfo);
  std::vector<Owned<OrtValue>> values;
  for (const InputTensor& tensor : tensors) {
    OrtValue* value = nullptr;
    TRY_STATUS(library_->check(api.CreateTensorWithDataAsOrtValue(
                                   raw, tensor.bytes.data(), tensor.bytes.size(),
                                   tensor.dims.data(), tensor.dims.size(), tensor.element, &value),
                               "an input tensor"));
    values.emplace_back(value, api.ReleaseValue);
  }
  return values;
}

Result<std::vector<OutputTensor>> Session::run(
    std::span<const InputTensor> tensors, const std::optional<fs::path>& profile_prefix) const {
  CHECK(tensors.size() == inputs_.size());
  const std::vector<Owned<OrtValue>> values = TRY(wrap(tensors));
  std::vector<const OrtValue*> arguments;
  for (const Owned<OrtValue>& value : values) arguments.push_back(value.get());
  Owned<OrtRunOptions> options(nullptr, library_->api().ReleaseRunOptions);
  if (profile_prefix) options = TRY(profiled_run(*profile_prefix));
  const std::vector<const char*> input_names = names_of(inputs_);
  const std::vector<const char*> output_names = names_of(outputs_);
  std::vector<OrtValue*> answers(outputs_.size(), nullptr);
  TRY_STATUS(
      library_->check(library_->api().Run(handle_.get(), options.get(), input_names.data(),
                                          arguments.data(), arguments.size(), output_names.data(),
                                          output_names.size(), answers.data()),
                      "running the model"));
  std::vector<OutputTensor> outputs;
  for (OrtValue* answer : answers) outputs.push_back(OutputTensor(*library_, answer));
  for (OutputTensor& output : outputs) TRY_STATUS(output.read_shape(*library_));
  return outputs;
}

}  // namespace lynxbench::target::ort
