// gRPC over HTTP/2: what both sides need besides Http2Session. No protobuf here: messages are bytes.
//
//   class Call : public GrpcCall {
//     void message(std::string_view bytes) override { ... }
//     void finished(const GrpcEnd& end) override { ... }
//   };
//   GrpcHeaders headers("http", "localhost:8001", "/inference.GRPCInferenceService/ModelInfer");
//   TRY_STATUS(call.start(session, headers.get(), framed, Http2End::kEnd));   // framed = grpc_frame(bytes)
//
// A server: grpc_accept, grpc_send, grpc_finish on a stream of its session; GrpcFrames for what comes.
//
// Source: "gRPC over HTTP2" (PROTOCOL-HTTP2.md of grpc). Not spoken: compression; a compressed message
// is an error, since grpc-accept-encoding does not ask for it. Threads: one, the session's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/http2_session.h"

namespace lynxbench::net {

// Status codes that have a meaning here.
inline constexpr std::uint32_t kGrpcOk = 0;
inline constexpr std::uint32_t kGrpcCancelled = 1;
inline constexpr std::uint32_t kGrpcUnknown = 2;
inline constexpr std::uint32_t kGrpcInvalidArgument = 3;
inline constexpr std::uint32_t kGrpcDeadlineExceeded = 4;
inline constexpr std::uint32_t kGrpcNotFound = 5;
inline constexpr std::uint32_t kGrpcResourceExhausted = 8;
inline constexpr std::uint32_t kGrpcUnimplemented = 12;
inline constexpr std::uint32_t kGrpcInternal = 13;
inline constexpr std::uint32_t kGrpcUnavailable = 14;
// "UNAVAILABLE"; "code 99" for one that gRPC does not have.
[[nodiscard]] std::string grpc_code_name(std::uint32_t code);

// A length-prefixed message: a byte 0 (not compressed), four bytes of length, big-endian, the message.
[[nodiscard]] std::string grpc_frame(std::string_view message);

// Messages out of the bytes of DATA frames, however those are cut.
class GrpcFrames {
 public:
  explicit GrpcFrames(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Calls `take` with each message that is whole now; a view that lives until it returns. Fails with
  // kExhausted for a message of more than `most_bytes`, with kInvalidInput for a compressed one or a
  // first byte that is neither 0 nor 1; nothing must be added after that, nor from within `take`.
  [[nodiscard]] Status add(std::string_view bytes, const std::function<void(std::string_view)>& take);
  // No part of a message is waiting for the rest.
  [[nodiscard]] bool at_boundary() const { return waiting_.empty(); }
  // What is there of a message that is not whole, its head included.
  [[nodiscard]] std::size_t waiting_bytes() const { return waiting_.size(); }
  void clear() { waiting_.clear(); }

 private:
  std::size_t most_bytes_;
  std::string waiting_;
};

// grpc-message: as it goes into a trailer, and back. What is no proper escape stays as it is.
[[nodiscard]] std::string grpc_percent_encoded(std::string_view text);
[[nodiscard]] std::string grpc_percent_decoded(std::string_view text);

// grpc-timeout: at most eight digits and a unit, never shorter than asked: "250m", "60S".
[[nodiscard]] std::string grpc_timeout(Nanos length);

// A client's request headers, kept.
class GrpcHeaders {
 public:
  // `more`: metadata, as the names go (lower-case).
  GrpcHeaders(std::string_view scheme, std::string_view authority, std::string_view path,
              std::optional<Nanos> timeout = {},
              const Http2KeptHeaders& more = {});
  GrpcHeaders(GrpcHeaders&&) = default;
  GrpcHeaders& operator=(GrpcHeaders&&) = default;
  // Lives as long as this, or what it is moved to.
  [[nodiscard]] Http2Headers get() const { return views_; }

