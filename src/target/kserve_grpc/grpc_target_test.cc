#include "target/kserve_grpc/grpc_target.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>

#include "net/poller.h"
#include "target/kserve_grpc/service_for_tests.h"
#include "target/network_client_for_tests.h"

namespace lynxbench::target {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace grpc = protocol::grpc;

Contract contract_for(const std::string& url, Streaming stream = Streaming::kOff) {
  Contract contract;
  contract.target.kind = "kserve-grpc";
  contract.target.endpoint.url = url;
  contract.target.endpoint.model = "echo";
  contract.target.endpoint.stream = stream;
  contract.target.endpoint.timeout = 5s;
  contract.workload.input.distinct = 3;
  return contract;
}

TEST(KserveGrpcTarget, AnswersComeWithTheirTimes) {
  KserveTestService service;
  NetworkClient client(contract_for(service.url()));
  EXPECT_TRUE(client.get().is_polled());
  Nanos before = net::Poller::now();
  std::vector<Kept> kept = client.run(10);
  std::set<std::uint64_t> indices;
  for (const Kept& one : kept) {
    indices.insert(one.index);
    EXPECT_EQ(one.status, RequestStatus::kOk) << one.exchange.detail;
    EXPECT_EQ(one.exchange.failure, Failure::kNone);
    EXPECT_GE(one.exchange.written_ns, before.count());
    EXPECT_GE(one.first_byte.count(), before.count());
    EXPECT_GE(one.done, one.first_byte);
    EXPECT_GT(one.bytes, 8U);
    EXPECT_EQ(one.exchange.content_chunks, 0U);
  }
  EXPECT_EQ(indices.size(), 10U);
  EXPECT_EQ(service.connections(), 1);  // the one that asked for metadata
  EXPECT_EQ(client.get().resources().connections_opened, 1U);
}

TEST(KserveGrpcTarget, InputsAreDrawnBySeedFromTheModelsMetadata) {
  std::mutex mutex;
  std::multiset<std::string> seen;
  KserveTestService service([&](net::GrpcTestRequest& request) {
    protocol::InferRequest got = KserveTestService::request_of(request);
    {
      std::lock_guard lock(mutex);
      EXPECT_EQ(got.inputs.at(0).shape, (protocol::Shape{1, 2}));
      seen.insert(got.inputs[0].raw);
    }
    request.send(grpc::encode(KserveTestService::echo_of(got)));
    request.finish(0);
  });
  NetworkClient(contract_for(service.url())).run(6);
  NetworkClient(contract_for(service.url())).run(6);
  std::set<std::string> different(seen.begin(), seen.end());
  EXPECT_EQ(different.size(), 3U);
  for (const std::string& raw : different) EXPECT_EQ(seen.count(raw), 4U);
}

TEST(KserveGrpcTarget, ShapesAndBytesMayBeGiven) {
  std::string file = ::testing::TempDir() + "kserve_tensor.bin";
  ASSERT_TRUE(write_file_atomic(file, "aaaabbbbccccddddeeeeffffgggghhhh").ok());
  KserveTestService service([&](net::GrpcTestRequest& request) {
    protocol::InferRequest got = KserveTestService::request_of(request);
    EXPECT_EQ(got.inputs.at(0).shape, (protocol::Shape{2, 2}));
    EXPECT_TRUE(got.inputs[0].raw == "aaaabbbbccccdddd" || got.inputs[0].raw == "eeeeffffgggghhhh");
    request.send(grpc::encode(KserveTestService::echo_of(got)));
    request.finish(0);
  });
  Contract contract = contract_for(service.url());
  contract.target.endpoint.tensors = {{"x", {2, 2}, file}};
  NetworkClient client(contract);
  for (const Kept& one : client.run(3)) EXPECT_EQ(one.status, RequestStatus::kOk);
}

TEST(KserveGrpcTarget, WhatDoesNotFitTheModelIsRefusedBeforeTheLoad) {
  KserveTestService service;
  Contract contract = contract_for(service.url());
  contract.target.endpoint.tensors = {{"y", {2, 2}, std::nullopt}};
  EXPECT_NE(refusal_of(contract).message.find("no input \"y\"; it has \"x\""), std::string::npos);
  contract.target.endpoint.tensors = {{"x", {2, 3}, std::nullopt}};
  EXPECT_NE(refusal_of(contract).message.find("[2, 3] for input \"x\": the model takes [-1, 2]"), std::string::npos);
  std::string file = ::testing::TempDir() + "kserve_odd.bin";
  ASSERT_TRUE(write_file_atomic(file, "abc").ok());
  contract.target.endpoint.tensors = {{"x", {}, file}};
  EXPECT_NE(refusal_of(contract).message.find("of 8 bytes each"), std::string::npos) << refusal_of(contract).text();
  contract = contract_for(service.url());
  contract.target.endpoint.url = "http://localhost:1";
  EXPECT_NE(refusal_of(contract).message.find("grpc:// or grpcs://"), std::string::npos);
  contract = contract_for(service.url());
  contract.target.endpoint.headers = {{"Authorization", "env:LYNXBENCH_NO_SUCH_VARIABLE"}};
  EXPECT_NE(refusal_of(contract).message.find("LYNXBENCH_NO_SUCH_VARIABLE"), std::string::npos);
}

TEST(KserveGrpcTarget, AMissingServerOrModelIsNamed) {
  std::string gone;
  {
    KserveTestService service;
    gone = service.url();
    Contract contract = contract_for(gone);
    contract.target.endpoint.model = "other";
    Error unknown = refusal_of(contract);
    EXPECT_EQ(unknown.code, ErrorCode::kUnavailable);
    EXPECT_NE(unknown.message.find("NOT_FOUND: unknown model other"), std::string::npos) << unknown.message;
    service.is_ready = false;
    EXPECT_NE(refusal_of(contract_for(gone)).message.find("not ready"), std::string::npos);
  }
  Error nobody = refusal_of(contract_for(gone));
  EXPECT_EQ(nobody.code, ErrorCode::kUnavailable);
  EXPECT_NE(nobody.message.find(gone), std::string::npos) << nobody.message;
  EXPECT_NE(nobody.message.find("refused"), std::string::npos) << nobody.message;
}

TEST(KserveGrpcTarget, BodiesAndTextsBecomeInputs) {
  std::mutex mutex;
  std::set<std::string> seen;
  KserveTestService service([&](net::GrpcTestRequest& request) {
    protocol::InferRequest got = KserveTestService::request_of(request);
    {
      std::lock_guard lock(mutex);
      seen.insert(got.inputs.at(0).name + "=" + got.inputs[0].raw);
    }
    request.send(grpc::encode(KserveTestService::echo_of(got)));
    request.finish(0);
  });
  service.metadata.inputs = {{"text", "BYTES", {1}}};
  Inputs inputs;
  inputs.inputs.resize(3);
  inputs.inputs[0].body = R"({"inputs":[{"name":"n","datatype":"INT8","shape":[2],"data":[65,66]}]})";
  inputs.inputs[1].messages = {{"system", "be"}, {"user", "brief"}};
  inputs.inputs[2].messages = {{"user", "hello"}};
  for (const Kept& one : NetworkClient(contract_for(service.url()), inputs).run(3)) EXPECT_EQ(one.status, RequestStatus::kOk);
  EXPECT_EQ(seen, (std::set<std::string>{"n=AB", "text=\x08\0\0\0be\nbrief"s, "text=\x05\0\0\0hello"s}));
}

TEST(KserveGrpcTarget, AServerWithoutMetadataIsServedBodies) {
  KserveTestService service;
  service.has_metadata = false;
  EXPECT_NE(refusal_of(contract_for(service.url())).message.find("give each input of the workload a body"), std::string::npos);
  Inputs inputs;
  inputs.inputs.resize(1);
  inputs.inputs[0].body = R"({"inputs":[{"name":"n","datatype":"INT8","shape":[2],"data":[65,66]}]})";
  NetworkClient client(contract_for(service.url()), inputs);
  EXPECT_EQ(client.run_one().status, RequestStatus::kOk);
  inputs.inputs[0].body = R"({"inputs":[{"name":"n"}]})";
  EXPECT_NE(refusal_of(contract_for(service.url()), inputs).message.find("input 0 has a body"), std::string::npos);
}

TEST(KserveGrpcTarget, AnAnswerIsHeldAgainstWhatWasExpected) {
  KserveTestService service;
  Contract contract = contract_for(service.url());
  contract.workload.accuracy.method = ScoreMethod::kExact;
  Inputs inputs;
  inputs.inputs.resize(3);
  for (Input& input : inputs.inputs) input.body = R"({"inputs":[{"name":"n","datatype":"INT8","shape":[2],"data":[65,66]}]})";
  inputs.inputs[0].expected = "[65,66]";
  inputs.inputs[1].expected = "[65]";
  std::vector<Kept> kept = NetworkClient(contract, inputs).run(3);
  EXPECT_EQ(kept[0].exchange.score, true);
  EXPECT_EQ(kept[1].exchange.score, false);
  EXPECT_EQ(kept[2].exchange.score, std::nullopt);
}

TEST(KserveGrpcTarget, ADecoupledModelsResponsesAreChunks) {
  KserveTestService service([](net::GrpcTestRequest& request) {
    protocol::InferRequest got = KserveTestService::request_of(request);
    EXPECT_EQ(protocol::bool_parameter(got.parameters, protocol::kEmptyFinalResponse), true);
    for (int i = 0; i < 4; ++i) {
      protocol::InferResponse response = KserveTestService::echo_of(got);
      response.parameters[protocol::kFinalResponse] = false;
      request.send(grpc::encode(grpc::StreamResponse{"", response}));
    }
    request.send(grpc::encode(grpc::StreamResponse{"", {"echo", "1", "", {{protocol::kFinalResponse, true}}, {}}}));
    request.finish(0);
  });
  NetworkClient client(contract_for(service.url(), Streaming::kOn));
  Kept kept = client.run_one();
  EXPECT_EQ(kept.status, RequestStatus::kOk) << kept.exchange.detail;
  EXPECT_EQ(kept.exchange.events, 5U);
  EXPECT_EQ(kept.exchange.content_chunks, 4U);
  ASSERT_EQ(kept.exchange.chunks.size(), 4U);
  EXPECT_EQ(kept.exchange.chunks[0].channel, Channel::kAnswer);
  EXPECT_EQ(kept.exchange.first_content_ns, kept.exchange.chunks[0].at_ns);
  EXPECT_EQ(kept.exchange.last_content_ns, kept.exchange.chunks[3].at_ns);
}

TEST(KserveGrpcTarget, AStreamWithoutFlagsIsOverWithTheStream) {
  KserveTestService service;
  NetworkClient client(contract_for(service.url(), Streaming::kOn));
  Kept kept = client.run_one();
  EXPECT_EQ(kept.status, RequestStatus::kOk) << kept.exchange.detail;
  EXPECT_EQ(kept.exchange.content_chunks, 1U);
}

TEST(KserveGrpcTarget, AStreamThatEndsBeforeItsFinalResponseIsCut) {
  KserveTestService service([](net::GrpcTestRequest& request) {
    protocol::InferResponse response = KserveTestService::echo_of(KserveTestService::request_of(request));
    response.parameters[protocol::kFinalResponse] = false;
    request.send(grpc::encode(grpc::StreamResponse{"", response}));
    request.finish(0);
  });
  expect_failure(NetworkClient(contract_for(service.url(), Streaming::kOn)).run_one(), Failure::kCutStream, "before its final response");
}

TEST(KserveGrpcTarget, AnErrorInAStreamIsTheRequests) {
  KserveTestService service([](net::GrpcTestRequest& request) {
    request.send(grpc::encode(grpc::StreamResponse{"out of memory", {}}));
    request.finish(0);
  });
  expect_failure(NetworkClient(contract_for(service.url(), Streaming::kOn)).run_one(), Failure::kServerError, "out of memory");
}

struct Misbehaviour {
  const char* name;
  net::GrpcTestRequest::Answer answer;
  Failure failure;
  const char* detail;
};
void PrintTo(const Misbehaviour& one, std::ostream* out) { *out << one.name; }

class Misbehaving : public ::testing::TestWithParam<Misbehaviour> {};

std::string echo_bytes(net::GrpcTestRequest& request) {
  return grpc::encode(KserveTestService::echo_of(KserveTestService::request_of(request)));
}

INSTANTIATE_TEST_SUITE_P(
    KserveGrpcTarget, Misbehaving,
    ::testing::Values(
        Misbehaviour{"busy", [](auto& r) { r.finish(net::kGrpcUnavailable, "queue full"); }, Failure::kBusy, "UNAVAILABLE: queue full"},
        Misbehaviour{"exhausted", [](auto& r) { r.finish(net::kGrpcResourceExhausted, "x"); }, Failure::kBusy, "RESOURCE_EXHAUSTED"},
        Misbehaviour{"invalid", [](auto& r) { r.finish(net::kGrpcInvalidArgument, "shape"); }, Failure::kStatus, "INVALID_ARGUMENT: shape"},
        Misbehaviour{"deadline", [](auto& r) { r.finish(net::kGrpcDeadlineExceeded); }, Failure::kTimeout, "DEADLINE_EXCEEDED"},
        Misbehaviour{"reset", [](auto& r) { r.session().reset(r.id(), net::kHttp2InternalError); }, Failure::kClosed, "INTERNAL_ERROR"},
        Misbehaviour{"refused", [](auto& r) { r.session().reset(r.id(), net::kHttp2RefusedStream); }, Failure::kBusy, "REFUSED_STREAM"},
        Misbehaviour{"half_message", [](auto& r) { r.send_raw(net::grpc_frame(echo_bytes(r)).substr(0, 20)); r.finish(0); }, Failure::kMalformed, "in the middle of a message"},
        Misbehaviour{"no_trailers", [](auto& r) { r.send_raw(net::grpc_frame(echo_bytes(r)), net::Http2End::kEnd); }, Failure::kCutStream, "without a grpc-status"},
        Misbehaviour{"oversized", [](auto& r) { r.send_raw("\0\x7f\xff\xff\xff"s); }, Failure::kTooLarge, "2147483647 bytes"},
        Misbehaviour{"no_message", [](auto& r) { r.send(std::string(3, '\xff')); r.finish(0); }, Failure::kMalformed, "no ModelInferResponse"},
        Misbehaviour{"nothing", [](auto& r) { r.finish(0); }, Failure::kMalformed, "no response"},
        Misbehaviour{"two_answers", [](auto& r) { r.send(echo_bytes(r)); r.send(echo_bytes(r)); r.finish(0); }, Failure::kMalformed, "two answers"},
        Misbehaviour{"wrong_model", [](auto& r) {
          protocol::InferResponse other = KserveTestService::echo_of(KserveTestService::request_of(r));
          other.model_name = "other";
          r.send(grpc::encode(other));
          r.finish(0);
        }, Failure::kMalformed, "\"other\" answered"},
        Misbehaviour{"wrong_size", [](auto& r) {
          protocol::InferResponse other = KserveTestService::echo_of(KserveTestService::request_of(r));
          other.outputs[0].raw += "x";
          r.send(grpc::encode(other));
          r.finish(0);
        }, Failure::kMalformed, "9 bytes; FP32 of shape [1, 2]"},
        Misbehaviour{"html", [](auto& r) {
          constexpr net::Http2Header kHtml[] = {{":status", "502"}, {"content-type", "text/html"}};
          r.session().respond(r.id(), kHtml, net::Http2End::kMore);
          r.session().send(r.id(), "<h1>Bad Gateway</h1>", net::Http2End::kEnd);
        }, Failure::kStatus, "HTTP 502: <h1>Bad Gateway</h1>"},
        Misbehaviour{"http_busy", [](auto& r) {
          constexpr net::Http2Header kBusy[] = {{":status", "503"}};
          r.session().respond(r.id(), kBusy, net::Http2End::kEnd);
        }, Failure::kBusy, "HTTP 503"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_P(Misbehaving, IsANamedFailureOfTheRequestAlone) {
  std::atomic<int> requests{0};
  KserveTestService service([&](net::GrpcTestRequest& request) {
    if (requests++ == 0) return GetParam().answer(request);
    request.send(echo_bytes(request));
    request.finish(0);
  });
  NetworkClient client(contract_for(service.url()));
  expect_failure(client.run_one(), GetParam().failure, GetParam().detail);
    EXPECT_EQ(client.run_one().status, RequestStatus::kOk);  // on the same connection
  EXPECT_EQ(service.connections(), 1);
}

TEST(KserveGrpcTarget, SilenceIsATimeout) {
  KserveTestService service([](net::GrpcTestRequest&) {});
  Contract contract = contract_for(service.url());
  contract.target.endpoint.timeout = 100ms;
  NetworkClient client(contract);
  Nanos before = net::Poller::now();
  Kept kept = client.run_one();
  expect_failure(kept, Failure::kTimeout, "within 100 ms");
  EXPECT_GE(net::Poller::now() - before, 100ms);
  EXPECT_GE(kept.done - before, 100ms);
}

TEST(KserveGrpcTarget, AConnectionLostInTheMiddleFailsWhatWasOnIt) {
  std::atomic<int> requests{0};
  KserveTestService service([&](net::GrpcTestRequest& request) {
    if (requests++ < 3) return request.session().goaway(net::kHttp2EnhanceYourCalm);  // and never answers
    request.send(echo_bytes(request));
    request.finish(0);
  });
  Contract contract = contract_for(service.url());
  contract.target.endpoint.timeout = 200ms;
  NetworkClient client(contract);
  std::vector<Kept> kept = client.run(3);
  for (const Kept& one : kept) EXPECT_EQ(one.status, RequestStatus::kFailed);
    EXPECT_EQ(client.run_one().status, RequestStatus::kOk);  // on a connection that was opened for it
  EXPECT_EQ(service.connections(), 2);
}

TEST(KserveGrpcTarget, AfterAbandonNothingIsAnsweredAndTheNextRequestsAre) {
  std::atomic<bool> silent{true};
  KserveTestService service([&](net::GrpcTestRequest& request) {
    if (silent) return;
    request.send(echo_bytes(request));
    request.finish(0);
  });
  NetworkClient client(contract_for(service.url()));
  for (std::uint64_t i = 0; i < 5; ++i) client.submit(i, 0);
  client.get().poll(net::Poller::now() + 20ms);
  client.get().abandon();
  client.get().poll(net::Poller::now() + 20ms);
  EXPECT_TRUE(client.kept().empty());
  silent = false;
  std::vector<Kept> kept = client.run(7);
  for (const Kept& one : kept) EXPECT_EQ(one.status, RequestStatus::kOk);
}

TEST(KserveGrpcTarget, StatesWhatTheServerSaysOfItself) {
  KserveTestService service;
  NetworkClient client(contract_for(service.url()));
  EXPECT_EQ(client.fact("server.name"), "tester");
  EXPECT_EQ(client.fact("server.version"), "3.1");
  EXPECT_EQ(client.fact("server.extensions"), "one and two");
  EXPECT_EQ(client.fact("runtime.platform"), "test");
  EXPECT_EQ(client.fact("model.name"), "echo");
  EXPECT_EQ(client.fact("input.shape"), "x: FP32 [1, 2]");
  EXPECT_EQ(client.fact("endpoint.method"), "inference.GRPCInferenceService/ModelInfer");
  EXPECT_EQ(client.fact("endpoint.url").find("grpc://127.0.0.1:"), 0U);
}

}  // namespace
}  // namespace lynxbench::target
