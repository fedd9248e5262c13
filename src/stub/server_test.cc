// The server over real sockets, spoken to byte by byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/units.h"
#include "stub/raw_client_for_test.h"
#include "stub/stub.h"

namespace lynxbench::stub {
namespace {

Options options(std::initializer_list<std::pair<const char*, const char*>> settings = {}) {
  Options made;
  for (const auto& [name, text] : settings) {
    Status set = set_option(made, name, text);
    EXPECT_TRUE(set.ok()) << set.error().text();
  }
  return made;
}

Server started(const Options& asked) {
  Result<Server> server = Server::start(asked);
  if (!server.ok()) ADD_FAILURE() << server.error().text();
  return std::move(server).value();
}

std::string post(std::string_view path, std::string_view body, std::string_view headers = "") {
  return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\r\n{}", path, headers, body.size(), body);
}
std::string chat(std::string_view more, std::string_view headers = "") {
  std::string body = R"({"messages":[{"role":"user","content":"one two three"}],"stream":true)";
  return post("/v1/chat/completions", body + std::string(more) + "}", headers);
}
constexpr const char* kStreamEnd = "\r\n0\r\n\r\n";

TEST(StubServer, AnswersPlainRequestsOneAfterTheOther) {
  Server server = started(options({{"bytes", "5"}}));
  RawClient client(server.url());
  ASSERT_TRUE(client.connected());
  client.say("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(client.hear_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(client.hear_bytes(5), "xxxxx");
  }
  client.say("GET /c HTTP/1.1\r\nConnection: close\r\nX-Request-Id: last\r\n\r\n");
  EXPECT_TRUE(client.hear_all().ends_with("\r\n\r\nxxxxx"));
  client.close();
  Truth truth = server.stop().value();
  ASSERT_EQ(truth.requests.size(), 3u);
  EXPECT_EQ(truth.totals.outcomes[0], 3u);
  EXPECT_EQ(truth.requests[2].id, "last");
  EXPECT_EQ(truth.requests[2].order, 2u);
  EXPECT_EQ(truth.totals.connections, 1u);
  EXPECT_TRUE(truth.requests[0].kernel_ns) << "the kernel tells when it received";
}

TEST(StubServer, StreamsAChatWithItsPiecesInOrder) {
  Server server = started(options({{"ttft", "3ms"}, {"itl", "1ms"}, {"reasoning-tokens", "1"}, {"tool-calls", "1"}}));
  RawClient client(server.url());
  client.say(chat(R"(,"max_tokens":4,"user":"me","stream_options":{"include_usage":true})"));
  std::string text = client.hear_until(kStreamEnd);
  for (const char* part : {"Content-Type: text/event-stream", "Transfer-Encoding: chunked", "\"role\":\"assistant\"",
                           "\"reasoning_content\":\"t0 \"", "\"content\":\"t1 \"", "\"content\":\"t2 \"", "\"tool_calls\":",
                           "\"finish_reason\":\"length\"", "\"usage\":{\"prompt_tokens\":3,", "data: [DONE]\n\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  Truth truth = server.stop().value();
  ASSERT_EQ(truth.requests.size(), 1u);
  const RequestTruth& request = truth.requests[0];
  EXPECT_EQ(request.id, "me");
  EXPECT_EQ(request.outcome, Outcome::kOk);
  EXPECT_EQ(request.tokens, 4u);
  EXPECT_EQ(request.prompt_tokens, 3u);
  std::vector<PieceKind> kinds;
  for (const Written& piece : request.written) kinds.push_back(piece.kind);
  using enum PieceKind;
  EXPECT_EQ(kinds, (std::vector{kRole, kReasoning, kContent, kContent, kTool, kUsage, kDone}));
  EXPECT_GE(*request.ttft_ns(), 3'000'000);
  EXPECT_EQ(request.itl_ns().size(), 3u);
  EXPECT_EQ(request.written[3].due_ns - request.written[2].due_ns, 1'000'000) << "due times have no drift";
}

TEST(StubServer, TokensPerChunkAndContinuousUsage) {
  Server server = started(options({{"ttft", "0ms"}, {"itl", "0ms"}, {"tokens-per-chunk", "3"}}));
  RawClient client(server.url());
  client.say(chat(R"(,"max_tokens":7,"stream_options":{"continuous_usage_stats":true})"));
  std::string text = client.hear_until(kStreamEnd);
  EXPECT_NE(text.find("\"content\":\"t0 t1 t2 \""), std::string::npos);
  EXPECT_NE(text.find("\"content\":\"t6 \""), std::string::npos);
  EXPECT_NE(text.find("\"completion_tokens\":6}"), std::string::npos);
  EXPECT_NE(text.find("\"completion_tokens\":7}"), std::string::npos);
}

TEST(StubServer, ARequestMayAskForItsOwnBehaviour) {
  Server server = started(options({{"ttft", "0ms"}, {"itl", "0ms"}}));
  RawClient client(server.url());
  client.say(chat(R"(,"stub":{"tokens":2})", "x-stub-ttft: 5ms\r\n"));
  client.hear_until(kStreamEnd);
  client.say(chat("", "x-stub-ttft: soon\r\n"));
  EXPECT_TRUE(client.hear_until("\r\n\r\n").starts_with("HTTP/1.1 400 "));
  Truth truth = server.stop().value();
  EXPECT_EQ(truth.requests[0].tokens, 2u);
  EXPECT_GE(*truth.requests[0].ttft_ns(), 5'000'000);
  EXPECT_EQ(truth.requests[1].outcome, Outcome::kBadRequest);
}

// What a client hears of each fault.
TEST(StubServer, FaultsLookAsTheyShould) {
  Server server = started(options({{"ttft", "0ms"}, {"itl", "0ms"}, {"retry-after", "7"}}));
  auto heard = [&](const char* fault, bool* reset = nullptr) {
    RawClient client(server.url());
    client.say(chat(R"(,"max_tokens":4)", fmt::format("x-stub-errors: {}\r\nConnection: close\r\n", fault)));
    std::string text = client.hear_all();
    if (reset != nullptr) *reset = client.was_reset();
    return text;
  };
  EXPECT_TRUE(heard("500").starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(heard("503").starts_with("HTTP/1.1 503 "));
  std::string busy = heard("429");
  EXPECT_TRUE(busy.starts_with("HTTP/1.1 429 "));
  EXPECT_NE(busy.find("retry-after: 7\r\n"), std::string::npos);
  EXPECT_NE(heard("html").find("text/html"), std::string::npos);
  std::string error = heard("mid-stream");
  EXPECT_NE(error.find("t1 "), std::string::npos);
  EXPECT_NE(error.find("data: {\"error\":"), std::string::npos);
  std::string cut = heard("cut");
  EXPECT_NE(cut.find("t1 "), std::string::npos);
  EXPECT_EQ(cut.find("t2 "), std::string::npos);
  EXPECT_EQ(cut.find("[DONE]"), std::string::npos);
  EXPECT_TRUE(cut.ends_with(kStreamEnd));
  std::string half = heard("half-chunk");
  EXPECT_FALSE(half.ends_with(kStreamEnd));
  EXPECT_NE(half.find("t1 "), std::string::npos);
  bool reset = false;
  heard("reset", &reset);
  EXPECT_TRUE(reset);
  Truth truth = server.stop().value();
  EXPECT_EQ(truth.requests.size(), 8u);
  for (const RequestTruth& request : truth.requests) EXPECT_EQ(request.outcome, Outcome::kFault) << request.fault;
  EXPECT_EQ(truth.requests[7].fault, "reset");
}

TEST(StubServer, SilenceLastsUntilTheClientGoes) {
  Server server = started(options({{"errors", "silence"}}));
  {
    RawClient client(server.url());
    client.say(chat(""));
    RawClient other(server.url());
    other.say("GET / HTTP/1.1\r\nx-stub-errors: none\r\n\r\n");
    EXPECT_TRUE(other.hear_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  }
  Truth truth = server.stop().value();
  ASSERT_EQ(truth.requests.size(), 2u);
  EXPECT_EQ(truth.totals.outcomes[static_cast<std::size_t>(Outcome::kOk)], 1u);
}

TEST(StubServer, AFullQueueIsTold) {
  Server server = started(options({{"servers", "1"}, {"service", "1s"}, {"queue-limit", "1"}}));
  RawClient first(server.url()), second(server.url()), third(server.url());
  for (RawClient* client : {&first, &second, &third}) {
    client->say("GET / HTTP/1.1\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // so that they come in this order
  }
  EXPECT_TRUE(third.hear_until("\r\n\r\n").starts_with("HTTP/1.1 503 "));
  Truth truth = server.stop().value();
  EXPECT_EQ(truth.totals.outcomes[static_cast<std::size_t>(Outcome::kRejected)], 1u);
  EXPECT_EQ(truth.totals.outcomes[static_cast<std::size_t>(Outcome::kUnfinished)], 2u);
}

TEST(StubServer, WaitsInTheQueueAreInTheTruth) {
  Server server = started(options({{"servers", "1"}, {"service", "20ms"}, {"delay", "5ms"}}));
  RawClient first(server.url()), second(server.url());
  first.say("GET / HTTP/1.1\r\n\r\n");
  second.say("GET / HTTP/1.1\r\n\r\n");
  first.hear_until("\r\n\r\n");
  second.hear_until("\r\n\r\n");
  Truth truth = server.stop().value();
  ASSERT_EQ(truth.requests.size(), 2u);
  EXPECT_EQ(truth.requests[1].service_begin_ns, truth.requests[0].service_end_ns);
  for (const RequestTruth& request : truth.requests) {
    EXPECT_EQ(request.service_end_ns - request.service_begin_ns, 20'000'000);
    EXPECT_EQ(request.written[0].due_ns, request.service_end_ns + 5'000'000);
  }
}

TEST(StubServer, AStallDelaysAllThatIsUnderWay) {
  Server server = started(options({{"ttft", "60ms"}, {"stall", "0s:500ms"}}));
  RawClient client(server.url());
  client.say(chat(R"(,"max_tokens":1)"));
  client.hear_until(kStreamEnd);
  Truth truth = server.stop().value();
  // Sent within the stall, which the request waits out before its 60 ms begin.
  const RequestTruth& request = truth.requests[0];
  EXPECT_EQ(request.written[1].due_ns - request.service_begin_ns, 560'000'000);
  EXPECT_GT(*request.ttft_ns(), 60'000'000 + 100'000'000);
}

TEST(StubServer, WhatIsNoHttpIsRefusedAndClosed) {
  Server server = started(options());
  RawClient client(server.url());
  client.say("EHLO example.org\r\n\r\n");
  EXPECT_TRUE(client.hear_all().starts_with("HTTP/1.1 400 "));
}

TEST(StubServer, APortThatIsTakenIsNamed) {
  Server server = started(options());
  Options same = options();
  same.listen.push_back({server.ports()[0].number, false});
  Result<Server> second = Server::start(same);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

// Reports how exactly the writes keep their times; on a calm machine a few microseconds.
TEST(StubServer, WritesKeepTheirTimes) {
  Server server = started(options({{"ttft", "uniform:2ms:8ms"}, {"itl", "exp:2ms"}, {"tokens", "50"}}));
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      RawClient client(server.url());
      client.say(chat(""));
      client.hear_until(kStreamEnd);
    });
  }
  for (std::thread& client : clients) client.join();
  Truth truth = server.stop().value();
  const Quantiles& error = truth.totals.write_error;
  EXPECT_GE(error.n, 8u * 50u);
  auto text = [](std::int64_t ns) { return duration_text(static_cast<double>(ns)); };
  std::printf("written later than due: p50 %s, p99 %s, longest %s\n", text(error.p50).c_str(), text(error.p99).c_str(),
              text(error.most).c_str());
  for (const RequestTruth& request : truth.requests) {
    for (const Written& piece : request.written) EXPECT_GE(piece.at_ns, piece.due_ns) << "never early";
  }
}

}  // namespace
}  // namespace lynxbench::stub
