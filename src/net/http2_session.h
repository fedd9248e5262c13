// HTTP/2 (RFC 9113) without a socket, for either side: bytes that came go in, bytes to be written come
// out, and whoever follows a stream is told what happens on it. nghttp2 does the framing.
//
//   Http2Session session(Http2Role::kClient, {}, owner);
//   std::int32_t id = TRY(session.open(headers, call));          // call: an Http2Stream
//   session.send_view(id, message, Http2End::kEnd);
//   for (std::string_view bytes = session.output(); !bytes.empty(); bytes = session.output()) {
//     session.written(socket.write(bytes));                      // as many as it took
//   }
//   TRY_STATUS(session.receive(bytes_that_came));                // calls call.headers(), data() ...
//
// A server's session is the same; it learns of a request by Http2Owner::request, which returns who
// follows it, and answers by respond(), send() and trailers().
//
// Everything but the destructor may be called from within a call of Http2Stream or Http2Owner, but for
// receive(), output() and written(). The preface is sent and expected ("prior knowledge"): TLS with
// ALPN "h2", or h2c. Threads: one.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"

struct nghttp2_session;

namespace lynxbench::net {

enum class Http2Role { kClient, kServer };
enum class Http2End { kMore, kEnd };  // whether our side of the stream ends with this

struct Http2Header {
  std::string_view name;  // lower-case; ":path" and such come first
  std::string_view value;
};
using Http2Headers = std::span<const Http2Header>;
using Http2KeptHeaders = std::vector<std::pair<std::string, std::string>>;
// Views that live as long as `kept` is not changed.
[[nodiscard]] std::vector<Http2Header> views_of(const Http2KeptHeaders& kept);
// The value of the first of that name; "" if there is none.
[[nodiscard]] std::string_view value_of(Http2Headers headers, std::string_view name);

// RFC 9113, section 7.
inline constexpr std::uint32_t kHttp2NoError = 0x0;
inline constexpr std::uint32_t kHttp2ProtocolError = 0x1;
inline constexpr std::uint32_t kHttp2InternalError = 0x2;
inline constexpr std::uint32_t kHttp2RefusedStream = 0x7;
inline constexpr std::uint32_t kHttp2Cancel = 0x8;
inline constexpr std::uint32_t kHttp2EnhanceYourCalm = 0xb;
// "PROTOCOL_ERROR"; "0x5c" for a code that RFC 9113 does not have.
[[nodiscard]] std::string http2_error_name(std::uint32_t code);

struct Http2Options {
  std::uint32_t stream_window = 16 << 20;       // bytes that the peer may send before we have them
  std::uint32_t connection_window = 256 << 20;  // of all streams
  std::uint32_t most_streams = 1000;            // that a client may have open at a server
  std::uint32_t most_frame = 1 << 20;           // bytes of a frame that the peer may send
  std::uint32_t most_headers = 64 << 10;        // bytes of a header block
};

// Who follows a stream. Nothing is called any more after closed() or Http2Session::forget().
class Http2Stream {
 public:
  // A client: the answer's headers, then perhaps trailers (they come without ":status"). A server:
  // trailers. Views live until it returns. An answer of 1xx is left out.
  virtual void headers(Http2Headers headers) = 0;
  virtual void data(std::string_view bytes) = 0;
  // The peer sends no more on it.
  virtual void ended() = 0;
  // The stream is over: both sides ended (kHttp2NoError), or a RST_STREAM of either side. A client's
  // stream that the peer's GOAWAY leaves out has kHttp2RefusedStream: it may be sent elsewhere.
  virtual void closed(std::uint32_t code) = 0;

 protected:
  ~Http2Stream() = default;
};

// Who has the session.
class Http2Owner {
 public:
  // A server: a new request. Null refuses it. If the request ends with its headers, ended() comes next.
  virtual Http2Stream* request(std::int32_t /*stream*/, Http2Headers /*headers*/) { return nullptr; }
  // The peer takes no new streams; those up to `last_stream` go on.
  virtual void goaway(std::int32_t /*last_stream*/, std::uint32_t /*code*/, std::string_view /*debug*/) {}
  // The peer's settings came, perhaps with another limit of streams.
  virtual void settings() {}

