#include "net/fetch.h"

#include <gtest/gtest.h>

#include "net/test_server.h"

namespace lynxbench::net {
namespace {

using namespace std::chrono_literals;

TEST(Fetch, BringsStatusFieldsAndBody) {
  std::string asked;
  TestServer server([&](TestPeer& peer) {
    asked = peer.read_request();
    peer.send("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngone\r\n0\r\n\r\n");
    peer.wait_for_end();
  });
  Result<FetchReply> reply = http_get(server.url("/metrics?a=b"), 10s);
  ASSERT_TRUE(reply.ok()) << reply.error().text();
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(reply->body, "gone");
  EXPECT_EQ(reply->field("content-type"), "text/plain");
  EXPECT_EQ(reply->field("server"), "");
  EXPECT_TRUE(asked.starts_with("GET /metrics?a=b HTTP/1.1\r\nHost: 127.0.0.1:")) << asked;
}

TEST(Fetch, OverTlsWithABodyThatTheEndEnds) {
  TestCertificate certificate = make_test_certificate();
  TestServer server(
      [&](TestPeer& peer) {
        std::string asked = peer.read_request();
        peer.send("HTTP/1.0 200 OK\r\n\r\n" + asked);
      },
      &certificate);
  Fetch request{.method = "PUT", .url = server.url("/x"), .headers = {{"X-A", "b"}}, .body = "hello",
                .tls = {.verify = true, .ca_file = certificate.certificate_file, .alpn = {}}};
  Result<FetchReply> reply = fetch(request, 10s);
  ASSERT_TRUE(reply.ok()) << reply.error().text();
  EXPECT_NE(reply->body.find("\r\nX-A: b\r\n"), std::string::npos);
  EXPECT_TRUE(reply->body.ends_with("Content-Length: 5\r\n\r\nhello"));
}

TEST(Fetch, SaysWhyThereIsNoReply) {
  TestServer silent([](TestPeer& peer) { peer.wait_for_end(); });
  TestServer cutting([](TestPeer& peer) { peer.read_request(); peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"); });
  TestServer foreign([](TestPeer& peer) { peer.send("SSH-2.0-x\r\n"); peer.wait_for_end(); });
  TestServer endless([](TestPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.send(std::string(10000, 'x'))) {
    }
  });
  auto failure = [](const std::string& url, Nanos timeout = 20s) {
    Fetch request;
    request.url = url;
    request.most_bytes = 1'000'000;
    Result<FetchReply> reply = fetch(request, timeout);
    EXPECT_FALSE(reply.ok());
    return reply.ok() ? Error{} : reply.error();
  };
  EXPECT_NE(failure(silent.url(), 50ms).message.find("no answer in 50 ms"), std::string::npos);
  EXPECT_NE(failure(cutting.url()).message.find("after 4 of 9 bytes"), std::string::npos);
  EXPECT_EQ(failure(foreign.url()).code, ErrorCode::kInvalidInput);
  EXPECT_NE(failure(endless.url()).message.find("more than 1000000 bytes"), std::string::npos);
  EXPECT_EQ(failure("http://a b/").code, ErrorCode::kInvalidArgument);
}

TEST(TryConnect, SaysWhetherThereIsAServer) {
  TestCertificate certificate = make_test_certificate();
  TestServer server([](TestPeer& peer) { peer.wait_for_end(); }, &certificate);
  EXPECT_TRUE(try_connect(server.url(), {.verify = true, .ca_file = certificate.certificate_file, .alpn = {}}, 10s).ok());
  EXPECT_EQ(try_connect(server.url(), {}, 10s).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace lynxbench::net
