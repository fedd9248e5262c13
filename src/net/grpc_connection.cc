#include "net/grpc_connection.h"

#include <algorithm>

namespace lynxbench::net {
namespace {

using Kind = GrpcEnd::Kind;

GrpcEnd end_of(const StreamEnd& end) {
  switch (end.fault) {
    case StreamFault::kConnect:
      return {Kind::kConnect, 0, end.text};
    case StreamFault::kTls:
      return {Kind::kTls, 0, end.text};
    case StreamFault::kLocal:
      return {Kind::kLocal, 0, end.text};
    default:
      return {Kind::kClosed, 0, end.text};
  }
}

void erase_from(std::vector<GrpcClientCall*>& calls, GrpcClientCall* call) {
  auto found = std::find(calls.begin(), calls.end(), call);
  if (found == calls.end()) return;
  *found = calls.back();
  calls.pop_back();
}

}  // namespace

GrpcConnection::GrpcConnection(GrpcClient& client, Poller& poller, Destination& destination,
                               const GrpcClientOptions& options)
    : client_(client),
      options_(options),
      session_(Http2Role::kClient, options.http2, *this),
      stream_(poller, destination, *this),
      connect_timeout_(poller, [this] {
        over({Kind::kConnect, 0, fmt::format("no connection within {} ms",
                                             options_.connect_timeout.count() / 1'000'000)});
      }) {}

GrpcConnection::~GrpcConnection() { close(); }

std::optional<GrpcEnd> GrpcConnection::connect() {
  StreamEnd failed = stream_.start();
  if (failed) return end_of(failed);
  connect_timeout_.arm(Poller::now() + options_.connect_timeout);
  return std::nullopt;
}

bool GrpcConnection::has_room() const {
  if (state_ != State::kReady || going_away_ || !session_.may_open()) return false;
  if (options_.connection_per_call) return !used_;
  return calls_.size() < std::min<std::size_t>(options_.streams_per_connection, session_.peer_most_streams());
}

bool GrpcConnection::start(GrpcClientCall& call) {
  if (!call.GrpcCall::start(session_, call.headers_, call.framed_, call.end_).ok()) return false;
  call.connection_ = this;
  calls_.push_back(&call);
  unwritten_.push_back(&call);
  used_ = true;
  client_.note_dirty(*this);
  return true;
}

void GrpcConnection::remove(GrpcClientCall& call) {
  erase_from(calls_, &call);
  if (call.written_ == Nanos{0}) erase_from(unwritten_, &call);
  call.connection_ = nullptr;
  if (state_ == State::kReady) client_.note_dirty(*this);  // a RST_STREAM, or the last word of all
}

void GrpcConnection::flush() {
  if (state_ != State::kReady) return;
  while (stream_.pending() == 0) {
    std::string_view bytes = session_.output();
    if (bytes.empty()) break;
    std::size_t length = bytes.size();
    stream_.write(bytes);  // takes all of it, now or later
    session_.written(length);
  }
  if (!unwritten_.empty()) note_written();
  bool done = options_.connection_per_call && used_;
  if (calls_.empty() && (done || session_.is_over())) over({Kind::kClosed, 0, "the server said GOAWAY"});
}

void GrpcConnection::note_written() {
  if (stream_.pending() > 0) return;
  Nanos now = Poller::now();
  std::erase_if(unwritten_, [&](GrpcClientCall* call) {
    if (session_.unsent(call->stream()) > 0) return false;
    call->written_ = now;
    return true;
  });
}

void GrpcConnection::close() {
  state_ = State::kOver;
  connect_timeout_.disarm();
  stream_.close();
  for (GrpcClientCall* call : calls_) {
    call->drop();
    call->connection_ = nullptr;
    call->client_ = nullptr;
  }
  calls_.clear();
  unwritten_.clear();
}

void GrpcConnection::over(const GrpcEnd& end) {
  if (state_ == State::kOver) return;
  client_.connection_over(*this, end);
}

void GrpcConnection::stream_connected(Stream& stream) {
  if (client_.destination().secure() && stream.alpn() != "h2") {
    return over({Kind::kNotHttp2, 0, "the server did not agree on HTTP/2 (ALPN \"h2\")"});
  }
  connect_timeout_.disarm();
  state_ = State::kReady;
  client_.note_dirty(*this);
  client_.serve_waiting();
}

void GrpcConnection::stream_received(Stream&, std::string_view bytes, const Receipt& receipt) {
  client_.receipt_ = receipt;
  Status received = session_.receive(bytes);
  if (state_ == State::kOver) return;  // a call's end was the end of it
  if (!received.ok()) {
    flush();  // says so to the server
    return over({Kind::kNotHttp2, 0, received.error().message});
  }
  client_.note_dirty(*this);
}

void GrpcConnection::stream_drained(Stream&) { client_.note_dirty(*this); }

void GrpcConnection::stream_ended(Stream&, const StreamEnd& end) {
  GrpcEnd why = end_of(end);
  if (!goaway_text_.empty()) why.detail += " after " + goaway_text_;
  over(why);
}

void GrpcConnection::goaway(std::int32_t, std::uint32_t code, std::string_view debug) {
  going_away_ = true;
  goaway_text_ = fmt::format("GOAWAY {}{}{}", http2_error_name(code), debug.empty() ? "" : ": ", debug);
}

void GrpcConnection::settings() {
  if (state_ == State::kReady) client_.serve_waiting();  // perhaps more room
}

}  // namespace lynxbench::net
