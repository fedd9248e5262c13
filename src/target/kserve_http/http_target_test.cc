#include "target/kserve_http/http_target.h"

#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <set>

#include "net/test_server.h"
#include "protocol/kserve_json.h"
#include "target/network_client_for_tests.h"

namespace lynxbench::target {
namespace {

using namespace std::chrono_literals;
using protocol::HttpBody;
using protocol::InferRequest;
using protocol::InferResponse;

std::string http(int status, const HttpBody& body, const std::string& more = {}) {
  std::string head = fmt::format("HTTP/1.1 {} Word\r\nContent-Length: {}\r\n{}", status, body.bytes.size(), more);
  if (body.json_bytes) head += fmt::format("inference-header-content-length: {}\r\n", *body.json_bytes);
  return head + "\r\n" + body.bytes;
}
std::string http(int status, const std::string& body, const std::string& more = {}) {
  return http(status, HttpBody{body, std::nullopt}, more);
}

InferResponse echo_of(const InferRequest& request) { return {"echo", "1", request.id, {}, request.inputs}; }

std::string encoded(const InferRequest& request, const InferResponse& response) {
  std::vector<TensorEncoding> encodings;
  for (const protocol::Tensor& tensor : response.outputs) encodings.push_back(output_encoding(request, tensor.name));
  return http(200, encode_response(response, encodings).value());
}

// A server of one model, "echo". `infer` makes the whole answer to a request for inference.
class Service {
 public:
  using Infer = std::function<std::string(const InferRequest&, const std::string& head)>;
  explicit Service(Infer infer = {}) : infer_(std::move(infer)), server_([this](net::TestPeer& peer) { serve(peer); }) {}

  protocol::ModelMetadata metadata{"echo", {"1"}, "test", {{"x", "FP32", {-1, 2}}}, {{"x", "FP32", {-1, 2}}}};
  std::vector<std::string> extensions{"binary_tensor_data"};
  bool has_metadata = true;
  bool is_ready = true;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

 private:
  void serve(net::TestPeer& peer) {
    for (std::string text = peer.read_request(); !text.empty(); text = peer.read_request()) {
      std::string answer = this->answer(text);
      if (answer.empty()) return peer.wait_for_end();
      if (!peer.send(answer) || answer.find("Connection: close") != std::string::npos) return;
    }
  }
  std::string answer(const std::string& text) {
    std::size_t split = text.find("\r\n\r\n");
    std::string head = text.substr(0, split);
    auto asks_for = [&](const std::string& what) { return head.starts_with(what + " HTTP/1.1"); };
    if (asks_for("GET /v2") && has_metadata) return http(200, encode(protocol::ServerMetadata{"tester", "3.1", extensions}));
    if (asks_for("GET /v2/models/echo") && has_metadata) return http(200, encode(metadata));
    if (asks_for("GET /v2/models/echo/ready")) return http(is_ready ? 200 : 400, "");
    if (!asks_for("POST /v2/models/echo/infer")) return http(404, has_metadata ? protocol::encode_error("unknown model") : "");
    std::optional<std::size_t> json_bytes;
    if (const char* field = strcasestr(head.c_str(), "inference-header-content-length: ")) json_bytes = std::strtoul(field + 33, nullptr, 10);
    Result<InferRequest> request = protocol::KserveReader().request(text.substr(split + 4), json_bytes);
    if (!request.ok()) return http(400, protocol::encode_error(request.error().message));
    return infer_ ? infer_(*request, head) : encoded(*request, echo_of(*request));
  }

