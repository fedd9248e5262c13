// Requests over HTTP/1.1 and a pool of connections, in the thread that polls. The one place where a
// request's failure on the network gets its name.
//
//   auto client = TRY(HttpClient::make(endpoint, options, [] { return std::make_unique<MyReader>(); }));
//   client->send(index, input, request_bytes, answers);
//   client->poll(until);                       // answers.answered() is called from here
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/audit.h"
#include "model/contract.h"
#include "model/request.h"
#include "net/http1.h"
#include "net/poller.h"
#include "net/stream.h"
#include "target/net/answer_reader.h"
#include "target/net/endpoint.h"
#include "target/target.h"

namespace lynxbench::target {

struct HttpClientOptions {
  KeepAlive keep_alive = KeepAlive::kReuse;
  std::int64_t connections = 0;  // at most so many at once, others wait; 0: as many as requests are out
  Nanos timeout{60'000'000'000};
  std::int64_t most_answer_bytes = 268'435'456;  // of a body
  net::Http1Parser::Body body = net::Http1Parser::Body::kAsSaid;  // kNone for HEAD
};
[[nodiscard]] HttpClientOptions http_client_options(const EndpointSpec& spec);

class HttpClient {
 public:
  using MakeReader = std::function<std::unique_ptr<AnswerReader>()>;

  // Looks the host up (blocks). kUnavailable, kInvalidInput as Destination::resolve.
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> make(const Endpoint& endpoint,
                                                                const HttpClientOptions& options,
                                                                MakeReader make_reader);
  // Requests without an answer are failed (kFailed, kClosed).
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // `request`: all of its bytes; they must live until the answer. An open connection is used, the one
  // that was used last; else a new one, or it waits until one is free. A request on a used connection
  // that the server closes before any byte of the answer is sent again, once, on a new one.
  void send(std::uint64_t index, std::uint32_t input, std::string_view request, Answers& answers);
  // As Target's.
  void poll(Nanos until) { poller_->wait(until); }
  void abandon();
  [[nodiscard]] ClientResources resources() const;

 private:
  struct Slot;
  class Connection;
  friend class Connection;

  HttpClient(std::unique_ptr<net::Poller> poller, std::unique_ptr<net::Destination> there,
             const HttpClientOptions& options, MakeReader make_reader);

  Slot& take_slot();
  void dispatch(Slot& slot);
  void open_for(Slot& slot);
  // Requests that wait get the connections that are free or may be opened now.
  void serve_waiting();
  void fail(Slot& slot, Failure failure, std::string detail);
  void finish(Slot& slot, Nanos done);
  void time_out(Slot& slot);
  void make_idle(Connection& connection);
  void drop(Connection& connection);

  const HttpClientOptions options_;
  const MakeReader make_reader_;
  const std::unique_ptr<net::Poller> poller_;
  const std::unique_ptr<net::Destination> there_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> free_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  // the last one was used last
  std::deque<Slot*> waiting_;
  std::uint64_t on_used_ = 0;
  std::uint64_t waited_ = 0;
  std::uint64_t retried_ = 0;
};

}  // namespace lynxbench::target
