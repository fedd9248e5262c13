// KServe over HTTP and gRPC, TLS, and what the server says of itself.
#include <gtest/gtest.h>

#include <cstdio>

#include "base/json.h"
#include "net/grpc_client.h"
#include "protocol/kserve_grpc.h"
#include "protocol/kserve_json.h"
#include "stub/raw_client_for_test.h"
#include "stub/stub.h"

namespace lynxbench::stub {
namespace {

namespace kserve = protocol::grpc;
using namespace std::chrono_literals;

Server started(std::initializer_list<std::pair<const char*, const char*>> settings = {}, bool tls = false) {
  Options options;
  for (const auto& [name, text] : settings) EXPECT_TRUE(set_option(options, name, text).ok());
  options.listen = {{0, tls}};
  return Server::start(options).value();
}

std::string body_of(RawClient& client, const std::string& head) {
  std::size_t at = head.find("\r\nContent-Length: ");
  return client.hear_bytes(at == std::string::npos ? 0 : static_cast<std::size_t>(std::atoi(head.c_str() + at + 18)));
}

std::string got(Server& server, std::string_view path) {
  RawClient client(server.url());
  client.say(fmt::format("GET {} HTTP/1.1\r\n\r\n", path));
  std::string head = client.hear_until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 ")) << path << "\n" << head;
  return body_of(client, head);
}

protocol::InferRequest example() {
  protocol::InferRequest request;
  request.model_name = "m";
  request.id = "r1";
  protocol::Tensor tensor{"INPUT0", protocol::DataType::kInt32, {2}, std::string("\1\0\0\0\2\0\0\0", 8)};
  request.inputs.push_back(tensor);
  return request;
}

TEST(StubKserveHttp, TellsOfItselfAndItsModel) {
  Server server = started();
  EXPECT_EQ(protocol::server_metadata_in(got(server, "/v2")).value().name, "lynxbench stub");
  EXPECT_EQ(protocol::model_metadata_in(got(server, "/v2/models/m")).value().name, "m");
  EXPECT_EQ(got(server, "/v2/models/m/config"), R"({"max_batch_size":0,"name":"m","platform":"stub"})");
  got(server, "/v2/health/ready");
  got(server, "/v2/models/m/ready");
  EXPECT_EQ(protocol::statistics_in(got(server, "/v2/models/m/stats")).value().at(0).success.count, 0u);
}

TEST(StubKserveHttp, AnswersWithWhatItWasGiven) {
  Server server = started({{"delay", "2ms"}});
  for (TensorEncoding encoding : {TensorEncoding::kJson, TensorEncoding::kBinary}) {
    protocol::InferRequest request = example();
    request.output_encoding = encoding;
    protocol::HttpBody body = protocol::encode_request(request, encoding).value();
    RawClient client(server.url());
    std::string length = body.json_bytes ? fmt::format("{}: {}\r\n", protocol::kJsonLengthHeader, *body.json_bytes) : "";
    client.say(fmt::format("POST /v2/models/m/infer HTTP/1.1\r\n{}Content-Length: {}\r\n\r\n{}", length, body.bytes.size(), body.bytes));
    std::string head = client.hear_until("\r\n\r\n");
    ASSERT_TRUE(head.starts_with("HTTP/1.1 200 ")) << head;
    std::optional<std::size_t> json_bytes;
    std::size_t at = head.find(protocol::kJsonLengthHeader);
    if (at != std::string::npos) json_bytes = std::strtoul(head.c_str() + at + 32, nullptr, 10);
    EXPECT_EQ(json_bytes.has_value(), encoding == TensorEncoding::kBinary);
    protocol::InferResponse response = protocol::KserveReader().response(body_of(client, head), json_bytes).value();
    EXPECT_EQ(response.id, "r1");
    ASSERT_EQ(response.outputs.size(), 1u);
    EXPECT_EQ(response.outputs[0].name, "OUTPUT0");
    EXPECT_EQ(response.outputs[0].raw, request.inputs[0].raw);
  }
  protocol::ModelStatistics statistics = protocol::statistics_in(got(server, "/v2/models/m/stats")).value().at(0);
  EXPECT_EQ(statistics.success.count, 2u);
  EXPECT_EQ(statistics.execution_count, 2u);
  EXPECT_GE(statistics.compute_infer.ns, 4'000'000u);
  Truth truth = server.stop().value();
  EXPECT_EQ(truth.requests[0].id, "r1");
  EXPECT_EQ(truth.requests[0].route, "kserve-http");
}

// A call and what came of it.
class TestCall final : public net::GrpcClientCall {
 public:
  TestCall() : GrpcClientCall(1 << 20) {}
  std::vector<std::string> messages;
  std::optional<net::GrpcEnd> end;