  Infer infer_;
  net::TestServer server_;
};

Contract contract_for(const std::string& url, TensorEncoding encoding = TensorEncoding::kBinary) {
  Contract contract;
  contract.target.kind = "kserve-http";
  contract.target.endpoint.url = url;
  contract.target.endpoint.model = "echo";
  contract.target.endpoint.tensor_encoding = encoding;
  contract.target.endpoint.timeout = 5s;
  contract.workload.input.distinct = 3;
  return contract;
}

TEST(KserveHttpTarget, AnswersComeInEitherEncoding) {
  for (TensorEncoding encoding : {TensorEncoding::kBinary, TensorEncoding::kJson}) {
    std::mutex mutex;
    std::set<std::string> heads;
    Service service([&](const InferRequest& request, const std::string& head) {
      std::lock_guard lock(mutex);
      heads.insert(head.find("Inference-Header-Content-Length") != std::string::npos ? "binary" : "json");
      EXPECT_EQ(request.output_encoding, encoding);
      EXPECT_EQ(request.inputs.at(0).raw.size(), 8U);
      return encoded(request, echo_of(request));
    });
    NetworkClient client(contract_for(service.url(), encoding));
    for (const Kept& one : client.run(9)) {
      EXPECT_EQ(one.status, RequestStatus::kOk) << one.exchange.detail;
      EXPECT_GT(one.bytes, 8U);
      EXPECT_EQ(one.exchange.status_code, 200U);
      EXPECT_GE(one.done, one.first_byte);
    }
    EXPECT_EQ(heads, std::set<std::string>{encoding == TensorEncoding::kBinary ? "binary" : "json"});
  }
}

TEST(KserveHttpTarget, TheUrlsPathGoesBeforeTheProtocols) {
  Service service;
  NetworkClient client(contract_for(service.url() + "/v2"));
  EXPECT_EQ(client.run_one().status, RequestStatus::kOk);
  EXPECT_NE(refusal_of(contract_for(service.url() + "/proxy")).message.find("GET /proxy/v2/models/echo is answered 404"), std::string::npos);
}

TEST(KserveHttpTarget, AMissingServerOrModelIsNamed) {
  std::string gone;
  {
    Service service;
    gone = service.url();
    Contract contract = contract_for(gone);
    contract.target.endpoint.model = "other";
    Error unknown = refusal_of(contract);
    EXPECT_EQ(unknown.code, ErrorCode::kUnavailable);
    EXPECT_NE(unknown.message.find("404: unknown model"), std::string::npos) << unknown.message;
    service.is_ready = false;
    EXPECT_NE(refusal_of(contract_for(gone)).message.find("/ready is answered 400"), std::string::npos);
  }
  EXPECT_EQ(refusal_of(contract_for(gone)).code, ErrorCode::kUnavailable);
  EXPECT_NE(refusal_of(contract_for("grpc://localhost:1")).message.find("http:// or https://"), std::string::npos);
}

TEST(KserveHttpTarget, AServerWithoutTheBinaryExtensionIsFoundOutBeforeTheLoad) {
  std::atomic<int> requests{0};
  Service service([&](const InferRequest& request, const std::string&) {
    ++requests;
    return request.output_encoding == TensorEncoding::kBinary ? http(500, "Internal Server Error") : encoded(request, echo_of(request));
  });
  service.extensions.clear();
  EXPECT_NE(refusal_of(contract_for(service.url())).message.find("tensor_encoding: json"), std::string::npos);
  EXPECT_EQ(requests, 1);
  NetworkClient client(contract_for(service.url(), TensorEncoding::kJson));
  EXPECT_EQ(requests, 1);
  EXPECT_EQ(client.run_one().status, RequestStatus::kOk);
}

TEST(KserveHttpTarget, AServerWithoutMetadataIsServedBodies) {
  Service service;
  service.has_metadata = false;
  EXPECT_NE(refusal_of(contract_for(service.url())).message.find("a body"), std::string::npos);
  Inputs inputs;
  inputs.inputs.resize(1);
  inputs.inputs[0].body = R"({"inputs":[{"name":"n","datatype":"INT8","shape":[2],"data":[65,66]}]})";
  inputs.inputs[0].expected = "[65,66]";
  Contract contract = contract_for(service.url());
  contract.workload.accuracy.method = ScoreMethod::kExact;
  NetworkClient client(contract, inputs);
  Kept kept = client.run_one();
  EXPECT_EQ(kept.status, RequestStatus::kOk) << kept.exchange.detail;
  EXPECT_EQ(kept.exchange.score, true);
  EXPECT_EQ(client.fact("server.name"), "");
}

struct Misbehaviour {
  const char* name;
  Service::Infer infer;
  Failure failure;
  const char* detail;
};
void PrintTo(const Misbehaviour& one, std::ostream* out) { *out << one.name; }
class MisbehavingHttp : public ::testing::TestWithParam<Misbehaviour> {};

std::string altered(const InferRequest& request, const std::function<void(InferResponse&, HttpBody&)>& alter) {
  InferResponse response = echo_of(request);
  HttpBody body = encode_response(response, {TensorEncoding::kBinary}).value();
  alter(response, body);
  return http(200, body);
}

INSTANTIATE_TEST_SUITE_P(
    KserveHttpTarget, MisbehavingHttp,
    ::testing::Values(
        Misbehaviour{"error", [](auto&, auto&) { return http(400, protocol::encode_error("bad shape")); }, Failure::kStatus, "bad shape"},
        Misbehaviour{"busy", [](auto&, auto&) { return http(503, protocol::encode_error("queue full")); }, Failure::kBusy, "queue full"},
        Misbehaviour{"error_with_200", [](auto&, auto&) { return http(200, protocol::encode_error("out of memory")); }, Failure::kServerError, "out of memory"},
        Misbehaviour{"html", [](auto&, auto&) { return http(200, "<html>", "Content-Type: text/html\r\n"); }, Failure::kContentType, "HTML"},
        Misbehaviour{"not_json", [](auto&, auto&) { return http(200, "{\"outputs\": [", "Content-Type: application/json\r\n"); }, Failure::kMalformed, "not JSON"},
        Misbehaviour{"no_outputs", [](auto&, auto&) { return http(200, "{\"model_name\":\"echo\"}"); }, Failure::kMalformed, "\"outputs\" is missing"},
        Misbehaviour{"wrong_model", [](const InferRequest& request, auto&) {
          InferResponse response = echo_of(request);
          response.model_name = "other";
          return encoded(request, response);
        }, Failure::kMalformed, "\"other\" answered"},
        Misbehaviour{"wrong_size", [](const InferRequest& request, auto&) {
          return altered(request, [](auto&, HttpBody& body) { body.bytes.pop_back(); });
        }, Failure::kMalformed, "8 bytes behind the JSON, and 7 are left"},
        Misbehaviour{"more_bytes", [](const InferRequest& request, auto&) {
          return altered(request, [](auto&, HttpBody& body) { body.bytes += "x"; });
        }, Failure::kMalformed, "belong to no output"},
        Misbehaviour{"header_beyond_the_body", [](const InferRequest& request, auto&) {
          return altered(request, [](auto&, HttpBody& body) { body.json_bytes = 100'000; });
        }, Failure::kMalformed, "says 100000"},
        Misbehaviour{"header_no_number", [](const InferRequest& request, auto&) {
          HttpBody body = encode_response(echo_of(request), {}).value();
          return http(200, body, "Inference-Header-Content-Length: many\r\n");
        }, Failure::kMalformed, "no number"},
        Misbehaviour{"silence", [](auto&, auto&) { return std::string(); }, Failure::kTimeout, ""},
        Misbehaviour{"half", [](auto&, auto&) { return std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{"); }, Failure::kClosed, ""}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_P(MisbehavingHttp, IsANamedFailureOfTheRequestAlone) {
  std::atomic<int> requests{0};
  Service service([&](const InferRequest& request, const std::string& head) {
    return requests++ == 0 ? GetParam().infer(request, head) : encoded(request, echo_of(request));
  });
  Contract contract = contract_for(service.url());
  contract.target.endpoint.timeout = 500ms;
  NetworkClient client(contract);
  expect_failure(client.run_one(), GetParam().failure, GetParam().detail);
  EXPECT_EQ(client.run_one().status, RequestStatus::kOk);
}

TEST(KserveHttpTarget, StatesWhatTheServerSaysOfItself) {
  Service service;
  NetworkClient client(contract_for(service.url()));
  EXPECT_EQ(client.fact("server.name"), "tester");
  EXPECT_EQ(client.fact("server.version"), "3.1");
  EXPECT_EQ(client.fact("runtime.platform"), "test");
  EXPECT_EQ(client.fact("endpoint.protocol"), "KServe v2 over HTTP");
}

}  // namespace
}  // namespace lynxbench::target
