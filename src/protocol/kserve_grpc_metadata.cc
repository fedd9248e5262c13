#include <google/protobuf/stubs/logging.h>

#include <limits>

#include "protocol/kserve.pb.h"
#include "protocol/kserve_grpc.h"

namespace lynxbench::protocol::grpc {
namespace {

template <typename Message>
Result<Message> parsed(std::string_view bytes, const char* what) {
  google::protobuf::LogSilencer no_word_of_bad_text;
  Message message;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return error(ErrorCode::kInvalidInput, "{} bytes are no {}", bytes.size(), what);
  }
  return message;
}

StatisticDuration duration_of(const inference::StatisticDuration& message) {
  return {message.count(), message.ns()};
}

void set(inference::StatisticDuration* message, const StatisticDuration& duration) {
  message->set_count(duration.count);
  message->set_ns(duration.ns);
}

template <typename Messages>
std::vector<TensorMetadata> tensors_of(const Messages& messages) {
  std::vector<TensorMetadata> tensors;
  for (const auto& message : messages) {
    tensors.push_back({message.name(), message.datatype(), Shape(message.shape().begin(), message.shape().end())});
  }
  return tensors;
}

void set(inference::ModelMetadataResponse::TensorMetadata* message, const TensorMetadata& tensor) {
  message->set_name(tensor.name);
  message->set_datatype(tensor.datatype);
  message->mutable_shape()->Assign(tensor.shape.begin(), tensor.shape.end());
}

void set(inference::ModelStatistics* message, const ModelStatistics& model) {
  message->set_name(model.name);
  message->set_version(model.version);
  message->set_last_inference(model.last_inference_ms);
  message->set_inference_count(model.inference_count);
  message->set_execution_count(model.execution_count);
  inference::InferStatistics* sums = message->mutable_inference_stats();
  set(sums->mutable_success(), model.success);
  set(sums->mutable_fail(), model.fail);
  set(sums->mutable_queue(), model.queue);
  set(sums->mutable_compute_input(), model.compute_input);
  set(sums->mutable_compute_infer(), model.compute_infer);
  set(sums->mutable_compute_output(), model.compute_output);
  set(sums->mutable_cache_hit(), model.cache_hit);
  set(sums->mutable_cache_miss(), model.cache_miss);
  for (const BatchStatistics& batch : model.batches) {
    inference::InferBatchStatistics* one = message->add_batch_stats();
    one->set_batch_size(batch.batch_size);
    set(one->mutable_compute_input(), batch.compute_input);
    set(one->mutable_compute_infer(), batch.compute_infer);
    set(one->mutable_compute_output(), batch.compute_output);
  }
}

ModelStatistics model_of(const inference::ModelStatistics& message) {
  const inference::InferStatistics& sums = message.inference_stats();
  ModelStatistics model;
  model.name = message.name();
  model.version = message.version();
  model.last_inference_ms = message.last_inference();
  model.inference_count = message.inference_count();
  model.execution_count = message.execution_count();
  model.success = duration_of(sums.success());
  model.fail = duration_of(sums.fail());
  model.queue = duration_of(sums.queue());
  model.compute_input = duration_of(sums.compute_input());
  model.compute_infer = duration_of(sums.compute_infer());
  model.compute_output = duration_of(sums.compute_output());
  model.cache_hit = duration_of(sums.cache_hit());
  model.cache_miss = duration_of(sums.cache_miss());
  for (const inference::InferBatchStatistics& batch : message.batch_stats()) {
    model.batches.push_back({batch.batch_size(), duration_of(batch.compute_input()),
                             duration_of(batch.compute_infer()), duration_of(batch.compute_output())});
  }
  return model;
}

}  // namespace

std::string encode_flag(bool value) {
  inference::Flag message;
  message.set_value(value);
  return message.SerializeAsString();
}

Result<bool> flag_in(std::string_view message) {
  return TRY(parsed<inference::Flag>(message, "answer of ready or live")).value();
}

std::string encode(const ModelName& model) {
  inference::ModelName message;
  message.set_name(model.name);
  message.set_version(model.version);
  return message.SerializeAsString();
}

Result<ModelName> model_name_in(std::string_view bytes) {
  inference::ModelName message = TRY(parsed<inference::ModelName>(bytes, "request that names a model"));
  return ModelName{message.name(), message.version()};
}

std::string encode(const ServerMetadata& metadata) {
  inference::ServerMetadataResponse message;
  message.set_name(metadata.name);
  message.set_version(metadata.version);
  for (const std::string& extension : metadata.extensions) message.add_extensions(extension);
  return message.SerializeAsString();
}

Result<ServerMetadata> server_metadata_in(std::string_view bytes) {
  auto message = TRY(parsed<inference::ServerMetadataResponse>(bytes, "ServerMetadataResponse"));
  return ServerMetadata{message.name(), message.version(), {message.extensions().begin(), message.extensions().end()}};
}

std::string encode(const ModelMetadata& metadata) {
  inference::ModelMetadataResponse message;
  message.set_name(metadata.name);
  message.set_platform(metadata.platform);
  for (const std::string& version : metadata.versions) message.add_versions(version);
  for (const TensorMetadata& tensor : metadata.inputs) set(message.add_inputs(), tensor);
  for (const TensorMetadata& tensor : metadata.outputs) set(message.add_outputs(), tensor);
  return message.SerializeAsString();
}

Result<ModelMetadata> model_metadata_in(std::string_view bytes) {
  auto message = TRY(parsed<inference::ModelMetadataResponse>(bytes, "ModelMetadataResponse"));
  return ModelMetadata{message.name(),
                       {message.versions().begin(), message.versions().end()},
                       message.platform(),
                       tensors_of(message.inputs()),
                       tensors_of(message.outputs())};
}

std::string encode_config(const ModelMetadata& metadata) {
  inference::ModelConfigResponse message;
  message.mutable_config()->set_name(metadata.name);
  message.mutable_config()->set_platform(metadata.platform);
  return message.SerializeAsString();
}

std::string encode(const std::vector<ModelStatistics>& statistics) {
  inference::ModelStatisticsResponse message;
  for (const ModelStatistics& model : statistics) set(message.add_model_stats(), model);
  return message.SerializeAsString();
}

Result<std::vector<ModelStatistics>> statistics_in(std::string_view bytes) {
  auto message = TRY(parsed<inference::ModelStatisticsResponse>(bytes, "ModelStatisticsResponse"));
  std::vector<ModelStatistics> models;
  for (const inference::ModelStatistics& model : message.model_stats()) models.push_back(model_of(model));
  return models;
}

}  // namespace lynxbench::protocol::grpc