 private:
  void message(std::string_view bytes) override { messages.emplace_back(bytes); }
  void done(const net::GrpcEnd& how) override { end = how; }
};

class StubKserveGrpc : public ::testing::Test {
 protected:
  void call(Server& server, std::string_view path, const std::string& message, TestCall& call,
            const net::Http2KeptHeaders& more = {}, const net::TlsOptions& tls = {}) {
    bool secure = server.url().empty();
    std::string url = secure ? server.tls_url() : server.url();
    url = (secure ? "grpcs" : "grpc") + url.substr(url.find("://"));
    auto poller = net::Poller::make().value();
    net::GrpcClientOptions options;
    options.tls = tls;
    options.tls.alpn = {"h2"};
    auto client = net::GrpcClient::make(*poller, net::parse_url(url).value(), options).value();
    net::GrpcHeaders headers(secure ? "https" : "http", "localhost", path, {}, more);
    std::string framed = net::grpc_frame(message);
    client->start(call, headers.get(), framed, net::Http2End::kEnd);
    client->flush();
    SystemClock clock;
    for (Nanos until = clock.now() + 20s; call.pending() && clock.now() < until;) {
      poller->wait(clock.now() + 100ms);
      client->flush();
    }
    ASSERT_TRUE(call.end) << "no end of the call within 20 s";
  }
};

TEST_F(StubKserveGrpc, Unary) {
  Server server = started();
  TestCall infer, live, metadata, unknown;
  call(server, kserve::kModelInfer, kserve::encode(example()), infer);
  EXPECT_EQ(infer.end->code, 0u) << infer.end->detail;
  ASSERT_EQ(infer.messages.size(), 1u);
  protocol::InferResponse response = kserve::infer_response_in(infer.messages[0]).value();
  EXPECT_EQ(response.outputs.at(0).raw, example().inputs[0].raw);
  EXPECT_EQ(response.id, "r1");
  call(server, kserve::kServerLive, "", live);
  EXPECT_TRUE(kserve::flag_in(live.messages.at(0)).value());
  call(server, kserve::kModelMetadata, kserve::encode(kserve::ModelName{"m", ""}), metadata);
  EXPECT_EQ(kserve::model_metadata_in(metadata.messages.at(0)).value().name, "m");
  TestCall config;
  call(server, kserve::kModelConfig, kserve::encode(kserve::ModelName{"m", ""}), config);
  EXPECT_EQ(config.messages.at(0), "\x0a\x09\x0a\x01m\x12\x04stub");
  call(server, "/inference.GRPCInferenceService/Nothing", "", unknown);
  EXPECT_EQ(unknown.end->code, net::kGrpcUnimplemented);
}

TEST_F(StubKserveGrpc, AStreamEndsWithItsFinalResponse) {
  Server server = started({{"ttft", "3ms"}, {"itl", "2ms"}, {"tokens", "4"}});
  for (bool empty_final : {false, true}) {
    protocol::InferRequest request = example();
    if (empty_final) request.parameters[protocol::kEmptyFinalResponse] = true;
    TestCall infer;
    call(server, kserve::kModelStreamInfer, kserve::encode(request), infer);
    EXPECT_EQ(infer.end->code, 0u) << infer.end->detail;
    ASSERT_EQ(infer.messages.size(), empty_final ? 5u : 4u);
    for (std::size_t i = 0; i < infer.messages.size(); ++i) {
      kserve::StreamResponse one = kserve::stream_response_in(infer.messages[i]).value();
      bool last = i + 1 == infer.messages.size();
      EXPECT_EQ(protocol::bool_parameter(one.response.parameters, protocol::kFinalResponse), last);
      EXPECT_EQ(one.response.outputs.empty(), last && empty_final);
    }
  }
  Truth truth = server.stop().value();
  ASSERT_EQ(truth.requests.size(), 2u);
  EXPECT_EQ(truth.requests[0].route, "kserve-grpc");
  EXPECT_EQ(truth.requests[0].itl_ns().size(), 3u);
  EXPECT_GE(*truth.requests[0].ttft_ns(), 3'000'000);
}

TEST_F(StubKserveGrpc, FaultsLookAsTheyShould) {
  Server server = started({{"tokens", "4"}, {"ttft", "0ms"}, {"itl", "0ms"}});
  auto fault = [&](std::string_view path, const char* name, TestCall& one) {
    call(server, path, kserve::encode(example()), one, {{"x-stub-errors", name}});
  };
  TestCall busy, failed, html, half, reset, in_stream;
  fault(kserve::kModelInfer, "429", busy);
  EXPECT_EQ(busy.end->code, net::kGrpcResourceExhausted);
  fault(kserve::kModelInfer, "500", failed);
  EXPECT_EQ(failed.end->code, net::kGrpcInternal);
  EXPECT_FALSE(failed.end->detail.empty());
  fault(kserve::kModelInfer, "html", html);
  EXPECT_EQ(html.end->kind, net::GrpcEnd::Kind::kContentType);
  fault(kserve::kModelInfer, "half-chunk", half);
  EXPECT_EQ(half.end->kind, net::GrpcEnd::Kind::kFraming);
  fault(kserve::kModelInfer, "reset", reset);
  EXPECT_EQ(reset.end->kind, net::GrpcEnd::Kind::kReset);
  fault(kserve::kModelStreamInfer, "mid-stream", in_stream);
  ASSERT_EQ(in_stream.messages.size(), 3u);
  EXPECT_FALSE(kserve::stream_response_in(in_stream.messages[2]).value().error_message.empty());
}

TEST_F(StubKserveGrpc, OverTlsWithItsOwnCertificate) {
  Server server = started({}, true);
  std::string file = ::testing::TempDir() + "lynxbench-stub-ca.pem";
  ASSERT_TRUE(write_file_atomic(file, server.certificate_pem()).ok());
  net::TlsOptions trusting, doubting;
  trusting.ca_file = file;
  TestCall trusted, doubted;
  call(server, kserve::kModelInfer, kserve::encode(example()), trusted, {}, trusting);
  EXPECT_EQ(trusted.end->kind, net::GrpcEnd::Kind::kStatus) << trusted.end->detail;
  EXPECT_EQ(trusted.messages.size(), 1u);
  call(server, kserve::kModelInfer, kserve::encode(example()), doubted, {}, doubting);
  EXPECT_EQ(doubted.end->kind, net::GrpcEnd::Kind::kTls);
  Truth truth = server.stop().value();
  ASSERT_EQ(truth.requests.size(), 1u);
  EXPECT_TRUE(truth.requests[0].kernel_ns) << "under TLS too";
}

double metric(const std::string& text, const std::string& name) {
  std::size_t at = text.find("\n" + name);
  if (at == std::string::npos) return -1;
  return std::atof(text.c_str() + text.find("} ", at) + 2);
}

TEST(StubMetrics, SayWhatTheTruthSays) {
  Server server = started({{"ttft", "20ms"}, {"itl", "150ms"}, {"tokens", "3"}, {"servers", "1"}});
  RawClient first(server.url()), second(server.url());
  for (RawClient* client : {&first, &second}) {
    std::string body = R"({"messages":[{"role":"user","content":"a b"}],"stream":true})";
    client->say(fmt::format("POST /v1/chat/completions HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
  }
  first.hear_until("\"content\":\"t0");  // the second one waits
  std::string during = got(server, "/metrics");
  EXPECT_EQ(metric(during, "vllm:num_requests_running"), 1);
  EXPECT_EQ(metric(during, "vllm:num_requests_waiting"), 1);
  second.hear_until("\r\n0\r\n\r\n");
  std::string after = got(server, "/metrics");
  EXPECT_EQ(metric(after, "vllm:num_requests_running"), 0);
  EXPECT_EQ(metric(after, "vllm:num_requests_waiting"), 0);
  EXPECT_EQ(metric(after, "vllm:prompt_tokens_total"), 4);
  EXPECT_EQ(metric(after, "vllm:generation_tokens_total"), 6);
  EXPECT_EQ(metric(after, "vllm:time_to_first_token_seconds_count"), 2);
  EXPECT_EQ(metric(after, "vllm:inter_token_latency_seconds_count"), 4);
  Truth truth = server.stop().value();
  double ttft = 0, queue = 0;
  for (const RequestTruth& request : truth.requests) {
    if (request.route != "chat") continue;
    ttft += static_cast<double>(*request.ttft_ns()) / 1e9;
    queue += static_cast<double>(request.service_begin_ns - request.arrival_ns()) / 1e9;
  }
  EXPECT_NEAR(metric(after, "vllm:time_to_first_token_seconds_sum"), ttft, 1e-5);
  EXPECT_NEAR(metric(after, "vllm:request_queue_time_seconds_sum"), queue, 1e-5);
}

}  // namespace
}  // namespace lynxbench::stub
