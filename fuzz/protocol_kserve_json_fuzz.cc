// KServe's JSON bodies: whatever is accepted has tensors of the right length, is read alike by a second
// JSON reader, and comes back from its own encoding. The first byte says whether it is a request, the
// two after it how much of the body is JSON (0xffff: all, without a header).
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/json.h"
#include "protocol/kserve_json.h"

namespace {

using namespace lynxbench;
using namespace lynxbench::protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

void same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  require(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    require(a[i].name == b[i].name && a[i].type == b[i].type && a[i].shape == b[i].shape && a[i].raw == b[i].raw);
  }
}

// What nlohmann's reader finds at the same places.
void same_as_json(std::string_view json, const char* name, const std::vector<Tensor>& tensors) {
  Json document = Json::parse(json, nullptr, false);
  require(document.is_object() && document[name].is_array() && document[name].size() == tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    require(check(tensors[i]).ok());
    const Json& one = document[name][i];
    // Of a name that is there twice, either may be meant.
    if (json.find("\"name\"", json.find("\"name\"") + 1) != std::string_view::npos) continue;
    require(one["name"].is_string() && one["datatype"].is_string() && one["shape"].is_array());
  }
}

void read_request(std::string_view body, std::optional<std::size_t> json_bytes) {
  KserveReader reader;
  Result<InferRequest> request = reader.request(body, json_bytes);
  if (!request.ok() || json_bytes == std::size_t{0}) return;
  same_as_json(body.substr(0, json_bytes.value_or(body.size())), "inputs", request->inputs);
  HttpBody again = encode_request(*request, TensorEncoding::kBinary).value();
  InferRequest second = reader.request(again.bytes, again.json_bytes).value();
  same(request->inputs, second.inputs);
  require(request->id == second.id && request->parameters == second.parameters);
  require(request->outputs.size() == second.outputs.size());
}

void read_response(std::string_view body, std::optional<std::size_t> json_bytes) {
  KserveReader reader;
  Result<InferResponse> response = reader.response(body, json_bytes);
  if (!response.ok()) return;
  same_as_json(body.substr(0, json_bytes.value_or(body.size())), "outputs", response->outputs);
  std::vector<TensorEncoding> binary(response->outputs.size(), TensorEncoding::kBinary);
  HttpBody again = encode_response(*response, binary).value();
  same(response->outputs, reader.response(again.bytes, again.json_bytes).value().outputs);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  std::string_view body(reinterpret_cast<const char*>(data) + 3, size - 3);
  std::size_t length = data[1] + std::size_t{256} * data[2];
  std::optional<std::size_t> json_bytes;
  if (length != 0xffff) json_bytes = length;
  if (data[0] % 2 == 0) read_request(body, json_bytes);
  else read_response(body, json_bytes);
  (void)error_in(body);
  (void)server_metadata_in(body);
  (void)model_metadata_in(body);
  (void)statistics_in(body);
  return 0;
}
