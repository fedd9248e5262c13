#include "target/kserve/requests.h"

#include <algorithm>

#include "base/files.h"
#include "base/random.h"
#include "base/text.h"
#include "protocol/kserve_json.h"
#include "protocol/tensor_text.h"

namespace lynxbench::target {
namespace {

using protocol::DataType;
using protocol::InferRequest;
using protocol::Shape;
using protocol::Tensor;
using protocol::TensorMetadata;

// How one of the model's inputs is made.
struct InputPlan {
  std::string name;
  DataType type = DataType::kFp32;
  Shape shape;
  std::uint64_t elements = 0;
  std::vector<std::string> given;  // from a file
};

const TensorSpec* spec_of(const std::vector<TensorSpec>& specs, const std::string& name) {
  auto found = std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

Status check_names(const std::vector<TensorSpec>& specs, const protocol::ModelMetadata& metadata) {
  std::vector<std::string> names;
  for (const TensorMetadata& input : metadata.inputs) names.push_back("\"" + input.name + "\"");
  for (const TensorSpec& spec : specs) {
    if (std::find(names.begin(), names.end(), "\"" + spec.name + "\"") != names.end()) continue;
    return error(ErrorCode::kInvalidArgument, "model \"{}\" has no input \"{}\"; it has {}", metadata.name, spec.name,
                 names.empty() ? "none that it names" : joined(names, "and"));
  }
  return ok_status();
}

// The shape that is sent for one that may hold -1.
Result<Shape> shape_for(const TensorMetadata& input, const TensorSpec* spec) {
  if (spec == nullptr || spec->shape.empty()) {
    Shape shape = input.shape;
    std::replace_if(shape.begin(), shape.end(), [](std::int64_t dimension) { return dimension < 0; }, 1);
    return shape;
  }
  bool fits = spec->shape.size() == input.shape.size();
  for (std::size_t i = 0; fits && i < input.shape.size(); ++i) {
    fits = input.shape[i] < 0 || input.shape[i] == spec->shape[i];
  }
  if (fits) return spec->shape;
  return error(ErrorCode::kInvalidArgument, "shape {} for input \"{}\": the model takes {} (-1: any)",
               protocol::shape_text(spec->shape), input.name, protocol::shape_text(input.shape));
}

// A file's bytes, cut into tensors.
Result<std::vector<std::string>> tensors_in_file(const InputPlan& plan, const std::string& path) {
  std::string bytes = TRY(read_file(path));
  if (plan.type == DataType::kBytes) {
    Status whole = protocol::check(plan.name, plan.type, plan.shape, bytes);
    if (!whole.ok()) return Error{ErrorCode::kInvalidInput, whole.error().message, path};
    return std::vector{bytes};
  }
  std::uint64_t each = plan.elements * protocol::element_bytes(plan.type).value_or(1);
  if (each == 0 || bytes.empty() || bytes.size() % each != 0) {
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("{} bytes are no whole number of tensors \"{}\", {} of shape {}, of {} bytes each",
                             bytes.size(), plan.name, protocol::name_of(plan.type), protocol::shape_text(plan.shape), each),
                 path};
  }
  std::vector<std::string> tensors;
  for (std::size_t at = 0; at < bytes.size(); at += each) tensors.push_back(bytes.substr(at, each));
  return tensors;
}

Result<InputPlan> plan_of(const TensorMetadata& input, const std::vector<TensorSpec>& specs) {
  const TensorSpec* spec = spec_of(specs, input.name);
  std::optional<DataType> type = protocol::data_type_named(input.datatype);
  if (!type) {
    return error(ErrorCode::kInvalidInput, "input \"{}\" has the datatype \"{}\", which KServe v2 lacks", input.name,
                 input.datatype);
  }
  InputPlan plan{input.name, *type, TRY(shape_for(input, spec)), 0, {}};
  plan.elements = TRY(protocol::element_count(plan.shape));
  if (spec != nullptr && spec->file) plan.given = TRY(tensors_in_file(plan, *spec->file));
  return plan;
}

std::string text_of(const std::vector<Message>& messages) {
  std::string text;
  for (const Message& message : messages) {
    if (!text.empty()) text += '\n';
    text += message.text;
  }
  return text;
}

std::string elements_of(const InputPlan& plan, std::uint64_t seed, std::size_t index, const Input* input) {
  if (!plan.given.empty()) return plan.given[index % plan.given.size()];
  if (plan.type == DataType::kBytes && input != nullptr && !input->messages.empty()) {
    std::string raw;
    std::string text = text_of(input->messages);
    for (std::uint64_t i = 0; i < plan.elements; ++i) protocol::append_element(raw, text);
    return raw;
  }
  Random random(derived_seed(seed, "kserve input", index), plan.name);
  return protocol::random_elements(plan.type, plan.elements, random);
}

Result<InferRequest> request_in_body(const Input& input, std::size_t index) {
  protocol::KserveReader reader;
  Result<InferRequest> request = reader.request(input.body, std::nullopt);
  if (request.ok()) return request;
  return error(ErrorCode::kInvalidInput, "input {} has a body that is no KServe request in JSON: {}", index,
               request.error().message);
}

Result<std::vector<InputPlan>> plans_of(const Contract& contract, const protocol::ModelMetadata& metadata) {
  const EndpointSpec& endpoint = contract.target.endpoint;
  TRY_STATUS(check_names(endpoint.tensors, metadata));
  std::vector<InputPlan> plans;
  for (const TensorMetadata& input : metadata.inputs) plans.push_back(TRY(plan_of(input, endpoint.tensors)));
  return plans;
}

}  // namespace

Result<std::vector<InferRequest>> build_requests(const Contract& contract, const Inputs& inputs,
                                                 const std::optional<protocol::ModelMetadata>& metadata) {
  const EndpointSpec& endpoint = contract.target.endpoint;
  std::size_t count = inputs.inputs.empty() ? static_cast<std::size_t>(std::max<std::int64_t>(contract.workload.input.distinct, 1))
                                            : inputs.inputs.size();
  std::vector<InputPlan> plans;
  if (metadata) plans = TRY(plans_of(contract, *metadata));
  std::vector<InferRequest> requests;
  for (std::size_t i = 0; i < count; ++i) {
    const Input* input = inputs.inputs.empty() ? nullptr : &inputs.inputs[i];
    InferRequest request;
    if (input != nullptr && !input->body.empty()) {
      request = TRY(request_in_body(*input, i));
    } else if (plans.empty()) {
      return error(ErrorCode::kUnavailable,
                   "the server does not say which inputs model \"{}\" has; give each input of the workload a body",
                   endpoint.model);
    }
    request.model_name = endpoint.model;
    request.model_version = endpoint.model_version;
    if (request.inputs.empty()) {
      for (const InputPlan& plan : plans) {
        request.inputs.push_back({plan.name, plan.type, plan.shape, elements_of(plan, contract.workload.seed, i, input)});
      }
    }
    requests.push_back(std::move(request));
  }
  return requests;
}

std::string answer_text(const protocol::InferResponse& response) {
  std::string text;
  for (const Tensor& output : response.outputs) {
    if (!text.empty()) text += '\n';
    text += protocol::elements_text(output);
  }
  return text;
}

std::optional<std::string> wrong_model(const std::string& model, const protocol::InferResponse& response) {
  if (response.model_name.empty() || response.model_name == model) return std::nullopt;
  return fmt::format("model \"{}\" was asked, and \"{}\" answered", model, response.model_name);
}

}  // namespace lynxbench::target
