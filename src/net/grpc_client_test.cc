#include "net/grpc_client.h"

#include <gtest/gtest.h>

#include "net/grpc_server_for_tests.h"

namespace lynxbench::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using Kind = GrpcEnd::Kind;

struct CallLog final : GrpcClientCall {
  CallLog() : GrpcClientCall(1 << 20) {}
  std::vector<std::string> messages;
  std::vector<GrpcEnd> ends;

  void message(std::string_view bytes) override { messages.emplace_back(bytes); }
  void done(const GrpcEnd& end) override { ends.push_back(end); }
};

class Client {
 public:
  explicit Client(const std::string& url, const GrpcClientOptions& options = {})
      : poller_(Poller::make().value()), client_(GrpcClient::make(*poller_, parse_url(url).value(), options).value()) {}

  void start(GrpcClientCall& call) { client_->start(call, headers_.get(), framed_, Http2End::kEnd); }
  // At most 20 s.
  void run_until(const std::function<bool()>& done) {
    Nanos end = Poller::now() + 20s;
    client_->flush();
    while (!done() && Poller::now() < end) {
      poller_->wait(Poller::now() + 10ms);
      client_->flush();
    }
    EXPECT_TRUE(done());
  }
  GrpcEnd run(CallLog& call) {
    std::size_t before = call.ends.size();
    start(call);
    run_until([&] { return call.ends.size() > before; });
    EXPECT_FALSE(call.pending());
    return call.ends.empty() ? GrpcEnd{} : call.ends.back();
  }
  void run_all(std::vector<CallLog>& calls) {
    for (CallLog& call : calls) start(call);
    run_until([&] {
      return std::all_of(calls.begin(), calls.end(), [](const CallLog& call) { return !call.ends.empty(); });
    });
  }
  GrpcClient& get() { return *client_; }
  Poller& poller() { return *poller_; }

 private:
  GrpcHeaders headers_{"http", "localhost", "/service/Method"};
  std::string framed_ = grpc_frame("question");
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<GrpcClient> client_;
};

void answer(GrpcTestRequest& request) {
  request.send("answer to " + request.messages().at(0));
  request.finish(kGrpcOk);
}

TEST(GrpcClient, ACallGoesThereAndBack) {
  GrpcTestServer server(answer);
  Client client(server.url());
  CallLog call;
  GrpcEnd end = client.run(call);
  EXPECT_EQ(end.kind, Kind::kStatus);
  EXPECT_EQ(end.code, kGrpcOk);
  EXPECT_EQ(call.messages, std::vector<std::string>{"answer to question"});
  EXPECT_TRUE(call.on_new_connection());
  EXPECT_GT(call.connect_time(), 0ns);
  EXPECT_GT(call.written(), 0ns);
  EXPECT_LE(call.written(), client.get().receipt().read);
  client.run(call);
  EXPECT_FALSE(call.on_new_connection());
  EXPECT_EQ(client.get().calls_on_used(), 1U);
  EXPECT_EQ(server.connections(), 1);
}

TEST(GrpcClient, SpeaksTlsWithAlpn) {
  TestCertificate certificate = make_test_certificate();
  GrpcTestServer server(answer, {.certificate = &certificate});
  Client client(server.url(), {.tls = {.ca_file = certificate.certificate_file, .alpn = {}}});
  CallLog call;
  EXPECT_EQ(client.run(call).code, kGrpcOk);
  EXPECT_EQ(call.messages.size(), 1U);
}

TEST(GrpcClient, AServerThatIsNotTrustedIsATlsFailure) {
  TestCertificate certificate = make_test_certificate();
  GrpcTestServer server(answer, {.certificate = &certificate});
  Client client(server.url());
  CallLog call;
  EXPECT_EQ(client.run(call).kind, Kind::kTls);
}

TEST(GrpcClient, ManyCallsShareAConnection) {
  GrpcTestServer server(answer);
  Client client(server.url());
  std::vector<CallLog> calls(100);
  client.run_all(calls);
  for (const CallLog& call : calls) EXPECT_EQ(call.messages.size(), 1U);
  EXPECT_EQ(server.connections(), 1);
}

