#include <simdjson.h>

#include "base/json.h"
#include "protocol/json_data.h"
#include "protocol/kserve_json.h"

namespace lynxbench::protocol {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kBinaryData = "binary_data";
constexpr std::string_view kBinaryDataOutput = "binary_data_output";
constexpr std::string_view kBinaryDataSize = "binary_data_size";

Error wrong(std::string message) { return Error{ErrorCode::kInvalidInput, std::move(message), {}}; }

// The member, unless it is missing or null.
std::optional<dom::element> member(dom::object object, std::string_view name) {
  dom::element value;
  if (object.at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

Result<std::string> optional_text(dom::object object, std::string_view name) {
  std::optional<dom::element> value = member(object, name);
  if (!value) return std::string();
  std::string_view text;
  if (value->get_string().get(text) != simdjson::SUCCESS) return wrong(fmt::format("\"{}\" is no string", name));
  return std::string(text);
}

Result<std::string> needed_text(dom::object object, std::string_view name) {
  if (!member(object, name)) return wrong(fmt::format("\"{}\" is missing", name));
  return optional_text(object, name);
}

Result<std::optional<dom::array>> optional_array(dom::object object, std::string_view name) {
  std::optional<dom::element> value = member(object, name);
  if (!value) return std::optional<dom::array>();
  dom::array array;
  if (value->get_array().get(array) != simdjson::SUCCESS) return wrong(fmt::format("\"{}\" is no array", name));
  return std::optional(array);
}

Result<dom::array> needed_array(dom::object object, std::string_view name) {
  std::optional<dom::array> array = TRY(optional_array(object, name));
  if (!array) return wrong(fmt::format("\"{}\" is missing", name));
  return *array;
}

// Nothing for null, objects and arrays: no parameter of the protocol is one.
std::optional<Parameter> parameter_of(dom::element value) {
  switch (value.type()) {
    case dom::element_type::BOOL:
      return bool(value);
    case dom::element_type::INT64:
      return std::int64_t(value);
    case dom::element_type::UINT64:
      return std::uint64_t(value);
    case dom::element_type::DOUBLE:
      return double(value);
    case dom::element_type::STRING:
      return std::string(std::string_view(value));
    default:
      return std::nullopt;
  }
}

Result<Parameters> parameters_in(dom::object object) {
  Parameters parameters;
  std::optional<dom::element> value = member(object, "parameters");
  if (!value) return parameters;
  dom::object members;
  if (value->get_object().get(members) != simdjson::SUCCESS) return wrong("\"parameters\" is no object");
  for (dom::key_value_pair pair : members) {
    std::optional<Parameter> parameter = parameter_of(pair.value);
    if (parameter) parameters.insert_or_assign(std::string(pair.key), *std::move(parameter));
  }
  return parameters;
}

// parameters[name], taken out, where it is a bool.
std::optional<TensorEncoding> take_encoding(Parameters& parameters, std::string_view name) {
  std::optional<bool> flag = bool_parameter(parameters, std::string(name));
  if (!flag) return std::nullopt;
  parameters.erase(std::string(name));
  return *flag ? TensorEncoding::kBinary : TensorEncoding::kJson;
}

Result<Shape> shape_in(dom::object object) {
  Shape shape;
  for (dom::element value : TRY(needed_array(object, "shape"))) {
    std::int64_t dimension = 0;
    if (value.get_int64().get(dimension) != simdjson::SUCCESS) {
      return wrong("a dimension of its shape is no whole number");
    }
    shape.push_back(dimension);
  }
  return shape;
}

// How many of the bytes behind the JSON are this tensor's; nothing: it has none there.
Result<std::optional<std::uint64_t>> binary_size(dom::object object) {
  std::optional<dom::element> parameters = member(object, "parameters");
  dom::object members;
  if (!parameters || parameters->get_object().get(members) != simdjson::SUCCESS) return std::optional<std::uint64_t>();
  std::optional<dom::element> value = member(members, kBinaryDataSize);
  if (!value) return std::optional<std::uint64_t>();
  std::uint64_t size = 0;
  if (value->get_uint64().get(size) != simdjson::SUCCESS) return wrong("its binary_data_size is no size");
  return std::optional(size);
}

// Reads tensors, taking the bytes behind the JSON in order.
class TensorReader {
 public:
  explicit TensorReader(std::string_view bytes) : bytes_(bytes) {}

  Result<std::vector<Tensor>> read(dom::array array, std::string_view kind) {
    std::vector<Tensor> tensors;
    tensors.reserve(array.size());
    for (dom::element value : array) {
      dom::object object;
      if (value.get_object().get(object) != simdjson::SUCCESS) {
        return wrong(fmt::format("{} {} is no object", kind, tensors.size()));
      }
      Result<Tensor> tensor = read_one(object);
      if (!tensor.ok()) return wrong(fmt::format("{} {}: {}", kind, tensors.size(), tensor.error().message));
      tensors.push_back(*std::move(tensor));
    }
    if (!bytes_.empty()) {
      return wrong(fmt::format("{} bytes behind the JSON belong to no {}", bytes_.size(), kind));
    }
    return tensors;
  }

 private:
  Result<Tensor> read_one(dom::object object) {
    Tensor tensor;
    tensor.name = TRY(needed_text(object, "name"));
    std::string type = TRY(needed_text(object, "datatype"));
    std::optional<DataType> known = data_type_named(type);
    if (!known) return wrong(fmt::format("\"{}\" has the datatype \"{}\", which the protocol lacks", tensor.name, type));
    tensor.type = *known;
    tensor.shape = TRY(shape_in(object));
    tensor.raw = TRY(elements(object, tensor));
    TRY_STATUS(check(tensor));
    return tensor;
  }

  Result<std::string> elements(dom::object object, const Tensor& tensor) {
    std::optional<std::uint64_t> size = TRY(binary_size(object));
    std::optional<dom::element> data = member(object, "data");
    if (size && data) return wrong(fmt::format("\"{}\" has both data and binary_data_size", tensor.name));
    if (size) {
      if (*size > bytes_.size()) {
        return wrong(fmt::format("\"{}\" has {} bytes behind the JSON, and {} are left there", tensor.name, *size,
                                 bytes_.size()));
      }
      std::string raw(bytes_.substr(0, *size));
      bytes_.remove_prefix(*size);
      return raw;
    }
    if (!data) return wrong(fmt::format("\"{}\" has neither data nor binary_data_size", tensor.name));
    Result<std::string> raw = raw_of_json(tensor.type, *data);
    if (!raw.ok()) return wrong(fmt::format("\"{}\": {}", tensor.name, raw.error().message));
    return raw;
  }

  std::string_view bytes_;
};

Result<std::vector<RequestedOutput>> requested_in(dom::array array) {
  std::vector<RequestedOutput> outputs;
  for (dom::element value : array) {
    dom::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return wrong("a requested output is no object");
    RequestedOutput output{TRY(needed_text(object, "name")), std::nullopt};
    Parameters parameters = TRY(parameters_in(object));
    output.encoding = take_encoding(parameters, kBinaryData);
    outputs.push_back(std::move(output));
  }
  return outputs;
}

InferRequest raw_request(std::string_view body) {
  InferRequest request;
  request.output_encoding = TensorEncoding::kBinary;
  request.inputs.push_back({.name = {}, .type = DataType::kBytes, .shape = {}, .raw = std::string(body)});
  return request;
}

}  // namespace

struct KserveReader::State {
  dom::parser parser;

  // The JSON, and the bytes behind it.
  struct Parts {
    dom::object object;
    std::string_view bytes;
  };
  Result<Parts> parts_of(std::string_view body, std::optional<std::size_t> json_bytes) {
    std::size_t length = json_bytes.value_or(body.size());
    if (length > body.size()) {
      return wrong(fmt::format("{} says {}, and the body has {} bytes", kJsonLengthHeader, length, body.size()));
    }
    dom::element root;
    simdjson::error_code code = parser.parse(body.data(), length).get(root);
    if (code != simdjson::SUCCESS) return wrong(fmt::format("not JSON: {}", simdjson::error_message(code)));
    Parts parts;
    if (root.get_object().get(parts.object) != simdjson::SUCCESS) return wrong("the JSON is no object");
    parts.bytes = body.substr(length);
    return parts;
  }
};

KserveReader::KserveReader() : state_(std::make_unique<State>()) {}
KserveReader::~KserveReader() = default;
KserveReader::KserveReader(KserveReader&&) noexcept = default;
KserveReader& KserveReader::operator=(KserveReader&&) noexcept = default;

Result<InferRequest> KserveReader::request(std::string_view body, std::optional<std::size_t> json_bytes) {
  if (json_bytes == std::size_t{0}) return raw_request(body);
  State::Parts parts = TRY(state_->parts_of(body, json_bytes));
  InferRequest request;
  request.id = TRY(optional_text(parts.object, "id"));
  request.parameters = TRY(parameters_in(parts.object));
  request.output_encoding =
      take_encoding(request.parameters, kBinaryDataOutput).value_or(TensorEncoding::kJson);
  dom::array inputs = TRY(needed_array(parts.object, "inputs"));
  request.inputs = TRY(TensorReader(parts.bytes).read(inputs, "input"));
  std::optional<dom::array> outputs = TRY(optional_array(parts.object, "outputs"));
  if (outputs) request.outputs = TRY(requested_in(*outputs));
  return request;
}

Result<InferResponse> KserveReader::response(std::string_view body, std::optional<std::size_t> json_bytes) {
  State::Parts parts = TRY(state_->parts_of(body, json_bytes));
  InferResponse response;
  response.model_name = TRY(optional_text(parts.object, "model_name"));
  response.model_version = TRY(optional_text(parts.object, "model_version"));
  response.id = TRY(optional_text(parts.object, "id"));
  response.parameters = TRY(parameters_in(parts.object));
  dom::array outputs = TRY(needed_array(parts.object, "outputs"));
  response.outputs = TRY(TensorReader(parts.bytes).read(outputs, "output"));
  return response;
}

}  // namespace lynxbench::protocol
