// What every target on HTTP must make of a server that misbehaves: a named failure, counted, in time.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "model/json.h"
#include "net/test_server.h"
#include "target/net/polled_answers_for_test.h"
#include "target/target.h"

namespace lynxbench::target {
namespace {

using namespace std::chrono_literals;
using net::TestPeer;
using net::TestServer;

struct Member {
  const char* name;
  const char* kind;
  Streaming stream;
  const char* type;  // of a good answer
  const char* body;
};
void PrintTo(const Member& member, std::ostream* out) { *out << member.name; }

constexpr const char* kChatStream =
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"four\"}}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n"
    "data: [DONE]\n\n";
constexpr const char* kTextStream = "data: {\"choices\":[{\"text\":\"four\"}]}\n\ndata: [DONE]\n\n";
constexpr const char* kChatWhole =
    "{\"choices\":[{\"message\":{\"content\":\"four\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}";

std::string with_length(const std::string& status, const std::string& type, const std::string& body,
                        const std::string& more = "") {
  return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\n{}Content-Length: {}\r\n\r\n{}", status, type, more,
                     body.size(), body);
}

class HttpConformance : public ::testing::TestWithParam<Member> {
 protected:
  using Script = std::function<void(TestPeer&, const std::string& request)>;

  HttpConformance() {
    input_.messages = {{"user", "two and two?"}};
    input_.body = "two and two?";
    input_.expected = "four";
    inputs_.inputs = {input_};
    contract_.target.kind = GetParam().kind;
    contract_.target.endpoint.model = "tiny";
    contract_.target.endpoint.stream = GetParam().stream;
    contract_.workload.accuracy.method = ScoreMethod::kContains;
  }

  [[nodiscard]] std::string good() const { return with_length("200 OK", GetParam().type, GetParam().body); }
  [[nodiscard]] bool is_openai() const { return std::string_view(GetParam().kind) != "http"; }
  [[nodiscard]] bool is_stream() const { return is_openai() && GetParam().stream == Streaming::kOn; }

