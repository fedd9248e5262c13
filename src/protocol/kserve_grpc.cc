#include "protocol/kserve_grpc.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/stubs/logging.h>

#include <limits>

#include "protocol/elements.h"
#include "protocol/kserve.pb.h"

namespace lynxbench::protocol::grpc {
namespace {

using google::protobuf::Arena;

Error wrong(std::string message) { return Error{ErrorCode::kInvalidInput, std::move(message), {}}; }

template <typename Message>
Result<Message*> parsed(Arena& arena, std::string_view bytes, const char* what) {
  google::protobuf::LogSilencer no_word_of_bad_text;
  auto* message = Arena::CreateMessage<Message>(&arena);
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return wrong(fmt::format("{} bytes are no {}", bytes.size(), what));
  }
  return message;
}

template <typename Map>
Parameters parameters_of(const Map& map) {
  Parameters parameters;
  for (const auto& [name, value] : map) {
    switch (value.parameter_choice_case()) {
      case inference::InferParameter::kBoolParam:
        parameters.emplace(name, value.bool_param());
        break;
      case inference::InferParameter::kInt64Param:
        parameters.emplace(name, std::int64_t{value.int64_param()});
        break;
      case inference::InferParameter::kUint64Param:
        parameters.emplace(name, std::uint64_t{value.uint64_param()});
        break;
      case inference::InferParameter::kDoubleParam:
        parameters.emplace(name, value.double_param());
        break;
      case inference::InferParameter::kStringParam:
        parameters.emplace(name, value.string_param());
        break;
      default:
        break;  // a kind that is newer than this
    }
  }
  return parameters;
}

struct SetParameter {
  inference::InferParameter& to;
  void operator()(bool value) { to.set_bool_param(value); }
  void operator()(std::int64_t value) { to.set_int64_param(value); }
  void operator()(std::uint64_t value) { to.set_uint64_param(value); }
  void operator()(double value) { to.set_double_param(value); }
  void operator()(const std::string& value) { to.set_string_param(value); }
};

template <typename Map>
void set_parameters(Map& map, const Parameters& parameters) {
  for (const auto& [name, value] : parameters) std::visit(SetParameter{map[name]}, value);
}

template <DataType kType, typename Field>
Result<std::string> raw_of(const Field& field) {
  std::string raw;
  raw.reserve(static_cast<std::size_t>(field.size()) * sizeof(typename Element<kType>::Stored));
  for (auto value : field) {
    if constexpr (std::is_integral_v<NumberOf<kType>> && !std::is_same_v<NumberOf<kType>, bool>) {
      if (!std::in_range<NumberOf<kType>>(value)) return wrong(fmt::format("{} is no {}", value, name_of(kType)));
    }
    append<kType>(raw, static_cast<NumberOf<kType>>(value));
  }
  return raw;
}

// Typed contents as raw bytes.
Result<std::string> raw_of(DataType type, const inference::InferTensorContents& contents) {
  switch (type) {
    case DataType::kBool: return raw_of<DataType::kBool>(contents.bool_contents());
    case DataType::kInt8: return raw_of<DataType::kInt8>(contents.int_contents());
    case DataType::kInt16: return raw_of<DataType::kInt16>(contents.int_contents());
    case DataType::kInt32: return raw_of<DataType::kInt32>(contents.int_contents());
    case DataType::kInt64: return raw_of<DataType::kInt64>(contents.int64_contents());
    case DataType::kUint8: return raw_of<DataType::kUint8>(contents.uint_contents());
    case DataType::kUint16: return raw_of<DataType::kUint16>(contents.uint_contents());
    case DataType::kUint32: return raw_of<DataType::kUint32>(contents.uint_contents());
    case DataType::kUint64: return raw_of<DataType::kUint64>(contents.uint64_contents());
    case DataType::kFp32: return raw_of<DataType::kFp32>(contents.fp32_contents());
    case DataType::kFp64: return raw_of<DataType::kFp64>(contents.fp64_contents());
    case DataType::kFp16:
    case DataType::kBf16: return wrong(fmt::format("{} has no typed contents", name_of(type)));
    case DataType::kBytes: break;
  }
  std::string raw;
  for (const std::string& element : contents.bytes_contents()) append_element(raw, element);
  return raw;
}

template <typename Message>
Result<Tensor> tensor_of(const Message& message, const std::string* raw) {
  Tensor tensor;
  tensor.name = message.name();
  std::optional<DataType> known = data_type_named(message.datatype());
  if (!known) {
    return wrong(fmt::format("\"{}\" has the datatype \"{}\", which the protocol lacks", tensor.name,
                             message.datatype()));
  }
  tensor.type = *known;
  tensor.shape.assign(message.shape().begin(), message.shape().end());
  if (raw != nullptr) {
    tensor.raw = *raw;
  } else {
    Result<std::string> typed = raw_of(tensor.type, message.contents());
    if (!typed.ok()) return wrong(fmt::format("\"{}\": {}", tensor.name, typed.error().message));
    tensor.raw = *std::move(typed);
  }
  TRY_STATUS(check(tensor));
  return tensor;
}

// `raws`: the bytes of all tensors, or empty where they have typed contents.
template <typename Tensors, typename Raws>
Result<std::vector<Tensor>> tensors_of(const Tensors& messages, const Raws& raws, const char* kind) {
  if (!raws.empty() && raws.size() != messages.size()) {
    return wrong(fmt::format("{} {}s, and raw contents for {}", messages.size(), kind, raws.size()));
  }
  std::vector<Tensor> tensors;
  tensors.reserve(static_cast<std::size_t>(messages.size()));
  for (int i = 0; i < messages.size(); ++i) {
    Result<Tensor> tensor = tensor_of(messages[i], raws.empty() ? nullptr : &raws[i]);
    if (!tensor.ok()) return wrong(fmt::format("{} {}: {}", kind, i, tensor.error().message));
    tensors.push_back(*std::move(tensor));
  }
  return tensors;
}

template <typename Message>
void set_tensor(Message& message, const Tensor& tensor) {
  message.set_name(tensor.name);
  message.set_datatype(std::string(name_of(tensor.type)));
  message.mutable_shape()->Assign(tensor.shape.begin(), tensor.shape.end());
}

void set_response(inference::ModelInferResponse& message, const InferResponse& response) {
  message.set_model_name(response.model_name);
  message.set_model_version(response.model_version);
  message.set_id(response.id);
  set_parameters(*message.mutable_parameters(), response.parameters);
  for (const Tensor& tensor : response.outputs) {
    set_tensor(*message.add_outputs(), tensor);
    message.add_raw_output_contents(tensor.raw);
  }
}

Result<InferResponse> response_of(const inference::ModelInferResponse& message) {
  InferResponse response;
  response.model_name = message.model_name();
  response.model_version = message.model_version();
  response.id = message.id();
  response.parameters = parameters_of(message.parameters());
  response.outputs = TRY(tensors_of(message.outputs(), message.raw_output_contents(), "output"));
  return response;
}

}  // namespace