 protected:
  ~Http2Owner() = default;
};

class Http2Session {
 public:
  // `owner` must outlive the session, and so must every Http2Stream until its closed() or forget().
  Http2Session(Http2Role role, const Http2Options& options, Http2Owner& owner);
  ~Http2Session();  // calls nobody
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // A client: begins a stream. The headers are copied. kUnavailable once no stream may be opened any
  // more: after a GOAWAY of either side, or when the numbers are used up.
  [[nodiscard]] Result<std::int32_t> open(Http2Headers headers, Http2Stream& follower);
  // A server: the answer's headers. kEnd: nothing follows (gRPC's "trailers only").
  void respond(std::int32_t stream, Http2Headers headers, Http2End end);
  // More of the body. Sent as the peer's windows allow; what is sent on a stream that is over is
  // dropped. send_view: the bytes must live until closed() or forget().
  void send(std::int32_t stream, std::string bytes, Http2End end);
  void send_view(std::int32_t stream, std::string_view bytes, Http2End end);
  // Behind all that was sent, in place of Http2End::kEnd. The headers are copied.
  void trailers(std::int32_t stream, Http2Headers headers);
  // RST_STREAM; closed(code) follows once it is written.
  void reset(std::int32_t stream, std::uint32_t code);
  // RST_STREAM with kHttp2Cancel, if the stream is still open; its follower is not called any more.
  void forget(std::int32_t stream);
  // No new streams from the peer; those that are open go on.
  void goaway(std::uint32_t code);

  // Bytes that came from the peer. kInvalidInput, saying what is wrong, once the peer has broken the
  // protocol so that nothing goes on: then the output (a GOAWAY) should be written and the connection
  // closed; followers are not called for it.
  [[nodiscard]] Status receive(std::string_view bytes);

  // What is to be written next, at most about 256 KiB; empty when there is nothing for now.
  [[nodiscard]] std::string_view output();
  // So many of output()'s bytes have been taken.
  void written(std::size_t bytes);

  // Nothing more can come of it: a GOAWAY was sent or received, and no stream is open.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool may_open() const;
  // Streams that the peer lets be open at once; 100 until its settings have come.
  [[nodiscard]] std::uint32_t peer_most_streams() const;
  [[nodiscard]] std::size_t open_streams() const { return streams_.size(); }
  // Of a stream: bytes that were sent (send) and are not in output() yet.
  [[nodiscard]] std::size_t unsent(std::int32_t stream) const;

 private:
  struct Callbacks;
  friend struct Callbacks;
  struct Piece {
    std::string owned;
    std::string_view bytes;  // of `owned`, or the caller's
  };
  // Our side of a stream; used again for another.
  struct Outgoing {
    Http2Stream* follower = nullptr;
    std::deque<Piece> pieces;
    std::size_t sent = 0;    // of the first piece
    std::size_t unsent = 0;  // of all pieces
    bool ends = false;
    bool has_trailers = false;
    bool waits = false;      // nghttp2 was told that there is nothing for now
    Http2KeptHeaders trailers;
  };

  [[nodiscard]] Outgoing* outgoing(std::int32_t stream) const;
  Outgoing* take_outgoing(Http2Stream* follower);
  void send_piece(std::int32_t stream, Piece piece, Http2End end);
  void wake(std::int32_t stream, Outgoing& outgoing);
  void append_data(Outgoing& outgoing, std::size_t length);
  [[nodiscard]] Http2Headers collected_headers();
  void finish_headers(std::int32_t stream, bool is_request);
  void close_stream(std::int32_t stream, std::uint32_t code);
  void pull_output();
  [[nodiscard]] Status feed(std::string_view bytes);

  Http2Role role_;
  Http2Owner& owner_;
  std::uint32_t most_headers_;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<Outgoing>> pool_;
  std::vector<Outgoing*> free_;
  std::unordered_map<std::int32_t, Outgoing*> streams_;  // those that are not closed

  // The header block that is coming in: one at a time.
  struct HeaderAt {
    std::size_t name, name_length, value, value_length;
  };
  std::string header_text_;
  std::vector<HeaderAt> header_places_;
  std::vector<Http2Header> header_views_;

  std::string output_;
  std::size_t taken_ = 0;  // of output_, from its start
  std::string opening_;    // a client: the first bytes of the peer, until they are known to be HTTP/2
  bool opened_ = false;    // they are
  bool goes_away_ = false;            // goaway() was called
  std::uint32_t terminated_ = 0;      // nghttp2's own GOAWAY: the code
  std::string complaint_;             // nghttp2's last word on the peer
};

}  // namespace lynxbench::net
