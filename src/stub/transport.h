// A connection's bytes: a socket that does not block, plain or under TLS, with the kernel's time of
// receipt on what is read and a time stamp just before what is written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stub/tls.h"

namespace lynxbench::stub {

[[nodiscard]] std::int64_t monotonic_ns();

// Asks the kernel for times of receipt on a socket; those accepted from it inherit it.
void ask_for_receive_times(int socket);
// The kernel begins to take those times a moment after the first socket asked; this waits for it, at
// most 100 ms.
void wait_for_receive_times();

class Transport {
 public:
  // Takes the socket over.
  Transport(int socket, const TlsContext* tls);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  enum class Received { kBytes, kNothing, kEnd, kBroken };
  // Appends what came to `in`, at most 256 KiB of it. kBytes: there may be more.
  Received receive(std::string& in);
  // When the kernel had the last of what receive() gave; nothing: it did not tell.
  [[nodiscard]] std::optional<std::int64_t> kernel_ns() const { return kernel_ns_; }
  [[nodiscard]] std::int64_t read_ns() const { return read_ns_; }

  // Writes `bytes`, and keeps what the kernel does not take. Gives the moment just before the call.
  std::int64_t send(std::string_view bytes);
  // Tries again with what was kept. False: the connection is broken.
  bool flush();
  [[nodiscard]] bool blocked() const { return sent_ < pending_.size(); }
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] std::size_t pending_bytes() const { return pending_.size() - sent_; }

  // Ends our side once all is written: TLS's own end, then FIN.
  void finish();
  // TCP's reset, at once; nothing more is written.
  void reset();

  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  std::int64_t write(std::string_view bytes);
  void note_kernel_time(std::int64_t wall_ns);

  int socket_;
  std::unique_ptr<TlsSession> tls_;
  std::string peer_;
  std::string pending_;
  std::size_t sent_ = 0;  // of pending_
  std::optional<std::int64_t> kernel_ns_;
  std::int64_t read_ns_ = 0;
  bool broken_ = false;
  bool finishing_ = false;
};

}  // namespace lynxbench::stub
