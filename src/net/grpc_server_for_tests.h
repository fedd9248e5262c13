// For tests: a gRPC server whose answers are a function.
//
//   GrpcTestServer server([](GrpcTestRequest& request) { request.send("answer"); request.finish(0); });
//   server.url()   // "grpc://127.0.0.1:PORT"
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/grpc.h"
#include "net/test_server.h"

namespace lynxbench::net {

// A request, from its headers to its end; the function is called once it has ended, or with each of
// its messages.
class GrpcTestRequest final : public Http2Stream {
 public:
  using Answer = std::function<void(GrpcTestRequest&)>;
  GrpcTestRequest(Http2Session& session, std::int32_t id, Http2Headers headers, const Answer& answer, bool each)
      : session_(session), id_(id), path_(value_of(headers, ":path")), answer_(answer), each_(each) {
    for (const Http2Header& header : headers) headers_.emplace(header.name, header.value);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::map<std::string, std::string>& request_headers() const { return headers_; }
  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }
  [[nodiscard]] bool is_ended() const { return ended_; }
  [[nodiscard]] Http2Session& session() { return session_; }
  [[nodiscard]] std::int32_t id() const { return id_; }

  void send(std::string_view message) {
    accept();
    grpc_send(session_, id_, message);
  }
  void send_raw(std::string bytes, Http2End end = Http2End::kMore) {
    accept();
    session_.send(id_, std::move(bytes), end);
  }
  void finish(std::uint32_t code, std::string_view message = {}) {
    if (accepted_) grpc_finish(session_, id_, code, message);
    else grpc_refuse(session_, id_, code, message);
  }

 private:
  void accept() {
    if (!accepted_) grpc_accept(session_, id_);
    accepted_ = true;
  }
  void headers(Http2Headers) override {}
  void data(std::string_view bytes) override {
    EXPECT_TRUE(frames_.add(bytes, [this](std::string_view message) {
      messages_.emplace_back(message);
      if (each_) answer_(*this);
    }).ok());
  }
  void ended() override {
    ended_ = true;
    answer_(*this);
  }
  void closed(std::uint32_t) override {}

  Http2Session& session_;
  std::int32_t id_;
  std::string path_;
  const Answer& answer_;
  bool each_;
  std::map<std::string, std::string> headers_;
  std::vector<std::string> messages_;
  GrpcFrames frames_{1 << 30};
  bool accepted_ = false;
  bool ended_ = false;
};

// Serves one connection until the client has gone.
class GrpcTestConnection final : private Http2Owner {
 public:
  GrpcTestConnection(TestPeer& peer, const GrpcTestRequest::Answer& answer, bool each, const Http2Options& options)
      : peer_(peer), answer_(answer), each_(each), session_(Http2Role::kServer, options, *this) {}

  void serve() {
    bool good = write();
    while (good) {
      std::string bytes = peer_.read();
      good = !bytes.empty() && session_.receive(bytes).ok();
      good = write() && good && !session_.is_over();
    }
  }

 private:
  bool write() {
    for (std::string_view bytes = session_.output(); !bytes.empty(); bytes = session_.output()) {
      if (!peer_.send(bytes)) return false;
      session_.written(bytes.size());
    }
    return true;
  }
  Http2Stream* request(std::int32_t stream, Http2Headers headers) override {
    requests_.push_back(std::make_unique<GrpcTestRequest>(session_, stream, headers, answer_, each_));
    return requests_.back().get();
  }

  TestPeer& peer_;
  const GrpcTestRequest::Answer& answer_;
  bool each_;
  std::vector<std::unique_ptr<GrpcTestRequest>> requests_;
  Http2Session session_;
};

struct GrpcTestOptions {
  bool each_message = false;  // the function is called with each message too
  Http2Options http2{};
  const TestCertificate* certificate = nullptr;
};

class GrpcTestServer {
 public:
  explicit GrpcTestServer(GrpcTestRequest::Answer answer, const GrpcTestOptions& options = {})
      : answer_(std::move(answer)),
        secure_(options.certificate != nullptr),
        server_([this, options](TestPeer& peer) {
          GrpcTestConnection(peer, answer_, options.each_message, options.http2).serve();
        }, options.certificate) {}

  [[nodiscard]] std::string url() const {
    return (secure_ ? "grpcs://127.0.0.1:" : "grpc://127.0.0.1:") + std::to_string(server_.port());
  }
  [[nodiscard]] int connections() const { return server_.connections(); }

 private:
  GrpcTestRequest::Answer answer_;
  bool secure_;
  TestServer server_;
};

}  // namespace lynxbench::net
