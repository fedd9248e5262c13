// One HTTP/2 connection of a GrpcClient, and the calls on it. Inside net only.
#pragma once

#include <memory>
#include <vector>

#include "net/grpc_client.h"

namespace lynxbench::net {

class GrpcConnection final : private StreamOwner, private Http2Owner {
 public:
  GrpcConnection(GrpcClient& client, Poller& poller, Destination& destination, const GrpcClientOptions& options);
  ~GrpcConnection();
  GrpcConnection(const GrpcConnection&) = delete;
  GrpcConnection& operator=(const GrpcConnection&) = delete;

  // Begins to connect; how that failed, if it did at once.
  [[nodiscard]] std::optional<GrpcEnd> connect();
  [[nodiscard]] bool ready() const { return state_ == State::kReady; }
  [[nodiscard]] bool connecting() const { return state_ == State::kConnecting; }
  // May take another call.
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] bool going_away() const { return going_away_; }
  [[nodiscard]] const std::vector<GrpcClientCall*>& calls() const { return calls_; }
  [[nodiscard]] bool used() const { return used_; }
  [[nodiscard]] Nanos connect_time() const { return stream_.connect_time(); }

  // False, with nothing started, when the session takes no more.
  [[nodiscard]] bool start(GrpcClientCall& call);
  void remove(GrpcClientCall& call);
  void flush();
  // No more calls of anybody's; the owner is told nothing. Its calls are dropped.
  void close();

 private:
  friend class GrpcClient;
  enum class State { kConnecting, kReady, kOver };

  void stream_connected(Stream& stream) override;
  void stream_received(Stream& stream, std::string_view bytes, const Receipt& receipt) override;
  void stream_drained(Stream& stream) override;
  void stream_ended(Stream& stream, const StreamEnd& end) override;
  void goaway(std::int32_t last_stream, std::uint32_t code, std::string_view debug) override;
  void settings() override;
  void note_written();
  void over(const GrpcEnd& end);

  GrpcClient& client_;
  const GrpcClientOptions& options_;
  Http2Session session_;
  Stream stream_;
  Timer connect_timeout_;
  State state_ = State::kConnecting;
  bool going_away_ = false;
  bool used_ = false;   // had a call
  bool dirty_ = false;  // in the client's list
  std::string goaway_text_;
  std::vector<GrpcClientCall*> calls_;
  std::vector<GrpcClientCall*> unwritten_;  // started, and not known to be with the kernel
};

}  // namespace lynxbench::net
