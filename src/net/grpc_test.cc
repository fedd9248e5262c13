#include "net/grpc.h"

#include <gtest/gtest.h>

#include "net/http2_pair_for_tests.h"

namespace lynxbench::net {
namespace {

using namespace std::string_literals;
using Kind = GrpcEnd::Kind;

struct CallLog final : GrpcCall {
  CallLog() : GrpcCall(1000) {}
  std::vector<std::string> messages;
  std::vector<GrpcEnd> ends;
  bool cancels = false;

  void message(std::string_view bytes) override {
    messages.emplace_back(bytes);
    if (cancels) cancel();
  }
  void finished(const GrpcEnd& end) override { ends.push_back(end); }
};

// A call that was sent and has arrived.
struct Sent {
  Http2Pair pair;
  CallLog call;
  std::string framed = grpc_frame("question");
  std::int32_t id = 0;

  explicit Sent(Http2End end = Http2End::kEnd) {
    GrpcHeaders headers("http", "host:1", "/service/Method", Nanos{250'000'000}, {{"authorization", "t"}});
    EXPECT_TRUE(call.start(*pair.client, headers.get(), framed, end).ok());
    pair.pump();
    id = pair.request(0).id;
  }
  void answer(Http2Headers headers, std::string body, Http2End end) {
    pair.server->respond(id, headers, Http2End::kMore);
    pair.server->send(id, std::move(body), end);
    pair.pump();
  }
  void expect_end(Kind kind, std::uint32_t code, const std::string& detail_part) {
    ASSERT_EQ(call.ends.size(), 1U);
    EXPECT_EQ(call.ends[0].kind, kind);
    EXPECT_EQ(call.ends[0].code, code);
    EXPECT_NE(call.ends[0].detail.find(detail_part), std::string::npos) << call.ends[0].detail;
    EXPECT_FALSE(call.running());
  }
};
constexpr Http2Header kGrpcHeaders[] = {{":status", "200"}, {"content-type", "application/grpc+proto"}};

TEST(Grpc, AUnaryCallHasItsMessageAndStatus) {
  Sent sent;
  const auto& headers = sent.pair.request(0).log.blocks[0];
  EXPECT_EQ(headers.at(":path"), "/service/Method");
  EXPECT_EQ(headers.at("te"), "trailers");
  EXPECT_EQ(headers.at("content-type"), "application/grpc");
  EXPECT_EQ(headers.at("grpc-timeout"), "250m");
  EXPECT_EQ(headers.at("authorization"), "t");
  EXPECT_EQ(sent.pair.request(0).log.body, "\0\0\0\0\x08question"s);
  grpc_accept(*sent.pair.server, sent.id);
  grpc_send(*sent.pair.server, sent.id, "answer");
  grpc_finish(*sent.pair.server, sent.id, kGrpcOk);
  sent.pair.pump();
  EXPECT_EQ(sent.call.messages, std::vector<std::string>{"answer"});
  sent.expect_end(Kind::kStatus, kGrpcOk, "");
}

TEST(Grpc, AStatusWithItsMessageIsRead) {
  Sent sent;
  grpc_accept(*sent.pair.server, sent.id);
  grpc_finish(*sent.pair.server, sent.id, kGrpcUnavailable, "50 % full\nwait");
  sent.pair.pump();
  sent.expect_end(Kind::kStatus, kGrpcUnavailable, "50 % full\nwait");
}

TEST(Grpc, TrailersAloneAreAnAnswer) {
  Sent sent;
  grpc_refuse(*sent.pair.server, sent.id, kGrpcNotFound, "no such model");
  sent.pair.pump();
  EXPECT_TRUE(sent.call.messages.empty());
  sent.expect_end(Kind::kStatus, kGrpcNotFound, "no such model");
}

TEST(Grpc, AStreamHasManyMessagesEitherWay) {
  Sent sent(Http2End::kMore);
  std::string second = grpc_frame("more");
  sent.call.send(second, Http2End::kMore);
  sent.pair.pump();
  EXPECT_EQ(sent.pair.request(0).log.body, sent.framed + second);
  EXPECT_FALSE(sent.pair.request(0).log.is_ended);
  grpc_accept(*sent.pair.server, sent.id);
  for (const char* text : {"a", "", "b"}) grpc_send(*sent.pair.server, sent.id, text);
  sent.pair.pump();
  EXPECT_EQ(sent.call.messages, (std::vector<std::string>{"a", "", "b"}));
  sent.call.send("", Http2End::kEnd);
  sent.pair.pump();
  EXPECT_TRUE(sent.pair.request(0).log.is_ended);
  grpc_finish(*sent.pair.server, sent.id, kGrpcOk);
  sent.pair.pump();
  sent.expect_end(Kind::kStatus, kGrpcOk, "");
}

TEST(Grpc, AServerMayEndAStreamBeforeTheClientDoes) {
  Sent sent(Http2End::kMore);
  grpc_refuse(*sent.pair.server, sent.id, kGrpcUnimplemented, "no streams here");
  sent.pair.pump();
  sent.expect_end(Kind::kStatus, kGrpcUnimplemented, "no streams here");
  EXPECT_EQ(sent.pair.client->open_streams(), 0U);
}

TEST(Grpc, ACancelledCallIsToldNothing) {
  Sent sent;
  sent.call.cancels = true;
  grpc_accept(*sent.pair.server, sent.id);
  grpc_send(*sent.pair.server, sent.id, "a");
  grpc_send(*sent.pair.server, sent.id, "b");
  sent.pair.pump();
  EXPECT_EQ(sent.call.messages, std::vector<std::string>{"a"});
  EXPECT_TRUE(sent.call.ends.empty());
  EXPECT_EQ(sent.pair.request(0).log.closes, std::vector<std::uint32_t>{kHttp2Cancel});
}

TEST(Grpc, ACallMayBeStartedAgain) {
  Sent sent;
  grpc_refuse(*sent.pair.server, sent.id, kGrpcInternal, "first");
  sent.pair.pump();
  GrpcHeaders headers("http", "host:1", "/service/Method");
  ASSERT_TRUE(sent.call.start(*sent.pair.client, headers.get(), sent.framed, Http2End::kEnd).ok());
  sent.pair.pump();
  grpc_accept(*sent.pair.server, 3);
  grpc_send(*sent.pair.server, 3, "second");
  grpc_finish(*sent.pair.server, 3, kGrpcOk);
  sent.pair.pump();
  ASSERT_EQ(sent.call.ends.size(), 2U);
  EXPECT_EQ(sent.call.ends[1].code, kGrpcOk);
  EXPECT_EQ(sent.call.messages, std::vector<std::string>{"second"});
}

TEST(Grpc, AnHttpErrorIsToldWithItsBody) {
  Sent sent;
  constexpr Http2Header kBadGateway[] = {{":status", "502"}, {"content-type", "text/html"}};
  sent.answer(kBadGateway, "<h1>Bad\nGateway</h1>", Http2End::kEnd);
  sent.expect_end(Kind::kHttpStatus, 502, "HTTP 502: <h1>Bad Gateway</h1>");
}

TEST(Grpc, AnotherContentTypeIsNamed) {
  Sent sent;
  sent.answer(kFine, "hello", Http2End::kEnd);
  sent.expect_end(Kind::kContentType, 0, "\"text/plain\" where application/grpc was due: hello");
}

TEST(Grpc, TrailersThatAreMissingAreNoSuccess) {
  Sent sent;
  sent.answer(kGrpcHeaders, grpc_frame("answer"), Http2End::kEnd);
  EXPECT_EQ(sent.call.messages.size(), 1U);
  sent.expect_end(Kind::kNoStatus, 0, "without a grpc-status");
}

TEST(Grpc, HalfAMessageIsNoSuccess) {
  for (bool with_status : {false, true}) {
    Sent sent;
    sent.pair.server->respond(sent.id, kGrpcHeaders, Http2End::kMore);
    sent.pair.server->send(sent.id, grpc_frame("answer").substr(0, 8), with_status ? Http2End::kMore : Http2End::kEnd);
    if (with_status) grpc_finish(*sent.pair.server, sent.id, kGrpcOk);
    sent.pair.pump();
    sent.expect_end(Kind::kFraming, 0, "in the middle of a message");
  }
}

TEST(Grpc, AMessageThatIsTooLargeEndsTheCallAtItsHead) {
  Sent sent;
  sent.answer(kGrpcHeaders, grpc_frame(std::string(1001, 'x')).substr(0, 5), Http2End::kMore);
  sent.expect_end(Kind::kTooLarge, 0, "1001 bytes");
  EXPECT_EQ(sent.pair.request(0).log.closes, std::vector<std::uint32_t>{kHttp2Cancel});
}

TEST(Grpc, CompressedAndSenselessFramesAreRefused) {
  for (char first : {'\x01', '\x07', '<'}) {
    Sent sent;
    sent.answer(kGrpcHeaders, first + "\0\0\0\x01x"s, Http2End::kEnd);
    sent.expect_end(Kind::kFraming, 0, first == 1 ? "compressed" : "first byte");
  }
}

TEST(Grpc, AResetAndARefusalAreTold) {
  Sent reset;
  reset.pair.server->reset(reset.id, kHttp2InternalError);
  reset.pair.pump();
  reset.expect_end(Kind::kReset, kHttp2InternalError, "INTERNAL_ERROR");
  Sent refused;
  refused.pair.server->reset(refused.id, kHttp2RefusedStream);
  refused.pair.pump();
  refused.expect_end(Kind::kRefused, kHttp2RefusedStream, "REFUSED_STREAM");
}

TEST(Grpc, FramesAreTheSameHoweverTheyAreCut) {
  std::string bytes;
  std::vector<std::string> sent = {"", "a", std::string(300, 'b'), "", "", "cd"};
  for (const std::string& message : sent) bytes += grpc_frame(message);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    GrpcFrames frames(300);
    std::vector<std::string> got;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      ASSERT_TRUE(frames.add(std::string_view(bytes).substr(at, piece), [&](std::string_view m) { got.emplace_back(m); }).ok());
    }
    EXPECT_EQ(got, sent) << piece;
    EXPECT_TRUE(frames.at_boundary());
  }
}

