// KServe's gRPC messages of any bytes: whatever is accepted has tensors of the right length and comes
// back from its own encoding. The first byte picks the message.
#include <cstdint>
#include <cstdlib>

#include "protocol/kserve_grpc.h"

namespace {

using namespace lynxbench;
using namespace lynxbench::protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

void same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  require(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    require(check(a[i]).ok());
    require(a[i].name == b[i].name && a[i].type == b[i].type && a[i].shape == b[i].shape && a[i].raw == b[i].raw);
  }
}

void request(std::string_view bytes) {
  Result<InferRequest> one = grpc::infer_request_in(bytes);
  if (!one.ok()) return;
  InferRequest again = grpc::infer_request_in(grpc::encode(*one)).value();
  same(one->inputs, again.inputs);
  require(one->id == again.id && one->model_name == again.model_name && one->parameters.size() == again.parameters.size());
}

void response(std::string_view bytes) {
  Result<InferResponse> one = grpc::infer_response_in(bytes);
  if (one.ok()) same(one->outputs, grpc::infer_response_in(grpc::encode(*one)).value().outputs);
}

void streamed(std::string_view bytes) {
  Result<grpc::StreamResponse> one = grpc::stream_response_in(bytes);
  if (!one.ok()) return;
  grpc::StreamResponse again = grpc::stream_response_in(grpc::encode(*one)).value();
  require(one->error_message == again.error_message);
  same(one->response.outputs, again.response.outputs);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      request(bytes);
      break;
    case 1:
      response(bytes);
      break;
    case 2:
      streamed(bytes);
      break;
    default:
      (void)grpc::flag_in(bytes);
      (void)grpc::model_name_in(bytes);
      (void)grpc::server_metadata_in(bytes);
      (void)grpc::model_metadata_in(bytes);
      (void)grpc::statistics_in(bytes);
      break;
  }
  return 0;
}