  // The script is for requests of the load; what a target asks beforehand gets a 404.
  void serve(Script script, const net::TestCertificate* certificate = nullptr) {
    server_ = std::make_unique<TestServer>(
        [script = std::move(script)](TestPeer& peer) {
          std::string request = peer.read_request();
          if (request.starts_with("GET ") || request.starts_with("HEAD ")) {
            peer.send("HTTP/1.1 404 Not Found\r\nServer: test/1.2\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
          } else if (!request.empty()) {
            script(peer, request);
          }
        },
        certificate);
    contract_.target.endpoint.url = server_->url("/v1/x");
  }
  // Gives `bytes` and closes.
  void serve_bytes(const std::string& bytes) {
    serve([bytes](TestPeer& peer, const std::string&) { peer.send(bytes); });
  }
  Target& open_target() {
    Result<std::unique_ptr<Target>> opened = open(contract_, inputs_, {}, clock_);
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    target_ = std::move(opened).value();
    return *target_;
  }
  KeptAnswer one() { return answers_.one(open_target()); }

  void expect_failure(const KeptAnswer& kept, Failure failure, const std::string& word) {
    EXPECT_EQ(name_of(kept.exchange.failure), name_of(failure)) << kept.exchange.detail;
    EXPECT_EQ(kept.answer.status, failure == Failure::kBusy ? RequestStatus::kRejected : RequestStatus::kFailed);
    EXPECT_NE(kept.exchange.detail.find(word), std::string::npos) << kept.exchange.detail;
    EXPECT_GE(kept.answer.done, kept.answer.first_byte);
  }
  void expect_good(const KeptAnswer& kept) {
    EXPECT_EQ(name_of(kept.exchange.failure), name_of(Failure::kNone)) << kept.exchange.detail;
    EXPECT_EQ(kept.answer.status, RequestStatus::kOk);
    EXPECT_EQ(kept.exchange.status_code, 200u);
    EXPECT_EQ(kept.exchange.score, true);
    EXPECT_LE(kept.exchange.written_ns, kept.answer.first_byte.count());
    EXPECT_LE(kept.answer.first_byte, kept.answer.done);
    if (is_stream()) {
      EXPECT_EQ(kept.exchange.content_chunks, 1u);
      ASSERT_TRUE(kept.exchange.first_content_ns.has_value());
      EXPECT_LE(*kept.exchange.first_event_ns, *kept.exchange.first_content_ns);
    }
  }

  SystemClock clock_;
  Input input_;
  Inputs inputs_;
  Contract contract_;
  PolledAnswers answers_;
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<Target> target_;
};

INSTANTIATE_TEST_SUITE_P(
    Targets, HttpConformance,
    ::testing::Values(Member{"Http", "http", Streaming::kOff, "text/plain", "four"},
                      Member{"ChatStream", "openai-chat", Streaming::kOn, "text/event-stream; charset=utf-8", kChatStream},
                      Member{"TextStream", "openai-completions", Streaming::kOn, "text/event-stream", kTextStream},
                      Member{"ChatWhole", "openai-chat", Streaming::kOff, "application/json", kChatWhole}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(HttpConformance, AGoodAnswerIsOneWithItsTimes) {
  Nanos before = clock_.now();
  serve([this](TestPeer& peer, const std::string& request) {
    EXPECT_NE(request.find("two and two?"), std::string::npos);
    peer.send(good());
    peer.wait_for_end();
  });
  KeptAnswer kept = one();
  expect_good(kept);
  EXPECT_GE(kept.answer.first_byte, before);
  EXPECT_LE(kept.answer.done, clock_.now());
  EXPECT_EQ(kept.answer.response_bytes, good().size());
  EXPECT_TRUE(kept.exchange.new_connection);
  EXPECT_GT(kept.exchange.connect_ns, 0);
  EXPECT_GT(target_->request_bytes(0), 50u);
  EXPECT_EQ(target_->resources().connections_opened, 1u);
}

TEST_P(HttpConformance, ByTheByteOrInChunksAndAfterA100ItIsTheSame) {
  serve([this](TestPeer& peer, const std::string&) {
    std::string chunked = fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n", GetParam().type);
    for (char c : std::string_view(GetParam().body)) chunked += fmt::format("1;x\r\n{}\r\n", c);
    for (char c : "HTTP/1.1 100 Continue\r\n\r\n" + chunked + "0\r\nTrailer: x\r\n\r\n") peer.send({&c, 1});
    peer.read_request();
    peer.send(good());
    peer.wait_for_end();
  });
  expect_good(one());
  KeptAnswer second = answers_.one(*target_);
  expect_good(second);
  EXPECT_FALSE(second.exchange.new_connection);
  EXPECT_EQ(second.exchange.connect_ns, 0);
  EXPECT_EQ(target_->resources().requests_on_used, 1u);
}

TEST_P(HttpConformance, OverTlsItIsTheSame) {
  net::TestCertificate certificate = net::make_test_certificate();
  serve([this](TestPeer& peer, const std::string&) { peer.send(good()); peer.wait_for_end(); }, &certificate);
  Result<std::unique_ptr<Target>> untrusted = open(contract_, inputs_, {}, clock_);
  ASSERT_FALSE(untrusted.ok());
  EXPECT_EQ(untrusted.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(untrusted.error().message.find("not trusted"), std::string::npos) << untrusted.error().text();
  contract_.target.endpoint.ca_file = certificate.certificate_file;
  expect_good(one());
  contract_.target.endpoint.ca_file.reset();
  contract_.target.endpoint.certificates = Certificates::kTrustAny;
  expect_good(one());
}

TEST_P(HttpConformance, AClosedPortIsSaidAtOnceAndLaterIsAFailure) {
  serve([](TestPeer&, const std::string&) {});
  Target& target = open_target();
  server_.reset();
  expect_failure(answers_.one(target), Failure::kConnect, "refused");
  EXPECT_EQ(target.resources().connections_failed, 1u);
  Result<std::unique_ptr<Target>> opened = open(contract_, inputs_, {}, clock_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(opened.error().message.find("refused"), std::string::npos) << opened.error().text();
  EXPECT_NE(opened.error().message.find("target.endpoint.url"), std::string::npos);
}

TEST_P(HttpConformance, AServerWithoutTlsIsSaidAtOnce) {
  serve([](TestPeer&, const std::string&) {});
  contract_.target.endpoint.url = "https" + contract_.target.endpoint.url.substr(4);
  std::unique_ptr<TestServer> plain = std::make_unique<TestServer>([](TestPeer& peer) { peer.send("HTTP/1.1 400 No\r\n\r\n"); });
  contract_.target.endpoint.url = "https" + plain->url().substr(4);
  Result<std::unique_ptr<Target>> opened = open(contract_, inputs_, {}, clock_);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("http://"), std::string::npos) << opened.error().text();
}

TEST_P(HttpConformance, AnHtmlPageIsNotWhatJsonWasAskedOf) {
  serve_bytes(with_length("200 OK", "text/html", "<html><title>Sign in</title>four</html>"));
  if (is_openai()) expect_failure(one(), Failure::kContentType, "HTML");
  else expect_good(one());
  serve_bytes(with_length("200 OK", "application/octet-stream", " <html>four</html>"));
  if (is_openai()) expect_failure(one(), Failure::kContentType, "markup");
}

TEST_P(HttpConformance, AnAnswerCutOffIsClosed) {
  const std::string head = fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\n", GetParam().type);
  for (const std::string& bytes : {head + "Transfer-Encoding: chunked\r\n\r\n20\r\ndata: {\"ch", head + "Content-Length: 50\r\n\r\ndata: {\"ch", head}) {
    serve_bytes(bytes);
    expect_failure(one(), Failure::kClosed, "the server closed the connection");
  }
  serve_bytes("");
  expect_failure(one(), Failure::kClosed, "before any byte of the answer; is this a port for https://?");
  EXPECT_EQ(target_->resources().retried, 0u);  // it was the first on its connection
}

TEST_P(HttpConformance, AResetIsClosed) {
  serve([](TestPeer& peer, const std::string&) { peer.send("HTTP/1.1 200 OK\r\n"); peer.reset_at_end(); });
  expect_failure(one(), Failure::kClosed, "");
}

TEST_P(HttpConformance, SilenceIsATimeout) {
  contract_.target.endpoint.timeout = 80ms;
  serve([](TestPeer& peer, const std::string&) { peer.wait_for_end(); });
  Nanos before = clock_.now();
  expect_failure(one(), Failure::kTimeout, "no complete answer in 0.08 s: no byte of the answer came");
  EXPECT_GE(clock_.now() - before, 80ms);
}

TEST_P(HttpConformance, TrickledHeadersAndBodiesTimeOut) {
  contract_.target.endpoint.timeout = 100ms;
  serve([](TestPeer& peer, const std::string&) {
    SystemClock clock;
    std::string_view head = "HTTP/1.1 200 OK\r\nX-Slow: ";
    for (std::size_t i = 0; peer.send(i < head.size() ? head.substr(i, 1) : "x"); ++i) clock.sleep_until(clock.now() + 5ms);
  });
  expect_failure(one(), Failure::kTimeout, "in the answer's header");
  serve([this](TestPeer& peer, const std::string&) {
    SystemClock clock;
    peer.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\n\r\n", GetParam().type));
    while (peer.send(is_stream() ? ":\n" : " ")) clock.sleep_until(clock.now() + 5ms);
  });
  expect_failure(one(), Failure::kTimeout, "bytes of the body");
}

TEST_P(HttpConformance, AnEndlessAnswerIsTooLarge) {
  contract_.target.endpoint.most_answer_bytes = 1'000'000;
  serve([this](TestPeer& peer, const std::string&) {
    peer.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\n\r\n", GetParam().type));
    while (peer.send(std::string(1000, is_stream() ? ':' : ' ') + "\n")) {
    }
  });
  expect_failure(one(), Failure::kTooLarge, "more than 1000000 bytes");
}

TEST_P(HttpConformance, AHeaderWithoutEndAndForeignProtocolsAreProtocolFailures) {
  serve([](TestPeer& peer, const std::string&) {
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("X-Bomb: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  expect_failure(one(), Failure::kProtocol, "more than 65536 bytes");
  serve_bytes("SSH-2.0-OpenSSH_9.2\r\n");
  expect_failure(one(), Failure::kProtocol, "SSH-2.0-OpenSSH_9.2");
  serve_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n");
  expect_failure(one(), Failure::kProtocol, "chunk's size");
}

TEST_P(HttpConformance, ABusyServerSaysWhenToComeAgain) {
  for (const char* status : {"429 Too Many Requests", "503 Service Unavailable"}) {
    serve_bytes(with_length(status, "application/json", "{\"error\":{\"message\":\"slow down\"}}", "Retry-After: 7\r\n"));
    KeptAnswer kept = one();
    expect_failure(kept, Failure::kBusy, fmt::format("HTTP {}: slow down", std::string_view(status).substr(0, 3)));
    EXPECT_EQ(kept.exchange.retry_after_ns, 7'000'000'000);
  }
}

TEST_P(HttpConformance, OtherStatusesKeepTheServersWords) {
  serve([](TestPeer& peer, const std::string&) {
    peer.send(with_length("404 Not Found", "application/json", "{\"error\":{\"message\":\"The model `tiny` does not exist.\",\"code\":404}}"));
    peer.read_request();
    peer.send("HTTP/1.1 500 Oops\r\n\r\nCUDA out of memory\r\n");
  });
  KeptAnswer kept = one();
  expect_failure(kept, Failure::kStatus, "HTTP 404: The model `tiny` does not exist.");
  EXPECT_EQ(kept.exchange.status_code, 404u);
  kept = answers_.one(*target_);  // on the same connection: that answer was whole
  EXPECT_FALSE(kept.exchange.new_connection);
  expect_failure(kept, Failure::kStatus, "HTTP 500: CUDA out of memory");
  serve_bytes("HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n");
  expect_failure(one(), Failure::kStatus, "redirected to https://elsewhere/");
  serve([](TestPeer& peer, const std::string&) {
    peer.send("HTTP/1.1 400 Bad\r\n\r\n");
    while (peer.send(std::string(1000, 'x'))) {
    }
  });
  expect_failure(one(), Failure::kStatus, "HTTP 400: xxx");
}

TEST_P(HttpConformance, ARequestOnAConnectionThatWasClosedIsSentAgainOnce) {
  serve([this](TestPeer& peer, const std::string&) {
    peer.send(good());
    peer.read_request();  // and closes without a word
  });
  Target& target = open_target();
  for (int i = 0; i < 4; ++i) {
    KeptAnswer kept = answers_.one(target);
    expect_good(kept);
    EXPECT_TRUE(kept.exchange.new_connection);
  }
  EXPECT_EQ(target.resources().retried, 3u);
  EXPECT_EQ(target.resources().requests_on_used, 3u);
}

TEST_P(HttpConformance, NoMoreConnectionsThanAllowedAreOpen) {
  contract_.target.endpoint.connections = 2;
  serve([this](TestPeer& peer, const std::string&) {
    do peer.send(good());
    while (!peer.read_request().empty());
  });
  Target& target = open_target();
  for (std::uint64_t i = 0; i < 20; ++i) target.submit(i, 0, answers_);
  answers_.wait_for(target, 20);
  for (const KeptAnswer& kept : answers_.kept) expect_good(kept);
  ClientResources used = target.resources();
  EXPECT_EQ(used.connections_most, 2u);
  EXPECT_EQ(used.connections_opened, 2u);
  EXPECT_EQ(used.requests_on_used, 18u);
  EXPECT_EQ(used.waited_for_connection, 18u);
}

TEST_P(HttpConformance, RequestsThatWaitAreFailedWhenTheServerGoesAway) {
  contract_.target.endpoint.connections = 1;
  serve([](TestPeer&, const std::string&) {});
  Target& target = open_target();
  server_.reset();
  for (std::uint64_t i = 0; i < 2000; ++i) target.submit(i, 0, answers_);
  answers_.wait_for(target, 2000);
  for (const KeptAnswer& kept : answers_.kept) expect_failure(kept, Failure::kConnect, "refused");
}

TEST_P(HttpConformance, AConnectionForEachRequestIfSoAsked) {
  contract_.target.endpoint.keep_alive = KeepAlive::kPerRequest;
  serve([this](TestPeer& peer, const std::string& request) {
    EXPECT_NE(request.find("\r\nConnection: close\r\n"), std::string::npos);
    peer.send(good());
    peer.wait_for_end();
  });
  Target& target = open_target();
  for (int i = 0; i < 3; ++i) {
    KeptAnswer kept = answers_.one(target);
    expect_good(kept);
    EXPECT_TRUE(kept.exchange.new_connection);
  }
  EXPECT_EQ(target.resources().connections_opened, 3u);
  EXPECT_EQ(target.resources().connections_most, 1u);
}

TEST_P(HttpConformance, WhatIsAbandonedIsForgottenAndWhatIsDestroyedIsAnswered) {
  serve([](TestPeer& peer, const std::string&) { peer.wait_for_end(); });
  Target& target = open_target();
  for (std::uint64_t i = 0; i < 5; ++i) target.submit(i, 0, answers_);
  target.abandon();
  target.poll(clock_.now() + 20ms);
  EXPECT_TRUE(answers_.kept.empty());
  for (std::uint64_t i = 5; i < 8; ++i) target.submit(i, 0, answers_);
  target_.reset();
  ASSERT_EQ(answers_.kept.size(), 3u);
  for (const KeptAnswer& kept : answers_.kept) expect_failure(kept, Failure::kClosed, "the client ended");
}

TEST_P(HttpConformance, HeadersAndSecretsGoOutAndFactsDoNotTellThem) {
  setenv("LYNXBENCH_TEST_KEY", "s3cret", 1);
  contract_.target.endpoint.headers = {{"authorization", "Bearer env:LYNXBENCH_TEST_KEY"}, {"X-Plain", "x"}};
  std::string seen;
  serve([&, this](TestPeer& peer, const std::string& request) { seen = request; peer.send(good()); });
  contract_.target.endpoint.url.insert(7, "user:pass@");
  expect_good(one());
  EXPECT_NE(seen.find("\r\nauthorization: Bearer s3cret\r\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("\r\nX-Plain: x\r\n"), std::string::npos);
  bool named = false;
  for (const TargetFact& one : target_->facts()) {
    EXPECT_EQ(one.fact.value.find("s3cret"), std::string::npos) << one.fact.name;
    EXPECT_EQ(one.fact.value.find("pass"), std::string::npos) << one.fact.name;
    named = named || (one.fact.name == "server.name" && one.fact.value == "test");
  }
  EXPECT_TRUE(named);
  contract_.target.endpoint.headers = {{"X-Key", "env:LYNXBENCH_TEST_UNSET"}};
  EXPECT_EQ(open(contract_, inputs_, {}, clock_).error().code, ErrorCode::kInvalidArgument);
  contract_.target.endpoint.headers = {{"X-Key", "a\r\nb"}};
  EXPECT_EQ(open(contract_, inputs_, {}, clock_).error().code, ErrorCode::kInvalidArgument);
}

TEST_P(HttpConformance, FactsAreNamedOnceAndNoneIsSilentlyBlank) {
  serve([](TestPeer&, const std::string&) {});
  std::set<std::string> names;
  for (const TargetFact& one : open_target().facts()) {
    EXPECT_TRUE(names.insert(one.fact.name).second) << one.fact.name;
    EXPECT_FALSE(one.fact.source.empty()) << one.fact.name;
    EXPECT_EQ(one.fact.value.empty(), one.fact.provenance == Provenance::kUnknown) << one.fact.name;
    EXPECT_EQ(one.fact.reason.empty(), one.fact.provenance != Provenance::kUnknown) << one.fact.name;
  }
  for (const char* name : {"server.name", "server.version", "instances", "batching.max_batch", "batching.timeout",
                           "queue.capacity", "scheduler", "endpoint.url", "endpoint.keep_alive"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace lynxbench::target
