#include "net/grpc_client.h"

#include <algorithm>

#include "net/grpc_connection.h"

namespace lynxbench::net {

void GrpcClientCall::abandon() {
  if (client_ != nullptr) client_->forget(*this);
}

void GrpcClientCall::finished(const GrpcEnd& end) { client_->call_ended(*this, end); }

GrpcClient::GrpcClient(Poller& poller, const GrpcClientOptions& options) : poller_(poller), options_(options) {}

Result<std::unique_ptr<GrpcClient>> GrpcClient::make(Poller& poller, const Url& url,
                                                     const GrpcClientOptions& options) {
  std::unique_ptr<GrpcClient> client(new GrpcClient(poller, options));
  client->options_.tls.alpn = {"h2"};
  client->destination_ = TRY(Destination::resolve(url, client->options_.tls));
  return client;
}

GrpcClient::~GrpcClient() {
  for (GrpcClientCall* call : waiting_) call->client_ = nullptr;
}

GrpcConnection* GrpcClient::with_room() {
  GrpcConnection* best = nullptr;
  for (const auto& connection : connections_) {
    if (!connection->has_room()) continue;
    // Without a limit, those in front are filled first.
    if (options_.most_connections == 0) return connection.get();
    if (best == nullptr || connection->calls().size() < best->calls().size()) best = connection.get();
  }
  return best;
}

// `waiting_` has the calls that found no room.
bool GrpcClient::wants_another() const {
  std::size_t staying = 0;
  std::size_t connecting = 0;
  bool idle = false;
  bool shared = false;
  for (const auto& connection : connections_) {
    staying += connection->going_away() ? 0 : 1;
    connecting += connection->connecting() ? 1 : 0;
    idle = idle || (connection->has_room() && connection->calls().empty());
    shared = shared || connection->calls().size() > 1;
  }
  if (options_.most_connections > 0) {
    return staying < options_.most_connections && !idle && (shared || !waiting_.empty()) &&
           connecting <= waiting_.size();
  }
  std::size_t each = options_.connection_per_call ? 1 : options_.streams_per_connection;
  return waiting_.size() > connecting * each;
}

void GrpcClient::start(GrpcClientCall& call, Http2Headers headers, std::string_view framed, Http2End end) {
  CHECK(!call.pending());
  call.client_ = this;
  call.headers_ = headers;
  call.framed_ = framed;
  call.end_ = end;
  call.waited_ = call.sent_again_ = call.on_new_connection_ = false;
  call.connect_time_ = call.written_ = Nanos{0};
  waiting_.push_back(&call);
  ++unflushed_;
  serve_waiting();
}

void GrpcClient::serve_waiting() {
  while (!waiting_.empty()) {
    GrpcConnection* connection = with_room();
    if (connection == nullptr) break;
    GrpcClientCall* call = waiting_.front();
    waiting_.pop_front();
    start_on(*connection, *call);
  }
  if (wants_another()) open_connection();
  if (waiting_.empty() || waiting_.back()->waited_) return;
  waiting_.back()->waited_ = true;
  if (std::any_of(connections_.begin(), connections_.end(), [](const auto& one) { return one->ready(); })) {
    ++calls_that_waited_;
  }
}

void GrpcClient::start_on(GrpcConnection& connection, GrpcClientCall& call) {
  bool first = !connection.used();
  if (!connection.start(call)) {  // the session's numbers are used up: never in practice
    waiting_.push_front(&call);
    return;
  }
  call.on_new_connection_ = first;
  call.connect_time_ = first ? connection.connect_time() : Nanos{0};
  if (!first) ++calls_on_used_;
}

void GrpcClient::open_connection() {
  auto made = std::make_unique<GrpcConnection>(*this, poller_, *destination_, options_);
  GrpcConnection& connection = *made;
  connections_.push_back(std::move(made));
  if (std::optional<GrpcEnd> failed = connection.connect()) connection_over(connection, *failed);
}

void GrpcClient::forget(GrpcClientCall& call) {
  GrpcConnection* connection = call.connection_;
  call.cancel();
  call.client_ = nullptr;
  if (connection == nullptr) {
    waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &call), waiting_.end());
    return;
  }
  connection->remove(call);
  serve_waiting();
}

void GrpcClient::call_ended(GrpcClientCall& call, const GrpcEnd& end) {
  GrpcConnection* connection = call.connection_;
  bool again = end.kind == GrpcEnd::Kind::kRefused && connection->going_away() && !call.sent_again_;
  connection->remove(call);
  if (again) {
    call.sent_again_ = true;
    waiting_.push_back(&call);
  } else {
    call.client_ = nullptr;
    call.done(end);
  }
  if (!waiting_.empty()) serve_waiting();
}

void GrpcClient::connection_over(GrpcConnection& connection, const GrpcEnd& end) {
  bool was_connecting = connection.connecting();
  std::vector<GrpcClientCall*> calls = connection.calls();
  connection.close();
  auto found = std::find_if(connections_.begin(), connections_.end(),
                            [&](const auto& one) { return one.get() == &connection; });
  buried_.push_back(std::move(*found));
  connections_.erase(found);
  // Who waits for a connection has waited for this one, unless there are others.
  if (was_connecting && connections_.empty()) {
    calls.insert(calls.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    for (GrpcClientCall* call : calls) call->client_ = nullptr;
  }
  for (GrpcClientCall* call : calls) call->done(end);
  if (!waiting_.empty()) serve_waiting();
}

void GrpcClient::note_dirty(GrpcConnection& connection) {
  if (connection.dirty_) return;
  connection.dirty_ = true;
  dirty_.push_back(&connection);
}

void GrpcClient::bury() {
  for (const auto& connection : buried_) {
    dirty_.erase(std::remove(dirty_.begin(), dirty_.end(), connection.get()), dirty_.end());
  }
  buried_.clear();
}

void GrpcClient::flush() {
  unflushed_ = 0;
  if (!buried_.empty()) bury();
  for (std::size_t i = 0; i < dirty_.size(); ++i) {  // may grow: a connection's end serves who waits
    dirty_[i]->dirty_ = false;
    dirty_[i]->flush();
  }
  dirty_.clear();
}

void GrpcClient::abandon_all() {
  for (GrpcClientCall* call : waiting_) call->client_ = nullptr;
  waiting_.clear();
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (connections_[i]->calls().empty()) continue;
    connections_[i]->close();
    buried_.push_back(std::move(connections_[i]));
    connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace lynxbench::net
