// For tests: a client's and a server's session that write to each other in memory.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/http2_session.h"

namespace lynxbench::net {

// Keeps what it is told of a stream.
struct StreamLog final : Http2Stream {
  std::vector<std::map<std::string, std::string>> blocks;
  std::string body;
  bool is_ended = false;
  std::vector<std::uint32_t> closes;

  void headers(Http2Headers headers) override {
    std::map<std::string, std::string>& block = blocks.emplace_back();
    for (const Http2Header& header : headers) block.emplace(header.name, header.value);
  }
  void data(std::string_view bytes) override { body += bytes; }
  void ended() override { is_ended = true; }
  void closed(std::uint32_t code) override { closes.push_back(code); }
};

struct OwnerLog final : Http2Owner {
  struct Request {
    std::int32_t id;
    StreamLog log;
  };
  std::vector<std::unique_ptr<Request>> requests;
  bool refuses = false;
  std::vector<std::string> goaways;
  int settings_frames = 0;

  Http2Stream* request(std::int32_t stream, Http2Headers headers) override {
    if (refuses) return nullptr;
    requests.push_back(std::make_unique<Request>(Request{stream, {}}));
    requests.back()->log.headers(headers);
    return &requests.back()->log;
  }
  void goaway(std::int32_t last, std::uint32_t code, std::string_view debug) override {
    goaways.push_back(std::to_string(last) + " " + http2_error_name(code) + " " + std::string(debug));
  }
  void settings() override { ++settings_frames; }
};

// All of one's output into the other, `piece` bytes at a time (0: whole). The last error of the other.
inline Status pump_one_way(Http2Session& from, Http2Session& to, std::size_t piece = 0) {
  Status status = ok_status();
  for (std::string_view bytes = from.output(); !bytes.empty(); bytes = from.output()) {
    std::string taken(bytes.substr(0, piece == 0 ? bytes.size() : piece));
    from.written(taken.size());
    Status received = to.receive(taken);
    if (!received.ok()) status = received;
  }
  return status;
}

struct Http2Pair {
  OwnerLog client_owner;
  OwnerLog server_owner;
  std::unique_ptr<Http2Session> client;
  std::unique_ptr<Http2Session> server;

  explicit Http2Pair(const Http2Options& client_options = {}, const Http2Options& server_options = {})
      : client(std::make_unique<Http2Session>(Http2Role::kClient, client_options, client_owner)),
        server(std::make_unique<Http2Session>(Http2Role::kServer, server_options, server_owner)) {}

  void pump(std::size_t piece = 0) {
    for (int i = 0; i < 100 && !(client->output().empty() && server->output().empty()); ++i) {
      EXPECT_TRUE(pump_one_way(*client, *server, piece).ok());
      EXPECT_TRUE(pump_one_way(*server, *client, piece).ok());
    }
  }
  [[nodiscard]] OwnerLog::Request& request(std::size_t index) { return *server_owner.requests.at(index); }
};

inline constexpr Http2Header kGet[] = {
    {":method", "POST"}, {":scheme", "http"}, {":path", "/x"}, {":authority", "host"}};
inline constexpr Http2Header kFine[] = {{":status", "200"}, {"content-type", "text/plain"}};

}  // namespace lynxbench::net
