// gRPC calls to one server, over as many HTTP/2 connections as they need.
//
//   std::unique_ptr<GrpcClient> client = TRY(GrpcClient::make(*poller, url, options));
//   client->start(call, headers.get(), framed, Http2End::kEnd);   // call: a GrpcClientCall
//   client->flush();                                              // writes all that was started
//   while (call.pending()) { poller->wait(until); client->flush(); }
//
// Writing is left to flush(), so that requests that are due together go out in one write. Connections
// are opened when a call finds no room: with `most_connections` 0 as soon as all of them have
// `streams_per_connection` calls (or as many as the server lets be open at once); otherwise as soon
// as none is idle, up to that number, each new call on the one with the fewest. A call that finds no
// room waits. A call that a GOAWAY says was not processed is sent once more, on another connection.
//
// Threads: one, the poller's.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "net/grpc.h"
#include "net/poller.h"
#include "net/stream.h"

namespace lynxbench::net {

class GrpcClient;
class GrpcConnection;

// A call of a GrpcClient. An object is used for one call after another.
class GrpcClientCall : public GrpcCall {
 public:
  explicit GrpcClientCall(std::size_t most_bytes) : GrpcCall(most_bytes) {}
  ~GrpcClientCall() override { abandon(); }

  // Started, and done() has not been called.
  [[nodiscard]] bool pending() const { return client_ != nullptr; }
  // Ends it, with a RST_STREAM if it went out; done() is not called.
  void abandon();

  // As far as it is known: a connection was opened for it (it waited for that), how long that took,
  // and when the kernel had taken its last byte (0: not yet).
  [[nodiscard]] bool on_new_connection() const { return on_new_connection_; }
  [[nodiscard]] Nanos connect_time() const { return connect_time_; }
  [[nodiscard]] Nanos written() const { return written_; }

 protected:
  // The last call; as GrpcCall::finished(), and for what becomes of the connection.
  virtual void done(const GrpcEnd& end) = 0;

 private:
  friend class GrpcClient;
  friend class GrpcConnection;
  void finished(const GrpcEnd& end) final;

  GrpcClient* client_ = nullptr;
  GrpcConnection* connection_ = nullptr;  // null: waits for one
  Http2Headers headers_;
  std::string_view framed_;
  Http2End end_ = Http2End::kEnd;
  bool waited_ = false;
  bool sent_again_ = false;
  bool on_new_connection_ = false;
  Nanos connect_time_{0};
  Nanos written_{0};
};

struct GrpcClientOptions {
  TlsOptions tls{};
  std::size_t most_connections = 0;          // at once; 0: as many as are needed
  std::size_t streams_per_connection = 100;
  bool connection_per_call = false;          // each call has one of its own, which is closed then
  Nanos connect_timeout{10'000'000'000};
  Http2Options http2{};
};

class GrpcClient {
 public:
  // Looks the server's name up (blocks); opens no connection yet. Fails as Destination::resolve().
  [[nodiscard]] static Result<std::unique_ptr<GrpcClient>> make(Poller& poller, const Url& url,
                                                                const GrpcClientOptions& options);
  ~GrpcClient();  // abandons all calls
  GrpcClient(const GrpcClient&) = delete;
  GrpcClient& operator=(const GrpcClient&) = delete;

  // `headers` and `framed` must live until done() or abandon(). What fails comes to done(), perhaps
  // within this call.
  void start(GrpcClientCall& call, Http2Headers headers, std::string_view framed, Http2End end);
  // Writes what calls and connections have to say. Cheap when that is nothing.
  void flush();
  // Calls that were started since the last flush().
  [[nodiscard]] std::size_t unflushed() const { return unflushed_; }
  // Abandons all calls, and closes the connections that they were on.
  void abandon_all();

  // Of the bytes that are being handled: within a call's functions.
  [[nodiscard]] const Receipt& receipt() const { return receipt_; }
  [[nodiscard]] const Destination& destination() const { return *destination_; }
  [[nodiscard]] std::uint64_t calls_on_used() const { return calls_on_used_; }
  [[nodiscard]] std::uint64_t calls_that_waited() const { return calls_that_waited_; }  // for room

 private:
  friend class GrpcClientCall;
  friend class GrpcConnection;
  GrpcClient(Poller& poller, const GrpcClientOptions& options);

  [[nodiscard]] GrpcConnection* with_room();
  [[nodiscard]] bool wants_another() const;
  void open_connection();
  void start_on(GrpcConnection& connection, GrpcClientCall& call);
  void serve_waiting();
  void forget(GrpcClientCall& call);
  void call_ended(GrpcClientCall& call, const GrpcEnd& end);
  void connection_over(GrpcConnection& connection, const GrpcEnd& end);
  void note_dirty(GrpcConnection& connection);
  void bury();

  Poller& poller_;
  GrpcClientOptions options_;
  std::unique_ptr<Destination> destination_;
  std::vector<std::unique_ptr<GrpcConnection>> connections_;
  std::vector<std::unique_ptr<GrpcConnection>> buried_;  // destroyed once nothing of theirs is running
  std::vector<GrpcConnection*> dirty_;                   // those that have something to write
  std::deque<GrpcClientCall*> waiting_;
  std::size_t unflushed_ = 0;
  Receipt receipt_;
  std::uint64_t calls_on_used_ = 0;
  std::uint64_t calls_that_waited_ = 0;
};

}  // namespace lynxbench::net
