// HTTP/2: gRPC's calls, and every other request as over HTTP/1.1. Framing is net::Http2Session's.
#include <algorithm>
#include <unordered_map>

#include "net/grpc.h"
#include "net/http2_session.h"
#include "stub/routes.h"
#include "stub/session.h"

namespace lynxbench::stub {
namespace {

constexpr std::size_t kMostBody = std::size_t{256} << 20;

class Connection;
class Call;

// The answer of one request: a whole stream's, or that of one message of a gRPC stream.
class StreamReply final : public Reply {
 public:
  StreamReply(Connection& connection, Call& call, bool shared) : connection_(connection), call_(call), shared_(shared) {}

  void head(const AnswerHead& head) override;
  void data(std::string_view bytes) override;
  void end(std::span<const std::pair<std::string, std::string>> trailers) override;
  std::int64_t flush() override;
  std::int64_t half(std::string_view bytes) override;
  void reset() override;
  bool broken() const override;
  bool blocked() const override;
  std::uint64_t bytes_out() const override { return bytes_out_; }

  Ticket ticket = 0;
  bool over = false;

 private:
  Connection& connection_;
  Call& call_;
  bool shared_;
  std::uint64_t bytes_out_ = 0;
};

// A stream. What came is handed to the engine by the connection, after nghttp2 has had its say.
class Call final : public net::Http2Stream {
 public:
  Call(Connection& connection, std::int32_t id, net::Http2Headers headers);

  void headers(net::Http2Headers) override {}  // trailers
  void data(std::string_view bytes) override;
  void ended() override;
  void closed(std::uint32_t code) override;

  // A body or a message that is whole.
  struct Whole {
    std::string body;
    std::optional<std::int64_t> kernel_ns;
    std::int64_t read_ns = 0;
  };
  void dispatch(std::uint32_t& order);
  [[nodiscard]] bool idle() const;
  void gone();

  const std::int32_t id;
  bool is_over = false;      // closed: nothing more can be sent
  bool accepted = false;     // the answer's headers were sent
  bool finished_ = false;    // and its end
  bool request_ended = false;
  bool many = false;         // every message is a request
  bool grpc = false;
  bool head_only = false;

 private:
  [[nodiscard]] Incoming incoming(const Whole& whole, std::uint32_t order) const;

  Connection& connection_;
  net::Http2KeptHeaders kept_;
  std::vector<Header> headers_;
  std::string method_, path_;
  std::string body_;
  std::size_t header_bytes_ = 0;
  net::GrpcFrames frames_{kMostBody};
  std::vector<Whole> whole_;
  std::vector<std::unique_ptr<StreamReply>> replies_;
};

class Connection final : public Session, public net::Http2Owner {
 public:
  explicit Connection(Place where) : place(std::move(where)), session(net::Http2Role::kServer, {}, *this) { write(); }

  void received(std::string& in) override {
    Status good = session.receive(in);
    in.clear();
    for (std::size_t i = 0; i < ready_.size(); ++i) ready_[i]->dispatch(order_);
    ready_.clear();
    write();
    finished_ = finished_ || !good.ok() || session.is_over();
    sweep();
  }
  void resume(std::string&) override {}
  void lost() override {
    for (auto& [id, call] : calls_) call->gone();
  }
  bool busy() const override { return false; }
  bool finished() const override { return finished_; }

  net::Http2Stream* request(std::int32_t stream, net::Http2Headers headers) override {
    auto made = std::make_unique<Call>(*this, stream, headers);
    net::Http2Stream* follower = made.get();
    calls_[stream] = std::move(made);
    return follower;
  }

  void is_ready(Call& call) {
    if (std::find(ready_.begin(), ready_.end(), &call) == ready_.end()) ready_.push_back(&call);
  }
  // Gives the moment just before the first system call.
  std::int64_t write() {
    std::optional<std::int64_t> at;
    for (std::string_view bytes = session.output(); !bytes.empty(); bytes = session.output()) {
      std::int64_t now = place.transport.send(bytes);
      at = at.value_or(now);
      session.written(bytes.size());
    }
    place.touched();
    return at ? *at : monotonic_ns();
  }

  Place place;
  net::Http2Session session;

 private:
  // Streams that are over.
  void sweep() {
    std::erase_if(calls_, [](const auto& entry) { return entry.second->is_over && entry.second->idle(); });
  }

