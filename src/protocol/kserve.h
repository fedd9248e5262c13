// KServe v2 (the "Open Inference Protocol"), as values: what HTTP and gRPC carry alike.
//
//   InferRequest request{.model_name = "resnet", .inputs = {image}};
//   HttpBody over_http = TRY(encode_request(request, TensorEncoding::kBinary));   // kserve_json.h
//   std::string over_grpc = encode_request(request);                              // kserve_grpc.h
//
// Both directions are here: a client writes requests and reads responses, a server the other way
// about. Not carried: tensors in shared memory, and parameters of single tensors but for those that
// say where the tensor's bytes are.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/contract.h"  // TensorEncoding
#include "protocol/tensor.h"

namespace lynxbench::protocol {

// Of gRPC's oneof; JSON's numbers become the first that holds them: int64, uint64, double.
using Parameter = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;
using Parameters = std::map<std::string, Parameter>;

struct RequestedOutput {
  std::string name;
  std::optional<TensorEncoding> encoding;  // nothing: InferRequest::output_encoding. HTTP alone
};

struct InferRequest {
  std::string model_name;     // HTTP has it and the version in the URL, not in the body
  std::string model_version;  // "": the server chooses
  std::string id;             // "": none
  Parameters parameters{};
  std::vector<Tensor> inputs{};
  std::vector<RequestedOutput> outputs{};  // empty: all
  TensorEncoding output_encoding = TensorEncoding::kJson;  // HTTP alone; gRPC is always binary
};

struct InferResponse {
  std::string model_name;
  std::string model_version;
  std::string id;
  Parameters parameters{};
  std::vector<Tensor> outputs{};
};

// ModelStreamInfer, decoupled models: the request parameter that asks for a final response even when
// it is empty, and the response parameter that marks it.
inline constexpr const char* kEmptyFinalResponse = "triton_enable_empty_final_response";
inline constexpr const char* kFinalResponse = "triton_final_response";
// parameters[name] where it is there and a bool.
[[nodiscard]] std::optional<bool> bool_parameter(const Parameters& parameters, const std::string& name);

struct ServerMetadata {
  std::string name;
  std::string version;
  std::vector<std::string> extensions;
};

struct TensorMetadata {
  std::string name;
  std::string datatype;  // as the server writes it
  Shape shape;           // -1: any
};

struct ModelMetadata {
  std::string name;
  std::vector<std::string> versions;
  std::string platform;
  std::vector<TensorMetadata> inputs;
  std::vector<TensorMetadata> outputs;
};

// Sums since the model was loaded.
struct StatisticDuration {
  std::uint64_t count = 0;
  std::uint64_t ns = 0;
};

struct BatchStatistics {
  std::uint64_t batch_size = 0;
  StatisticDuration compute_input{};
  StatisticDuration compute_infer{};
  StatisticDuration compute_output{};
};

struct ModelStatistics {
  std::string name;
  std::string version;
  std::uint64_t last_inference_ms = 0;  // since 1970; 0: none yet
  std::uint64_t inference_count = 0;    // a batch of n counts n
  std::uint64_t execution_count = 0;    // a batch of n counts 1
  StatisticDuration success{};
  StatisticDuration fail{};
  StatisticDuration queue{};
  StatisticDuration compute_input{};
  StatisticDuration compute_infer{};
  StatisticDuration compute_output{};
  StatisticDuration cache_hit{};
  StatisticDuration cache_miss{};
  std::vector<BatchStatistics> batches{};
};

}  // namespace lynxbench::protocol