 private:
  Http2KeptHeaders headers_;
  std::vector<Http2Header> views_;
};

// How a call ended.
struct GrpcEnd {
  enum class Kind {
    kStatus,       // the server's grpc-status: `code`; 0 is success
    kHttpStatus,   // another HTTP status than 200, and no grpc-status: `code`
    kContentType,  // 200, but no application/grpc
    kFraming,      // a message that is none, is compressed, or is cut off
    kTooLarge,     // a message of more bytes than wanted
    kNoStatus,     // the stream ended in order, without a grpc-status
    kReset,        // RST_STREAM: HTTP/2's error `code`
    kRefused,      // not processed: a GOAWAY that leaves it out, or RST_STREAM with REFUSED_STREAM
    kConnect,      // no connection (GrpcClient)
    kTls,          // the handshake failed, or the certificate is not trusted (GrpcClient)
    kLocal,        // this machine had no port, descriptor or memory left (GrpcClient)
    kClosed,       // the connection ended before the answer did (GrpcClient)
    kNotHttp2,     // what came is not HTTP/2, or ALPN did not agree on it (GrpcClient)
  };
  Kind kind = Kind::kStatus;
  std::uint32_t code = 0;
  std::string detail;  // the server's grpc-message, or what was wrong; for people
};

// A client's call, unary or streamed.
class GrpcCall : private Http2Stream {
 public:
  // `most_bytes` of one message of the answer.
  explicit GrpcCall(std::size_t most_bytes) : frames_(most_bytes) {}
  virtual ~GrpcCall() = default;
  GrpcCall(const GrpcCall&) = delete;
  GrpcCall& operator=(const GrpcCall&) = delete;

  // Opens a stream for it, with the first message in its frame (it must live until finished() or
  // cancel()). May be started again after that. Fails as Http2Session::open().
  [[nodiscard]] Status start(Http2Session& session, Http2Headers headers, std::string_view framed,
                             Http2End end);
  // One more message, or the end of them ("" and kEnd). Lives as start()'s.
  void send(std::string_view framed, Http2End end);
  // Ends it; finished() is not called.
  void cancel();
  // The connection is gone: as cancel(), without a word to the peer. The session may be gone as well.
  void drop() { session_ = nullptr; }
  [[nodiscard]] bool running() const { return session_ != nullptr; }
  [[nodiscard]] std::int32_t stream() const { return stream_; }

 protected:
  // Headers, data or trailers came, before anything else is told of them.
  virtual void bytes_came(std::size_t /*body_bytes*/) {}
  // The answer's first headers, before what they mean is known.
  virtual void headers_came(Http2Headers /*headers*/) {}
  // A message of the answer. May cancel(), but not destroy the object.
  virtual void message(std::string_view bytes) = 0;
  // The last call; the object may be started again or destroyed from within.
  virtual void finished(const GrpcEnd& end) = 0;

 private:
  void headers(Http2Headers headers) final;
  void data(std::string_view bytes) final;
  void ended() final;
  void closed(std::uint32_t code) final;
  void note_status(Http2Headers headers);
  [[nodiscard]] GrpcEnd outcome() const;
  void finish(const GrpcEnd& end);
  void stop(const GrpcEnd& end);

  Http2Session* session_ = nullptr;  // while running
  std::int32_t stream_ = 0;
  bool our_end_ = false;
  bool answered_ = false;  // headers came
  bool peer_end_ = false;
  std::uint32_t http_status_ = 0;
  bool is_grpc_ = false;
  std::string content_type_;
  std::optional<std::uint32_t> status_;
  std::string message_;
  std::string other_body_;  // of an answer that is not gRPC: its start
  GrpcFrames frames_;
};

// A server's side of a call.
void grpc_accept(Http2Session& session, std::int32_t stream);
void grpc_send(Http2Session& session, std::int32_t stream, std::string_view message);
// After grpc_accept and the messages.
void grpc_finish(Http2Session& session, std::int32_t stream, std::uint32_t code, std::string_view message = {});
// In place of all of them: the status in the headers, nothing else ("trailers only").
void grpc_refuse(Http2Session& session, std::int32_t stream, std::uint32_t code, std::string_view message);

}  // namespace lynxbench::net
