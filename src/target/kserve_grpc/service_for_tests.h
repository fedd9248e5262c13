// For tests: a KServe server over gRPC with one model, "echo": its output is its input.
#pragma once

#include <string>

#include "net/grpc_server_for_tests.h"
#include "protocol/kserve_grpc.h"

namespace lynxbench::target {

// What a request for a method is answered; overridden by a test for one of them.
class KserveTestService {
 public:
  using Answer = net::GrpcTestRequest::Answer;
  explicit KserveTestService(Answer infer = {}, const net::GrpcTestOptions& options = {})
      : infer_(std::move(infer)), server_([this](net::GrpcTestRequest& request) { answer(request); }, options) {}

  protocol::ModelMetadata metadata{"echo", {"1"}, "test", {{"x", "FP32", {-1, 2}}}, {{"x", "FP32", {-1, 2}}}};
  bool has_metadata = true;
  bool is_ready = true;

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] int connections() const { return server_.connections(); }

  static protocol::InferRequest request_of(const net::GrpcTestRequest& request) {
    return protocol::grpc::infer_request_in(request.messages().at(0)).value();
  }
  static protocol::InferResponse echo_of(const protocol::InferRequest& request) {
    return {request.model_name, "1", request.id, {}, request.inputs};
  }

 private:
  void answer(net::GrpcTestRequest& request) {
    namespace grpc = protocol::grpc;
    const std::string& path = request.path();
    if (path == grpc::kModelInfer || path == grpc::kModelStreamInfer) {
      if (infer_) return infer_(request);
      protocol::InferResponse response = echo_of(request_of(request));
      request.send(path == grpc::kModelInfer ? grpc::encode(response)
                                             : grpc::encode(grpc::StreamResponse{"", response}));
      return request.finish(net::kGrpcOk);
    }
    if (!has_metadata) return request.finish(net::kGrpcUnimplemented);
    if (path == grpc::kServerMetadata) return reply(request, grpc::encode(protocol::ServerMetadata{"tester", "3.1", {"one", "two"}}));
    std::string model = grpc::model_name_in(request.messages().at(0)).value().name;
    if (model != "echo") return request.finish(net::kGrpcNotFound, "unknown model " + model);
    if (path == grpc::kModelReady) return reply(request, grpc::encode_flag(is_ready));
    reply(request, grpc::encode(metadata));
  }
  static void reply(net::GrpcTestRequest& request, const std::string& message) {
    request.send(message);
    request.finish(net::kGrpcOk);
  }

  Answer infer_;
  net::GrpcTestServer server_;
};

}  // namespace lynxbench::target