TEST(GrpcClient, StreamsPerConnectionOpensAnother) {
  GrpcTestServer server([](GrpcTestRequest& request) { (void)request; });  // keeps every stream open
  Client client(server.url(), {.streams_per_connection = 10});
  std::vector<CallLog> calls(35);
  for (CallLog& call : calls) client.start(call);
  client.run_until([&] { return server.connections() == 4; });
  client.run_until([&] { return calls.back().written() > 0ns; });
  EXPECT_EQ(client.get().destination().counts().opened, 4U);
  EXPECT_EQ(client.get().calls_that_waited(), 0U);
}

TEST(GrpcClient, ALimitOfConnectionsMakesCallsWait) {
  GrpcTestServer server(answer);
  Client client(server.url(), {.most_connections = 2, .streams_per_connection = 3});
  std::vector<CallLog> calls(20);
  client.run_all(calls);
  for (const CallLog& call : calls) EXPECT_EQ(call.messages.size(), 1U);
  EXPECT_EQ(server.connections(), 2);
  for (CallLog& call : calls) call.ends.clear();
  client.run_all(calls);
  EXPECT_GT(client.get().calls_that_waited(), 0U);
}

TEST(GrpcClient, TheServersLimitOfStreamsIsHonoured) {
  GrpcTestServer server(answer, {.http2 = {.most_streams = 2}});
  Client client(server.url(), {.most_connections = 1});
  CallLog first;
  client.run(first);  // the server's settings have come
  std::vector<CallLog> calls(9);
  client.run_all(calls);
  for (const CallLog& call : calls) EXPECT_EQ(call.ends.at(0).code, kGrpcOk);
  EXPECT_EQ(server.connections(), 1);
}

TEST(GrpcClient, ACallMayHaveAConnectionOfItsOwn) {
  GrpcTestServer server(answer);
  Client client(server.url(), {.connection_per_call = true});
  std::vector<CallLog> calls(5);
  client.run_all(calls);
  for (const CallLog& call : calls) EXPECT_TRUE(call.on_new_connection());
  client.run_until([&] { return client.get().destination().counts().open == 0; });
  EXPECT_EQ(server.connections(), 5);
}

TEST(GrpcClient, NobodyListensIsAFailureToConnect) {
  std::string url;
  {
    GrpcTestServer server(answer);
    url = server.url();
  }
  Client client(url);
  std::vector<CallLog> calls(3);
  client.run_all(calls);
  for (const CallLog& call : calls) EXPECT_EQ(call.ends.at(0).kind, Kind::kConnect);
}

TEST(GrpcClient, AConnectionThatIsLostEndsItsCalls) {
  TestServer server([](TestPeer& peer) {
    peer.read();
    if (peer.number() == 0) peer.reset_at_end();
  });
  for (int round = 0; round < 2; ++round) {
    Client client("grpc://127.0.0.1:" + std::to_string(server.port()));
    std::vector<CallLog> calls(3);
    client.run_all(calls);
    for (const CallLog& call : calls) EXPECT_EQ(call.ends.at(0).kind, Kind::kClosed) << call.ends[0].detail;
  }
}

TEST(GrpcClient, AnAnswerOfHttp1IsNotHttp2) {
  TestServer server([](TestPeer& peer) {
    peer.read();
    peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    peer.wait_for_end();
  });
  Client client("grpc://127.0.0.1:" + std::to_string(server.port()));
  CallLog call;
  GrpcEnd end = client.run(call);
  EXPECT_EQ(end.kind, Kind::kNotHttp2);
  EXPECT_NE(end.detail.find("HTTP/1.1 400 Bad Request"), std::string::npos);
}

TEST(GrpcClient, WhatAGoawayLeavesOutIsSentAgain) {
  // The first connection answers its first stream and says that it took no more than that.
  GrpcTestServer server([&](GrpcTestRequest& request) {
    static std::atomic<int> seen{0};
    if (seen++ == 0) request.session().goaway(kHttp2NoError);
    answer(request);
  }, {.http2 = {.most_streams = 1000}});
  Client client(server.url());
  CallLog first;
  EXPECT_EQ(client.run(first).code, kGrpcOk);
  std::vector<CallLog> calls(5);
  client.run_all(calls);
  for (const CallLog& call : calls) EXPECT_EQ(call.ends.at(0).code, kGrpcOk) << call.ends[0].detail;
  EXPECT_EQ(server.connections(), 2);
}

