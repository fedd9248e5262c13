// KServe v2 over gRPC: the messages, as the bytes inside gRPC's frames (net/grpc.h).
//
//   std::string message = grpc::encode(request);                 // a ModelInferRequest
//   InferResponse answer = TRY(grpc::infer_response_in(bytes));  // a ModelInferResponse
//
// Tensors go as raw bytes (raw_input_contents, raw_output_contents); tensors with typed contents
// (InferTensorContents) are read too and come out as raw bytes. Reading fails with kInvalidInput.
// kserve.proto beside this file has the messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/kserve.h"

namespace lynxbench::protocol::grpc {

// The :path of each method.
inline constexpr std::string_view kServerLive = "/inference.GRPCInferenceService/ServerLive";
inline constexpr std::string_view kServerReady = "/inference.GRPCInferenceService/ServerReady";
inline constexpr std::string_view kModelReady = "/inference.GRPCInferenceService/ModelReady";
inline constexpr std::string_view kServerMetadata = "/inference.GRPCInferenceService/ServerMetadata";
inline constexpr std::string_view kModelMetadata = "/inference.GRPCInferenceService/ModelMetadata";
inline constexpr std::string_view kModelInfer = "/inference.GRPCInferenceService/ModelInfer";
inline constexpr std::string_view kModelStreamInfer = "/inference.GRPCInferenceService/ModelStreamInfer";
inline constexpr std::string_view kModelStatistics = "/inference.GRPCInferenceService/ModelStatistics";
inline constexpr std::string_view kModelConfig = "/inference.GRPCInferenceService/ModelConfig";

// ModelInfer and ModelStreamInfer. Every tensor that is read is as long as its shape says.
[[nodiscard]] std::string encode(const InferRequest& request);
[[nodiscard]] Result<InferRequest> infer_request_in(std::string_view message);
[[nodiscard]] std::string encode(const InferResponse& response);
[[nodiscard]] Result<InferResponse> infer_response_in(std::string_view message);

// A ModelStreamInferResponse: a response, or an error that concerns one request of the stream. Servers
// that stream bare ModelInferResponses are understood too (MLServer does).
struct StreamResponse {
  std::string error_message;  // "": none
  InferResponse response;     // with an error, its id may name the request
};
[[nodiscard]] std::string encode(const StreamResponse& response);
[[nodiscard]] Result<StreamResponse> stream_response_in(std::string_view message);

// ServerLive, ServerReady and ModelReady answer with a bool each, in the same place. Their requests
// but for ModelReady's, and ServerMetadata's, are empty messages: "".
[[nodiscard]] std::string encode_flag(bool value);  // NOLINT: the message is a bool
[[nodiscard]] Result<bool> flag_in(std::string_view message);

// ModelReady, ModelMetadata and ModelStatistics ask for a model in the same way.
struct ModelName {
  std::string name;
  std::string version;  // "": the server chooses
};
[[nodiscard]] std::string encode(const ModelName& model);
[[nodiscard]] Result<ModelName> model_name_in(std::string_view message);

[[nodiscard]] std::string encode(const ServerMetadata& metadata);
[[nodiscard]] Result<ServerMetadata> server_metadata_in(std::string_view message);
[[nodiscard]] std::string encode(const ModelMetadata& metadata);
[[nodiscard]] Result<ModelMetadata> model_metadata_in(std::string_view message);
// A ModelConfigResponse of a model that is served without batches: its name and platform. Triton's
// perf_analyzer asks for it.
[[nodiscard]] std::string encode_config(const ModelMetadata& metadata);
[[nodiscard]] std::string encode(const std::vector<ModelStatistics>& statistics);
[[nodiscard]] Result<std::vector<ModelStatistics>> statistics_in(std::string_view message);

}  // namespace lynxbench::protocol::grpc