TEST(Grpc, AMessageIsPercentEncoded) {
  EXPECT_EQ(grpc_percent_encoded("a%\n\xc3\xa9~"), "a%25%0A%C3%A9~");
  EXPECT_EQ(grpc_percent_decoded("a%25%0A%C3%a9~"), "a%\n\xc3\xa9~");
  EXPECT_EQ(grpc_percent_decoded("100%"), "100%");
  EXPECT_EQ(grpc_percent_decoded("%4"), "%4");
  EXPECT_EQ(grpc_percent_decoded("%zz%41"), "%zzA");
}

TEST(Grpc, ATimeoutHasAtMostEightDigitsAndIsNeverShorter) {
  EXPECT_EQ(grpc_timeout(Nanos{60'000'000'000}), "60S");
  EXPECT_EQ(grpc_timeout(Nanos{250'000'000}), "250m");
  EXPECT_EQ(grpc_timeout(Nanos{1'500'000}), "1500u");
  EXPECT_EQ(grpc_timeout(Nanos{1}), "1n");
  EXPECT_EQ(grpc_timeout(Nanos{100'000'001}), "100001u");
  EXPECT_EQ(grpc_timeout(Nanos{0}), "1n");
}

TEST(Grpc, CodesHaveNames) {
  EXPECT_EQ(grpc_code_name(kGrpcUnavailable), "UNAVAILABLE");
  EXPECT_EQ(grpc_code_name(99), "code 99");
}

}  // namespace
}  // namespace lynxbench::net
