#include "net/http2_session.h"

#include <gtest/gtest.h>

#include "net/http2_pair_for_tests.h"

namespace lynxbench::net {
namespace {

using namespace std::string_literals;

// The head of a frame: length, type, flags, stream.
std::string frame(std::uint32_t length, std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                  const std::string& payload = {}) {
  std::string head;
  for (int shift : {16, 8, 0}) head += static_cast<char>(length >> shift);
  head += static_cast<char>(type);
  head += static_cast<char>(flags);
  for (int shift : {24, 16, 8, 0}) head += static_cast<char>(stream >> shift);
  return head + payload;
}
const std::string kSettings = frame(0, 4, 0, 0);

void take_all(Http2Session& session) {
  for (std::string_view bytes = session.output(); !bytes.empty(); bytes = session.output()) session.written(bytes.size());
}

TEST(Http2Session, ARequestGoesOverAndItsAnswerComesBack) {
  Http2Pair pair;
  StreamLog call;
  std::int32_t id = pair.client->open(kGet, call).value();
  pair.client->send_view(id, "question", Http2End::kEnd);
  pair.pump();
  ASSERT_EQ(pair.server_owner.requests.size(), 1U);
  EXPECT_EQ(pair.request(0).log.blocks.at(0).at(":path"), "/x");
  EXPECT_EQ(pair.request(0).log.body, "question");
  EXPECT_TRUE(pair.request(0).log.is_ended);
  pair.server->respond(id, kFine, Http2End::kMore);
  pair.server->send(id, "ans", Http2End::kMore);
  pair.pump();
  EXPECT_EQ(call.body, "ans");
  EXPECT_FALSE(call.is_ended);
  pair.server->send(id, "wer", Http2End::kMore);
  constexpr Http2Header kTrailers[] = {{"grpc-status", "0"}};
  pair.server->trailers(id, kTrailers);
  pair.pump();
  EXPECT_EQ(call.body, "answer");
  ASSERT_EQ(call.blocks.size(), 2U);
  EXPECT_EQ(call.blocks[0].at(":status"), "200");
  EXPECT_EQ(call.blocks[1].at("grpc-status"), "0");
  EXPECT_TRUE(call.is_ended);
  EXPECT_EQ(call.closes, std::vector<std::uint32_t>{kHttp2NoError});
  EXPECT_EQ(pair.request(0).log.closes, std::vector<std::uint32_t>{kHttp2NoError});
  EXPECT_EQ(pair.client->open_streams() + pair.server->open_streams(), 0U);
}

TEST(Http2Session, HowTheBytesAreCutMakesNoDifference) {
  for (std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    Http2Pair pair;
    StreamLog call;
    std::int32_t id = pair.client->open(kGet, call).value();
    pair.client->send(id, std::string(5000, 'q'), Http2End::kEnd);
    pair.pump(piece);
    EXPECT_EQ(pair.request(0).log.body, std::string(5000, 'q'));
    pair.server->respond(id, kFine, Http2End::kMore);
    pair.server->send(id, std::string(3000, 'a'), Http2End::kEnd);
    pair.pump(piece);
    EXPECT_EQ(call.body, std::string(3000, 'a')) << piece;
    EXPECT_EQ(call.closes.size(), 1U);
  }
}

TEST(Http2Session, MoreBytesThanTheWindowsHoldGoOverInTime) {
  Http2Options small{.stream_window = 70'000, .connection_window = 100'000, .most_frame = 16384};
  Http2Pair pair(small, small);
  StreamLog call;
  std::int32_t id = pair.client->open(kGet, call).value();
  std::string body(3'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 31 >> 4);
  pair.client->send_view(id, body, Http2End::kEnd);
  pair.pump();
  EXPECT_EQ(pair.request(0).log.body, body);
  EXPECT_TRUE(pair.request(0).log.is_ended);
}

TEST(Http2Session, OutputIsHandedOutInBoundedPieces) {
  Http2Pair pair;
  pair.pump();
  StreamLog call;
  std::int32_t id = pair.client->open(kGet, call).value();
  pair.client->send(id, std::string(10 << 20, 'x'), Http2End::kEnd);
  EXPECT_EQ(pair.client->unsent(id), 10U << 20);
  EXPECT_LE(pair.client->output().size(), 600U << 10);
  EXPECT_GE(pair.client->output().size(), 200U << 10);
  std::string first(pair.client->output().substr(0, 1000));
  pair.client->written(1000);
  std::string left(pair.client->output());
  EXPECT_EQ(pair.client->output(), left);  // nothing is lost or pulled twice
  ASSERT_TRUE(pair.server->receive(first).ok());
  pair.pump();
  EXPECT_EQ(pair.request(0).log.body.size(), 10U << 20);
}

TEST(Http2Session, AnInterimAnswerIsLeftOut) {
  Http2Pair pair;
  StreamLog call;
  std::int32_t id = pair.client->open(kGet, call).value();
  pair.client->send_view(id, "", Http2End::kEnd);
  ASSERT_TRUE(pump_one_way(*pair.client, *pair.server).ok());
  take_all(*pair.server);
  // HEADERS with END_HEADERS: ":status: 103" by HPACK, a literal with the static table's name 8.
  ASSERT_TRUE(pair.client->receive(kSettings + frame(5, 1, 4, 1, "\x08\x03"s + "103")).ok());
  EXPECT_TRUE(call.blocks.empty());
  ASSERT_TRUE(pair.client->receive(frame(1, 1, 5, 1, "\x88")).ok());  // ":status: 200", the end
  ASSERT_EQ(call.blocks.size(), 1U);
  EXPECT_EQ(call.blocks[0].at(":status"), "200");
  EXPECT_EQ(call.closes.size(), 1U);
}

TEST(Http2Session, AForgottenStreamIsCancelledAndToldNothingMore) {
  Http2Pair pair;
  auto call = std::make_unique<StreamLog>();
  std::int32_t id = pair.client->open(kGet, *call).value();
  auto body = std::make_unique<std::string>(1 << 20, 'x');
  pair.client->send_view(id, *body, Http2End::kEnd);
  pair.pump();
  pair.client->forget(id);
  call.reset();
  body.reset();  // the view is not looked at any more
  pair.pump();
  EXPECT_EQ(pair.request(0).log.closes, std::vector<std::uint32_t>{kHttp2Cancel});
  EXPECT_EQ(pair.client->open_streams(), 0U);
}

TEST(Http2Session, AStreamForgottenBeforeItWentOutIsNeverOpened) {
  Http2Pair pair;
  StreamLog call;
  std::int32_t id = pair.client->open(kGet, call).value();
  pair.client->send_view(id, "x", Http2End::kEnd);
  pair.client->forget(id);
  pair.pump();
  EXPECT_TRUE(pair.server_owner.requests.empty());
  EXPECT_TRUE(call.closes.empty());
  EXPECT_EQ(pair.client->open_streams(), 0U);
}

TEST(Http2Session, AResetIsToldWithItsCode) {
  Http2Pair pair;
  StreamLog call;
  std::int32_t id = pair.client->open(kGet, call).value();
  pair.client->send_view(id, "x", Http2End::kEnd);
  pair.pump();
  pair.server->respond(id, kFine, Http2End::kMore);
  pair.server->send(id, "half", Http2End::kMore);
  pair.pump();
  pair.server->reset(id, kHttp2EnhanceYourCalm);
  pair.pump();
  EXPECT_EQ(call.body, "half");
  EXPECT_FALSE(call.is_ended);
  EXPECT_EQ(call.closes, std::vector<std::uint32_t>{kHttp2EnhanceYourCalm});
}

TEST(Http2Session, AServerThatRefusesARequestResetsItAsNotProcessed) {
  Http2Pair pair;
  pair.server_owner.refuses = true;
  StreamLog call;
  std::int32_t id = pair.client->open(kGet, call).value();
  pair.client->send_view(id, "x", Http2End::kEnd);
  pair.pump();
  EXPECT_EQ(call.closes, std::vector<std::uint32_t>{kHttp2RefusedStream});
}

TEST(Http2Session, TheLimitOfStreamsIsThePeers) {
  Http2Pair pair({}, {.most_streams = 2});
  EXPECT_EQ(pair.client->peer_most_streams(), 100U);
  pair.pump();
  EXPECT_EQ(pair.client_owner.settings_frames, 1);
  EXPECT_EQ(pair.client->peer_most_streams(), 2U);
  std::vector<StreamLog> calls(3);
  for (StreamLog& call : calls) pair.client->send_view(pair.client->open(kGet, call).value(), "x", Http2End::kEnd);
  pair.pump();
  EXPECT_EQ(pair.server_owner.requests.size(), 2U);  // the third waits
  pair.server->respond(pair.request(0).id, kFine, Http2End::kEnd);
  pair.pump();
  EXPECT_EQ(pair.server_owner.requests.size(), 3U);
}

TEST(Http2Session, AfterGoawayWhatItNamesGoesOnAndTheRestIsRefused) {
  Http2Pair pair;
  StreamLog kept;
  std::int32_t first = pair.client->open(kGet, kept).value();
  pair.client->send_view(first, "x", Http2End::kEnd);
  pair.pump();
  pair.server->goaway(kHttp2NoError);
  StreamLog late;  // on its way when the GOAWAY comes
  std::int32_t second = pair.client->open(kGet, late).value();
  pair.client->send_view(second, "x", Http2End::kEnd);
  take_all(*pair.client);
  ASSERT_TRUE(pump_one_way(*pair.server, *pair.client).ok());
  EXPECT_EQ(pair.client_owner.goaways, std::vector<std::string>{"1 NO_ERROR "});
  EXPECT_EQ(late.closes, std::vector<std::uint32_t>{kHttp2RefusedStream});
  EXPECT_TRUE(kept.closes.empty());
  EXPECT_FALSE(pair.client->may_open());
  StreamLog none;
  EXPECT_EQ(pair.client->open(kGet, none).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(pair.client->is_over());
  pair.server->respond(first, kFine, Http2End::kEnd);
  ASSERT_TRUE(pump_one_way(*pair.server, *pair.client).ok());
  EXPECT_EQ(kept.closes, std::vector<std::uint32_t>{kHttp2NoError});
  take_all(*pair.client);
  EXPECT_TRUE(pair.client->is_over());
}

TEST(Http2Session, AnAnswerOfHttp1IsSaidToBeOne) {
  Http2Pair pair;
  take_all(*pair.client);
  EXPECT_TRUE(pair.client->receive("HT").ok());
  Error refusal = pair.client->receive("TP/1.1 400 Bad Request\r\nServer: x\r\n").error();
  EXPECT_EQ(refusal.code, ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal.message, "HTTP/2 was expected, and HTTP/1 came: \"HTTP/1.1 400 Bad Request\"");
}

TEST(Http2Session, WhatIsNotHttp2IsRefused) {
  const std::string garbage[] = {"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", frame(0, 6, 0, 0), frame(20'000'000, 0, 0, 1),
                                 kSettings + frame(1, 0, 0, 0, "x"), kSettings + frame(5, 4, 0, 0, "xxxxx")};
  for (const std::string& bytes : garbage) {
    Http2Pair pair;
    take_all(*pair.client);
    Status status = pair.client->receive(bytes);
    ASSERT_FALSE(status.ok()) << (&bytes - garbage);
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(status.error().message.find("not HTTP/2"), std::string::npos) << status.error().message;
  }
}

TEST(Http2Session, AServerRefusesABadPreface) {
  Http2Pair pair;
  EXPECT_FALSE(pair.server->receive("GET / HTTP/1.1\r\nHost: x\r\n\r\n").ok());
}

TEST(Http2Session, AHeaderBlockThatIsTooLargeEndsTheStreamAlone) {
  Http2Pair pair({.most_headers = 1000}, {});
  StreamLog call;
  std::int32_t id = pair.client->open(kGet, call).value();
  pair.client->send_view(id, "", Http2End::kEnd);
  pair.pump();
  std::string large(2000, 'x');
  Http2Header headers[] = {{":status", "200"}, {"x", large}};
  pair.server->respond(id, headers, Http2End::kEnd);
  pair.pump();
  EXPECT_TRUE(call.blocks.empty());
  EXPECT_EQ(call.closes, std::vector<std::uint32_t>{kHttp2InternalError});
  EXPECT_TRUE(pair.client->may_open());
}

TEST(Http2Session, ErrorCodesHaveNames) {
  EXPECT_EQ(http2_error_name(kHttp2Cancel), "CANCEL");
  EXPECT_EQ(http2_error_name(0x5c), "0x5c");
}

}  // namespace
}  // namespace lynxbench::net
