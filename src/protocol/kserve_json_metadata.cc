#include "base/json.h"
#include "protocol/kserve_json.h"

namespace lynxbench::protocol {
namespace {

// The member, or `otherwise` where it is missing or null.
template <typename T>
T member_or(const Json& object, const char* name, T otherwise) {
  auto found = object.find(name);
  return found == object.end() || found->is_null() ? otherwise : found->template get<T>();
}

// `read` of the document; its exceptions as errors.
template <typename T, typename Read>
Result<T> read_document(std::string_view body, const char* name, Read read) {
  Json document = TRY(parse_json(body, name));
  if (!document.is_object()) return Error{ErrorCode::kInvalidInput, "the JSON is no object", name};
  try {
    return read(document);
  } catch (const Json::exception& problem) {
    return Error{ErrorCode::kInvalidInput, problem.what(), name};
  }
}

std::vector<TensorMetadata> tensors_in(const Json& array) {
  std::vector<TensorMetadata> tensors;
  for (const Json& one : array) {
    tensors.push_back({one.at("name").get<std::string>(), one.at("datatype").get<std::string>(),
                       one.at("shape").get<Shape>()});
  }
  return tensors;
}

StatisticDuration duration_in(const Json& object, const char* name) {
  auto found = object.find(name);
  if (found == object.end()) return {};
  return {member_or<std::uint64_t>(*found, "count", 0), member_or<std::uint64_t>(*found, "ns", 0)};
}

BatchStatistics batch_in(const Json& one) {
  return {one.at("batch_size").get<std::uint64_t>(), duration_in(one, "compute_input"),
          duration_in(one, "compute_infer"), duration_in(one, "compute_output")};
}

ModelStatistics model_in(const Json& one) {
  ModelStatistics model;
  model.name = one.at("name").get<std::string>();
  model.version = member_or<std::string>(one, "version", "");
  model.last_inference_ms = member_or<std::uint64_t>(one, "last_inference", 0);
  model.inference_count = member_or<std::uint64_t>(one, "inference_count", 0);
  model.execution_count = member_or<std::uint64_t>(one, "execution_count", 0);
  Json sums = member_or<Json>(one, "inference_stats", Json::object());
  model.success = duration_in(sums, "success");
  model.fail = duration_in(sums, "fail");
  model.queue = duration_in(sums, "queue");
  model.compute_input = duration_in(sums, "compute_input");
  model.compute_infer = duration_in(sums, "compute_infer");
  model.compute_output = duration_in(sums, "compute_output");
  model.cache_hit = duration_in(sums, "cache_hit");
  model.cache_miss = duration_in(sums, "cache_miss");
  for (const Json& batch : member_or<Json>(one, "batch_stats", Json::array())) {
    model.batches.push_back(batch_in(batch));
  }
  return model;
}

}  // namespace

std::optional<std::string> error_in(std::string_view body) {
  Json document = Json::parse(body, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  auto found = document.find("error");
  if (found == document.end() || found->is_null()) return std::nullopt;
  return found->is_string() ? found->get<std::string>() : found->dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<ServerMetadata> server_metadata_in(std::string_view body) {
  return read_document<ServerMetadata>(body, "server metadata", [](const Json& document) {
    return ServerMetadata{document.at("name").get<std::string>(), document.at("version").get<std::string>(),
                          member_or<std::vector<std::string>>(document, "extensions", {})};
  });
}

Result<ModelMetadata> model_metadata_in(std::string_view body) {
  return read_document<ModelMetadata>(body, "model metadata", [](const Json& document) {
    return ModelMetadata{document.at("name").get<std::string>(),
                         member_or<std::vector<std::string>>(document, "versions", {}),
                         member_or<std::string>(document, "platform", ""),
                         tensors_in(document.at("inputs")), tensors_in(document.at("outputs"))};
  });
}

Result<std::vector<ModelStatistics>> statistics_in(std::string_view body) {
  return read_document<std::vector<ModelStatistics>>(body, "model statistics", [](const Json& document) {
    std::vector<ModelStatistics> models;
    for (const Json& one : document.at("model_stats")) models.push_back(model_in(one));
    return models;
  });
}

}  // namespace lynxbench::protocol