  std::unordered_map<std::int32_t, std::unique_ptr<Call>> calls_;
  std::vector<Call*> ready_;
  std::uint32_t order_ = 0;
  bool finished_ = false;
};

Call::Call(Connection& connection, std::int32_t stream, net::Http2Headers headers) : id(stream), connection_(connection) {
  for (const net::Http2Header& header : headers) {
    header_bytes_ += header.name.size() + header.value.size();
    if (header.name == ":method") method_ = header.value;
    else if (header.name == ":path") path_ = header.value;
    if (!header.name.starts_with(':')) kept_.emplace_back(header.name, header.value);
    if (header.name == "content-type") grpc = header.value.starts_with("application/grpc");
  }
  for (const auto& [name, value] : kept_) headers_.push_back({name, value});
  head_only = method_ == "HEAD";
  many = grpc && is_grpc_stream(path_of(path_));
}

void Call::data(std::string_view bytes) {
  if (!grpc) {
    if (body_.size() + bytes.size() <= kMostBody) body_.append(bytes);
    return;
  }
  Status good = frames_.add(bytes, [&](std::string_view message) {
    whole_.push_back({std::string(message), connection_.place.transport.kernel_ns(), connection_.place.transport.read_ns()});
  });
  if (!good.ok()) connection_.session.reset(id, net::kHttp2ProtocolError);
  if (many && !whole_.empty()) connection_.is_ready(*this);
}

void Call::ended() {
  request_ended = true;
  const Transport& transport = connection_.place.transport;
  if (!grpc) whole_.push_back({std::move(body_), transport.kernel_ns(), transport.read_ns()});
  else if (!many && whole_.empty()) whole_.push_back({"", transport.kernel_ns(), transport.read_ns()});  // an empty call
  if (!whole_.empty() && !many) {  // it is whole with its end
    whole_.front().kernel_ns = transport.kernel_ns();
    whole_.front().read_ns = transport.read_ns();
  }
  connection_.is_ready(*this);
}

void Call::closed(std::uint32_t) {
  is_over = true;
  gone();
}

void Call::gone() {
  is_over = true;
  for (auto& reply : replies_) {
    if (!reply->over && reply->ticket != 0) connection_.place.engine.gone(std::exchange(reply->ticket, 0));
    reply->over = true;
  }
}

bool Call::idle() const {
  return std::all_of(replies_.begin(), replies_.end(), [](const auto& reply) { return reply->over; });
}

Incoming Call::incoming(const Whole& whole, std::uint32_t order) const {
  Incoming made;
  made.method = method_;
  made.target = path_;
  made.headers = &headers_;
  made.body = whole.body;
  made.peer = connection_.place.transport.peer();
  made.connection = connection_.place.connection;
  made.order = order;
  made.kernel_ns = whole.kernel_ns;
  made.read_ns = whole.read_ns;
  made.bytes = header_bytes_ + whole.body.size();
  made.http2 = true;
  made.grpc = grpc;
  return made;
}

// The engine may answer at once, and whatever it writes may close the stream.
void Call::dispatch(std::uint32_t& order) {
  std::vector<Whole> whole = std::move(whole_);
  whole_.clear();
  if (many) std::erase_if(replies_, [](const auto& reply) { return reply->over; });
  for (Whole& one : whole) {
    if (is_over) return;
    replies_.push_back(std::make_unique<StreamReply>(connection_, *this, many));
    StreamReply& reply = *replies_.back();
    Ticket ticket = connection_.place.engine.request(incoming(one, order++), reply);
    reply.ticket = ticket;
    if (ticket == 0) reply.over = true;
  }
  if (many && request_ended && idle() && !is_over && !finished_) {
    finished_ = true;
    if (accepted) net::grpc_finish(connection_.session, id, net::kGrpcOk);
    else net::grpc_refuse(connection_.session, id, net::kGrpcOk, "");
  }
}

void StreamReply::head(const AnswerHead& head) {
  if (call_.is_over || call_.accepted) return;
  call_.accepted = true;
  net::Http2KeptHeaders kept{{":status", fmt::to_string(head.status)}};
  if (!head.content_type.empty()) kept.emplace_back("content-type", head.content_type);
  if (head.length) kept.emplace_back("content-length", fmt::to_string(*head.length));
  for (const auto& [name, value] : head.more) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    kept.emplace_back(lower, value);
  }
  connection_.session.respond(call_.id, net::views_of(kept), net::Http2End::kMore);
}

void StreamReply::data(std::string_view bytes) {
  if (call_.is_over || call_.head_only || bytes.empty()) return;
  bytes_out_ += bytes.size();
  connection_.session.send(call_.id, std::string(bytes), net::Http2End::kMore);
}

void StreamReply::end(std::span<const std::pair<std::string, std::string>> trailers) {
  over = true;
  if (call_.is_over || call_.finished_) return;
  if (shared_) {  // the stream goes on until all its messages are answered
    if (!call_.request_ended || !call_.idle()) return;
    call_.finished_ = true;
    net::grpc_finish(connection_.session, call_.id, net::kGrpcOk);
    return;
  }
  call_.finished_ = true;
  if (trailers.empty()) {
    connection_.session.send(call_.id, "", net::Http2End::kEnd);
    return;
  }
  net::Http2KeptHeaders kept(trailers.begin(), trailers.end());
  connection_.session.trailers(call_.id, net::views_of(kept));
}

std::int64_t StreamReply::flush() { return connection_.write(); }

std::int64_t StreamReply::half(std::string_view bytes) {
  over = true;
  if (call_.is_over || call_.finished_) return monotonic_ns();
  call_.finished_ = true;
  bytes_out_ += bytes.size() / 2;
  connection_.session.send(call_.id, std::string(bytes.substr(0, bytes.size() / 2)), net::Http2End::kEnd);
  return connection_.write();
}

void StreamReply::reset() {
  over = true;
  if (call_.is_over || call_.finished_) return;
  call_.finished_ = true;
  connection_.session.reset(call_.id, net::kHttp2InternalError);
  connection_.write();
}

bool StreamReply::broken() const { return call_.is_over || connection_.place.transport.broken(); }
bool StreamReply::blocked() const { return connection_.place.transport.blocked() || connection_.session.unsent(call_.id) > 0; }

}  // namespace

std::unique_ptr<Session> make_http2_session(Place place) { return std::make_unique<Connection>(std::move(place)); }

}  // namespace lynxbench::stub