std::string encode(const InferRequest& request) {
  Arena arena;
  auto& message = *Arena::CreateMessage<inference::ModelInferRequest>(&arena);
  message.set_model_name(request.model_name);
  message.set_model_version(request.model_version);
  message.set_id(request.id);
  set_parameters(*message.mutable_parameters(), request.parameters);
  for (const Tensor& tensor : request.inputs) {
    set_tensor(*message.add_inputs(), tensor);
    message.add_raw_input_contents(tensor.raw);
  }
  for (const RequestedOutput& output : request.outputs) message.add_outputs()->set_name(output.name);
  return message.SerializeAsString();
}

Result<InferRequest> infer_request_in(std::string_view bytes) {
  Arena arena;
  const auto& message = *TRY(parsed<inference::ModelInferRequest>(arena, bytes, "ModelInferRequest"));
  InferRequest request;
  request.model_name = message.model_name();
  request.model_version = message.model_version();
  request.id = message.id();
  request.parameters = parameters_of(message.parameters());
  request.inputs = TRY(tensors_of(message.inputs(), message.raw_input_contents(), "input"));
  for (const auto& output : message.outputs()) request.outputs.push_back({output.name(), std::nullopt});
  request.output_encoding = TensorEncoding::kBinary;
  return request;
}

std::string encode(const InferResponse& response) {
  Arena arena;
  auto& message = *Arena::CreateMessage<inference::ModelInferResponse>(&arena);
  set_response(message, response);
  return message.SerializeAsString();
}

Result<InferResponse> infer_response_in(std::string_view bytes) {
  Arena arena;
  return response_of(*TRY(parsed<inference::ModelInferResponse>(arena, bytes, "ModelInferResponse")));
}

std::string encode(const StreamResponse& response) {
  Arena arena;
  auto& message = *Arena::CreateMessage<inference::ModelStreamInferResponse>(&arena);
  message.set_error_message(response.error_message);
  set_response(*message.mutable_infer_response(), response.response);
  return message.SerializeAsString();
}

Result<StreamResponse> stream_response_in(std::string_view bytes) {
  Arena arena;
  Result<inference::ModelStreamInferResponse*> message =
      parsed<inference::ModelStreamInferResponse>(arena, bytes, "ModelStreamInferResponse");
  bool bare = !message.ok() || !(*message)->bare_id().empty() || (*message)->bare_outputs_size() > 0 ||
              (*message)->bare_raw_output_contents_size() > 0;
  if (!bare) return StreamResponse{(*message)->error_message(), TRY(response_of((*message)->infer_response()))};
  Result<InferResponse> response = infer_response_in(bytes);
  bool is_one = response.ok() && !(response->id.empty() && response->outputs.empty());
  if (!is_one) return message.ok() ? response.error() : message.error();
  return StreamResponse{"", *std::move(response)};
}

}  // namespace lynxbench::protocol::grpc
