#include <algorithm>

#include "base/json.h"
#include "protocol/json_data.h"
#include "protocol/kserve_json.h"

namespace lynxbench::protocol {
namespace {

constexpr const char* kBinaryData = "binary_data";
constexpr const char* kBinaryDataOutput = "binary_data_output";
constexpr const char* kBinaryDataSize = "binary_data_size";

// A body in the making: the JSON, and the bytes that will follow it.
struct Body {
  std::string json;
  std::string bytes;
  bool has_bytes = false;
  bool wants_bytes = false;  // the answer's
};

Json json_of(const Parameters& parameters) {
  Json object = Json::object();
  for (const auto& [name, value] : parameters) {
    std::visit([&, &key = name](const auto& held) { object[key] = held; }, value);
  }
  return object;
}

// A Json whose strings may not be UTF-8.
Status append_checked(std::string& json, const Json& value) {
  try {
    json += value.dump();
    return ok_status();
  } catch (const Json::exception&) {
    return error(ErrorCode::kInvalidInput, "a name or parameter is not UTF-8, which JSON must be");
  }
}

Status append_member(std::string& json, const char* name, const Json& value) {
  if (json.back() != '{') json += ',';
  json += '"';
  json += name;
  json += "\":";
  return append_checked(json, value);
}

Status append_tensor(Body& body, const Tensor& tensor, TensorEncoding encoding) {
  TRY_STATUS(check(tensor));
  body.json += '{';
  TRY_STATUS(append_member(body.json, "name", tensor.name));
  TRY_STATUS(append_member(body.json, "datatype", name_of(tensor.type)));
  TRY_STATUS(append_member(body.json, "shape", tensor.shape));
  if (encoding == TensorEncoding::kBinary) {
    TRY_STATUS(append_member(body.json, "parameters", Json{{kBinaryDataSize, tensor.raw.size()}}));
    body.bytes += tensor.raw;
    body.has_bytes = true;
  } else {
    body.json += ",\"data\":";
    Status written = append_json_data(body.json, tensor.type, tensor.raw);
    if (!written.ok()) {
      return error(ErrorCode::kInvalidInput, "tensor \"{}\": {}; send it as binary", tensor.name,
                   written.error().message);
    }
  }
  body.json += '}';
  return ok_status();
}

template <typename EncodingOf>
Status append_tensors(Body& body, const char* name, const std::vector<Tensor>& tensors,
                      EncodingOf encoding_of) {
  if (body.json.back() != '{') body.json += ',';
  body.json += '"';
  body.json += name;
  body.json += "\":[";
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (i > 0) body.json += ',';
    TRY_STATUS(append_tensor(body, tensors[i], encoding_of(i)));
  }
  body.json += ']';
  return ok_status();
}

Status append_outputs(Body& body, const InferRequest& request) {
  Json outputs = Json::array();
  for (const RequestedOutput& output : request.outputs) {
    Json one{{"name", output.name}};
    if (output.encoding) one["parameters"] = {{kBinaryData, *output.encoding == TensorEncoding::kBinary}};
    body.wants_bytes = body.wants_bytes || output_encoding(request, output.name) == TensorEncoding::kBinary;
    outputs.push_back(std::move(one));
  }
  return append_member(body.json, "outputs", outputs);
}

HttpBody finished(Body body) {
  HttpBody http{std::move(body.json), std::nullopt};
  // Some servers look for the header to see whether the answer may be binary.
  if (body.has_bytes || body.wants_bytes) http.json_bytes = http.bytes.size();
  http.bytes += body.bytes;
  return http;
}

Json json_of(const StatisticDuration& duration) {
  return {{"count", duration.count}, {"ns", duration.ns}};
}

Json json_of(const TensorMetadata& tensor) {
  return {{"name", tensor.name}, {"datatype", tensor.datatype}, {"shape", tensor.shape}};
}

Json json_of(const std::vector<TensorMetadata>& tensors) {
  Json array = Json::array();
  for (const TensorMetadata& tensor : tensors) array.push_back(json_of(tensor));
  return array;
}

Json json_of(const ModelStatistics& model) {
  Json batches = Json::array();
  for (const BatchStatistics& batch : model.batches) {
    batches.push_back({{"batch_size", batch.batch_size},
                       {"compute_input", json_of(batch.compute_input)},
                       {"compute_infer", json_of(batch.compute_infer)},
                       {"compute_output", json_of(batch.compute_output)}});
  }
  return {{"name", model.name},
          {"version", model.version},
          {"last_inference", model.last_inference_ms},
          {"inference_count", model.inference_count},
          {"execution_count", model.execution_count},
          {"inference_stats",
           {{"success", json_of(model.success)},
            {"fail", json_of(model.fail)},
            {"queue", json_of(model.queue)},
            {"compute_input", json_of(model.compute_input)},
            {"compute_infer", json_of(model.compute_infer)},
            {"compute_output", json_of(model.compute_output)},
            {"cache_hit", json_of(model.cache_hit)},
            {"cache_miss", json_of(model.cache_miss)}}},
          {"batch_stats", batches}};
}

std::string text_of(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

TensorEncoding output_encoding(const InferRequest& request, std::string_view name) {
  auto found = std::find_if(request.outputs.begin(), request.outputs.end(),
                            [&](const RequestedOutput& output) { return output.name == name; });
  if (found == request.outputs.end()) return request.output_encoding;
  return found->encoding.value_or(request.output_encoding);
}

Result<HttpBody> encode_request(const InferRequest& request, TensorEncoding encoding) {
  Body body;
  body.json = "{";
  if (!request.id.empty()) TRY_STATUS(append_member(body.json, "id", request.id));
  Json parameters = json_of(request.parameters);
  if (request.output_encoding == TensorEncoding::kBinary) {
    parameters[kBinaryDataOutput] = true;
    body.wants_bytes = true;
  }
  if (!parameters.empty()) TRY_STATUS(append_member(body.json, "parameters", parameters));
  TRY_STATUS(append_tensors(body, "inputs", request.inputs, [&](std::size_t) { return encoding; }));
  if (!request.outputs.empty()) TRY_STATUS(append_outputs(body, request));
  body.json += '}';
  return finished(std::move(body));
}

Result<HttpBody> encode_response(const InferResponse& response,
                                 const std::vector<TensorEncoding>& encodings) {
  Body body;
  body.json = "{";
  TRY_STATUS(append_member(body.json, "model_name", response.model_name));
  if (!response.model_version.empty()) {
    TRY_STATUS(append_member(body.json, "model_version", response.model_version));
  }
  if (!response.id.empty()) TRY_STATUS(append_member(body.json, "id", response.id));
  if (!response.parameters.empty()) {
    TRY_STATUS(append_member(body.json, "parameters", json_of(response.parameters)));
  }
  TRY_STATUS(append_tensors(body, "outputs", response.outputs, [&](std::size_t i) {
    return i < encodings.size() ? encodings[i] : TensorEncoding::kJson;
  }));
  body.json += '}';
  return finished(std::move(body));
}

std::string encode_error(std::string_view message) { return text_of({{"error", message}}); }

std::string encode(const ServerMetadata& metadata) {
  return text_of({{"name", metadata.name}, {"version", metadata.version}, {"extensions", metadata.extensions}});
}

std::string encode(const ModelMetadata& metadata) {
  return text_of({{"name", metadata.name},
                  {"versions", metadata.versions},
                  {"platform", metadata.platform},
                  {"inputs", json_of(metadata.inputs)},
                  {"outputs", json_of(metadata.outputs)}});
}

std::string encode_config(const ModelMetadata& metadata) {
  return text_of({{"name", metadata.name}, {"platform", metadata.platform}, {"max_batch_size", 0}});
}

std::string encode(const std::vector<ModelStatistics>& statistics) {
  Json models = Json::array();
  for (const ModelStatistics& model : statistics) models.push_back(json_of(model));
  return text_of({{"model_stats", models}});
}

}  // namespace lynxbench::protocol