TEST(GrpcClient, AGoawayInTheMiddleRefusesWhatIsBehindIt) {
  // Settings; GOAWAY with last stream 1; then stream 1's answer is never given and the connection closed.
  TestServer server([](TestPeer& peer) {
    if (peer.number() > 0) return peer.wait_for_end();
    peer.read();
    peer.send("\0\0\0\x04\0\0\0\0\0"s + "\0\0\x08\x07\0\0\0\0\0\0\0\0\x01\0\0\0\x0b"s);
    peer.wait_for_end();
  });
  Client client("grpc://127.0.0.1:" + std::to_string(server.port()), {.most_connections = 1});
  std::vector<CallLog> calls(3);
  for (CallLog& call : calls) client.start(call);
  client.run_until([&] { return server.connections() == 2; });
  client.run_until([&] { return calls[2].on_new_connection() || calls[1].on_new_connection(); });
  EXPECT_TRUE(calls[0].ends.empty());  // stream 1 goes on
  EXPECT_TRUE(calls[1].ends.empty());
  EXPECT_TRUE(calls[0].pending() && calls[1].pending() && calls[2].pending());
}

TEST(GrpcClient, AnAbandonedCallIsToldNothingAndCancelled) {
  GrpcTestServer server([](GrpcTestRequest& request) {
    if (request.messages().at(0) == "question") answer(request);
  });
  Client client(server.url());
  CallLog kept;
  {
    CallLog gone;
    client.start(gone);
    client.start(kept);
  }
  client.run_until([&] { return !kept.ends.empty(); });
  EXPECT_EQ(kept.ends[0].code, kGrpcOk);
}

TEST(GrpcClient, AbandonAllClosesTheConnectionsThatWereUsed) {
  TestServer server([](TestPeer& peer) { peer.wait_for_end(); });
  Client client("grpc://127.0.0.1:" + std::to_string(server.port()));
  std::vector<CallLog> calls(3);
  for (CallLog& call : calls) client.start(call);
  client.run_until([&] { return calls[2].written() > 0ns; });
  client.get().abandon_all();
  EXPECT_EQ(client.get().destination().counts().open, 0U);
  for (const CallLog& call : calls) EXPECT_TRUE(!call.pending() && call.ends.empty());
}

TEST(GrpcClient, AServerThatDoesNotAcceptIsATimeOutOfTheConnection) {
  // TLS towards a server that says nothing.
  TestServer server([](TestPeer& peer) { peer.wait_for_end(); });
  Client client("grpcs://127.0.0.1:" + std::to_string(server.port()), {.connect_timeout = 30ms});
  CallLog call;
  GrpcEnd end = client.run(call);
  EXPECT_EQ(end.kind, Kind::kConnect);
  EXPECT_NE(end.detail.find("30 ms"), std::string::npos);
}

TEST(GrpcClient, LargeMessagesGoBothWays) {
  GrpcTestServer server([](GrpcTestRequest& request) {
    request.send(request.messages().at(0));
    request.finish(kGrpcOk);
  });
  Client client(server.url());
  struct Large final : GrpcClientCall {
    Large() : GrpcClientCall(64 << 20) {}
    std::string got;
    bool over = false;
    void message(std::string_view bytes) override { got = bytes; }
    void done(const GrpcEnd& end) override { over = end.kind == Kind::kStatus; }
  } call;
  std::string message(40 << 20, 'x');
  for (std::size_t i = 0; i < message.size(); i += 977) message[i] = static_cast<char>(i);
  std::string framed = grpc_frame(message);
  GrpcHeaders headers("http", "localhost", "/x");
  client.get().start(call, headers.get(), framed, Http2End::kEnd);
  client.run_until([&] { return call.over; });
  EXPECT_EQ(call.got, message);
}

}  // namespace
}  // namespace lynxbench::net
