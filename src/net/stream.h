// A connection to a server, TCP or TLS over it, that never blocks: bytes are pushed to its owner with
// the time at which the kernel had them.
//
//   std::unique_ptr<Destination> there = TRY(Destination::resolve(url, {.alpn = {"h2"}}));
//   Stream stream(poller, *there, owner);
//   StreamEnd failed = stream.start();      // then, from poller.wait(): owner.stream_connected() ...
//   stream.write(request);
//
// HTTP/1.1 and HTTP/2 are built on top of it: received bytes go into their parser, and what they have
// to send into write(); pending() says how much the kernel has not taken yet.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/poller.h"
#include "net/receipt.h"
#include "net/tls.h"
#include "net/url.h"

namespace lynxbench::net {

// What the connections to one server used, since the Destination was made.
struct StreamCounts {
  std::uint64_t opened = 0;  // handshakes completed
  std::uint64_t failed = 0;  // ended before
  std::uint64_t local = 0;   // of those: this machine had no port or descriptor left
  std::uint64_t open = 0;    // now: descriptors in use
  std::uint64_t most = 0;    // at once
  std::uint64_t reads = 0;   // calls that brought bytes
  std::uint64_t reads_without_kernel_time = 0;
};

// A server's addresses, looked up once, and what all connections to it share.
class Destination {
 public:
  // Blocks for the look-up. kUnavailable when the name has no address; kInvalidInput when the CA file
  // cannot be read. TLS when the URL's scheme is a secure one.
  [[nodiscard]] static Result<std::unique_ptr<Destination>> resolve(const Url& url,
                                                                    const TlsOptions& tls = {});

  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] bool secure() const { return tls_ != nullptr; }
  [[nodiscard]] const StreamCounts& counts() const { return counts_; }
  [[nodiscard]] Nanos look_up_time() const { return look_up_; }
  // "127.0.0.1:8000": the address that connections go to at the moment.
  [[nodiscard]] std::string address_text() const;

 private:
  friend class Stream;
  struct Address {
    sockaddr_storage bytes{};
    socklen_t length = 0;
    int family = AF_INET;
  };
  Destination() = default;
  std::string host_;
  std::vector<Address> addresses_;  // never empty
  std::size_t preferred_ = 0;       // the one that answered last
  std::unique_ptr<TlsContext> tls_;
  StreamCounts counts_;
  Nanos look_up_{0};
};

enum class StreamFault : std::uint8_t {
  kNone,
  kConnect,  // refused, unreachable, no answer
  kTls,      // the handshake failed, the certificate is not trusted, or a record is damaged
  kLocal,    // this machine: no port, descriptor or memory left
  kClosed,   // the server closed in order
  kReset,    // the connection broke
};

// How a connection ended, for people too.
struct StreamEnd {
  StreamFault fault = StreamFault::kNone;
  std::string text;
  explicit operator bool() const { return fault != StreamFault::kNone; }
};

class Stream;

// Called from Poller::wait() alone. Any of them may close or destroy the stream.
class StreamOwner {
 public:
  // TCP and TLS are done; write() may be called.
  virtual void stream_connected(Stream& stream) = 0;
  // `bytes` are valid within the call. Those of one read share a receipt.
  virtual void stream_received(Stream& stream, std::string_view bytes, const Receipt& receipt) = 0;
  // All that write() could not hand over has been taken by the kernel.
  virtual void stream_drained(Stream& /*stream*/) {}
  // It is over and closed; nothing is called any more. Not after close().
  virtual void stream_ended(Stream& stream, const StreamEnd& end) = 0;

 protected:
  ~StreamOwner() = default;
};

class Stream final : private Handler {
 public:
  Stream(Poller& poller, Destination& destination, StreamOwner& owner);
  ~Stream();  // as close()
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Begins to connect. What fails at once is returned and not called back. Has no time-out of its own.
  [[nodiscard]] StreamEnd start();

  // True: the kernel has taken all of it. False: the rest is kept (a copy) and sent when there is room;
  // stream_drained follows. A connection that broke is reported by stream_ended, never from here.
  // After stream_connected only.
  bool write(std::string_view bytes);
  // Bytes that write() was given and the kernel has not taken.
  [[nodiscard]] std::size_t pending() const { return out_.size() - out_sent_; }

  void close();
  [[nodiscard]] bool connected() const { return state_ == State::kOpen; }

  [[nodiscard]] std::string_view alpn() const { return tls_ ? tls_->alpn() : std::string_view{}; }
  [[nodiscard]] std::string_view tls_version() const { return tls_ ? tls_->version() : std::string_view{}; }
  // Of the connect and TLS handshake: from start() to stream_connected().
  [[nodiscard]] Nanos connect_time() const { return connected_at_ - started_at_; }

 private:
  enum class State { kIdle, kConnecting, kHandshake, kOpen, kOver };

  void ready(std::uint32_t events) override;
  // Each returns false when the stream is over or gone: touch nothing more.
  bool finish_connect();
  bool become_open();
  bool flush();
  void read(bool hung_up);
  bool deliver(std::string_view bytes, const Receipt& receipt);
  bool deliver_tls(std::string_view bytes, const Receipt& receipt);

  [[nodiscard]] StreamEnd connect_from(std::size_t address);
  [[nodiscard]] StreamEnd connect_to(std::size_t address);
  bool end(StreamFault fault, std::string text);
  bool broken(int code);
  void release();

  Poller& poller_;
  Destination& destination_;
  StreamOwner& owner_;
  State state_ = State::kIdle;
  int fd_ = -1;
  std::size_t tried_ = 0;  // addresses, in this start
  std::size_t address_ = 0;
  std::string out_;
  std::size_t out_sent_ = 0;
  bool owes_drained_ = false;
  int broken_ = 0;  // errno of a failed send
  std::unique_ptr<TlsSession> tls_;
  Nanos started_at_{0};
  Nanos connected_at_{0};
  bool* gone_ = nullptr;  // set by the destructor while ready() is running
};

}  // namespace lynxbench::net
