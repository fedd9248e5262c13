#include "target/net/http_client.h"

#include <algorithm>
#include <utility>

#include "target/net/error_text.h"

namespace lynxbench::target {
namespace {

// Of an answer that is no success, as much as is kept to say why.
constexpr std::size_t kErrorBytes = 16'384;

Failure failure_of(net::StreamFault fault) {
  switch (fault) {
    case net::StreamFault::kConnect:
      return Failure::kConnect;
    case net::StreamFault::kTls:
      return Failure::kTls;
    case net::StreamFault::kLocal:
      return Failure::kLocal;
    default:
      return Failure::kClosed;
  }
}

// Keeps what it has allocated.
void clear(Exchange& exchange) {
  std::vector<Chunk> chunks = std::move(exchange.chunks);
  std::string detail = std::move(exchange.detail);
  chunks.clear();
  detail.clear();
  exchange = Exchange{};
  exchange.chunks = std::move(chunks);
  exchange.detail = std::move(detail);
}

bool is_success(int status) { return status >= 200 && status < 300; }

}  // namespace

HttpClientOptions http_client_options(const EndpointSpec& spec) {
  return {.keep_alive = spec.keep_alive,
          .connections = spec.connections,
          .timeout = spec.timeout,
          .most_answer_bytes = spec.most_answer_bytes,
          .body = spec.method == "HEAD" ? net::Http1Parser::Body::kNone : net::Http1Parser::Body::kAsSaid};
}

// A request that is out.
struct HttpClient::Slot {
  Slot(HttpClient& client, std::unique_ptr<AnswerReader> made)
      : reader(std::move(made)), timer(*client.poller_, [this, &client] { client.time_out(*this); }) {}

  std::uint64_t index = 0;
  std::uint32_t input = 0;
  std::string_view request;
  Answers* answers = nullptr;  // nullptr: the slot is free
  Connection* connection = nullptr;
  bool retried = false;
  bool success = false;        // of the status
  bool slow_reads = false;     // bytes without the kernel's time
  Nanos first_byte{0};
  std::uint64_t answer_bytes = 0;
  std::int64_t body_bytes = 0;
  std::string error_body;
  Exchange exchange;
  std::unique_ptr<AnswerReader> reader;
  net::Timer timer;
};

class HttpClient::Connection final : public net::StreamOwner {
 public:
  explicit Connection(HttpClient& client)
      : client_(client), stream_(*client.poller_, *client.there_, *this) {}

  [[nodiscard]] net::StreamEnd open(Slot& slot) {
    slot_ = &slot;
    slot.connection = this;
    slot.exchange.new_connection = true;
    return stream_.start();
  }
  void use(Slot& slot) {
    used_ = true;
    slot_ = &slot;
    slot.connection = this;
    slot.exchange.new_connection = false;
    send();
  }
  [[nodiscard]] bool connected() const { return stream_.connected(); }
  [[nodiscard]] const net::Http1Parser& parser() const { return parser_; }

  void stream_connected(net::Stream& stream) override {
    slot_->exchange.connect_ns = stream.connect_time().count();
    send();
  }
  void stream_received(net::Stream& stream, std::string_view bytes, const net::Receipt& receipt) override;
  void stream_drained(net::Stream&) override { note_written(); }
  void stream_ended(net::Stream& stream, const net::StreamEnd& end) override;

  std::size_t place = 0;  // in connections_

 private:
  void send() {
    parser_.begin(client_.options_.body);
    if (stream_.write(slot_->request)) note_written();
  }
  void note_written() {
    if (slot_ != nullptr) slot_->exchange.written_ns = net::Poller::now().count();
  }
  void take_head();
  // A piece of the body. False: the request is over.
  bool take_body(const net::Receipt& receipt);
  void take_end(std::string_view rest, const net::Receipt& receipt);
  void note_status_failure();
  void end_request(Failure failure, std::string detail);

  HttpClient& client_;
  net::Stream stream_;
  net::Http1Parser parser_;
  Slot* slot_ = nullptr;
  bool used_ = false;  // this request is not the first on it
};

void HttpClient::Connection::stream_received(net::Stream&, std::string_view bytes, const net::Receipt& receipt) {
  if (slot_ == nullptr) {  // nobody asked for anything: it cannot be trusted any more
    client_.drop(*this);
    return;
  }
  Slot& slot = *slot_;
  if (slot.answer_bytes == 0) slot.first_byte = receipt.at;
  slot.answer_bytes += bytes.size();
  slot.slow_reads = slot.slow_reads || !receipt.by_kernel;
  slot.exchange.read_delay_ns = std::max(slot.exchange.read_delay_ns, (receipt.read - receipt.at).count());
  while (true) {
    switch (parser_.next(bytes)) {
      case net::Http1Parser::Event::kMore:
        return;
      case net::Http1Parser::Event::kHead:
        take_head();
        break;
      case net::Http1Parser::Event::kBody:
        if (!take_body(receipt)) return;
        break;
      case net::Http1Parser::Event::kEnd:
        take_end(bytes, receipt);
        return;
      case net::Http1Parser::Event::kError:
        end_request(Failure::kProtocol, parser_.problem_text());
        return;
    }
  }
}

void HttpClient::Connection::take_head() {
  Slot& slot = *slot_;
  slot.exchange.status_code = static_cast<std::uint32_t>(parser_.status());
  slot.success = is_success(parser_.status());
  if (slot.success) {
    slot.reader->head(parser_, slot.exchange);
    return;
  }
  if (std::string_view after = parser_.field("retry-after"); !after.empty()) {
    if (std::optional<Nanos> length = retry_after(after, wall_clock_ns())) slot.exchange.retry_after_ns = length->count();
  }
  if (std::string_view elsewhere = parser_.field("location"); !elsewhere.empty()) {
    slot.exchange.detail = fmt::format("redirected to {}", elsewhere.substr(0, 200));
  }
}

bool HttpClient::Connection::take_body(const net::Receipt& receipt) {
  Slot& slot = *slot_;
  const std::string_view piece = parser_.body();
  slot.body_bytes += static_cast<std::int64_t>(piece.size());
  if (slot.exchange.failure == Failure::kNone && slot.success) {
    if (slot.body_bytes > client_.options_.most_answer_bytes) {
      end_request(Failure::kTooLarge, fmt::format("the answer has more than {} bytes", client_.options_.most_answer_bytes));
      return false;
    }
    slot.reader->body(piece, receipt, slot.exchange);
  } else if (!slot.success) {
    slot.error_body.append(piece.substr(0, kErrorBytes - std::min(kErrorBytes, slot.error_body.size())));
    if (slot.body_bytes > static_cast<std::int64_t>(kErrorBytes) * 4) note_status_failure();
  }
  if (slot.exchange.failure == Failure::kNone) return true;
  end_request(slot.exchange.failure, std::move(slot.exchange.detail));
  return false;
}

// What the answer was, if it is no success.
void HttpClient::Connection::note_status_failure() {
  Slot& slot = *slot_;
  const int status = parser_.status();
  std::string text = error_text(std::string_view(slot.error_body));
  if (text.empty()) text = std::move(slot.exchange.detail);
  slot.exchange.failure = status == 429 || status == 503 ? Failure::kBusy : Failure::kStatus;
  slot.exchange.detail = text.empty() ? fmt::format("HTTP {}", status) : fmt::format("HTTP {}: {}", status, text);
}

// The answer is over, and the connection goes to the next request or is closed.
void HttpClient::Connection::take_end(std::string_view rest, const net::Receipt& receipt) {
  Slot& slot = *slot_;
  if (slot.success && slot.exchange.failure == Failure::kNone) slot.reader->end(receipt, slot.exchange);
  if (!slot.success) note_status_failure();
  HttpClient& client = client_;
  slot_ = nullptr;
  slot.connection = nullptr;
  const bool reusable = client.options_.keep_alive == KeepAlive::kReuse && parser_.keep_alive() && rest.empty() &&
                        stream_.pending() == 0 && connected();
  if (reusable) client.make_idle(*this);
  else client.drop(*this);  // and with it this
  client.serve_waiting();
  client.finish(slot, receipt.at);
}

// Ends the request and the connection.
void HttpClient::Connection::end_request(Failure failure, std::string detail) {
  Slot& slot = *std::exchange(slot_, nullptr);
  HttpClient& client = client_;
  slot.connection = nullptr;
  client.drop(*this);  // and with it this
  client.fail(slot, failure, std::move(detail));
  client.serve_waiting();
}

void HttpClient::Connection::stream_ended(net::Stream&, const net::StreamEnd& end) {
  HttpClient& client = client_;
  if (slot_ == nullptr) {
    client.drop(*this);
    return;
  }
  Slot& slot = *slot_;
  if (used_ && slot.answer_bytes == 0 && !slot.retried) {
    slot.retried = true;
    ++client.retried_;
    slot.connection = nullptr;
    client.drop(*this);
    client.open_for(slot);
    return;
  }
  if (end.fault == net::StreamFault::kClosed && slot.answer_bytes > 0) {
    const net::Receipt now{.at = net::Poller::now(), .read = net::Poller::now(), .by_kernel = false};
    if (parser_.end_of_input() == net::Http1Parser::Event::kEnd) {
      slot.slow_reads = true;
      take_end({}, now);
      return;
    }
  }
  if (slot.exchange.status_code != 0 && !slot.success) {  // that much of the answer is known
    note_status_failure();
    end_request(slot.exchange.failure, std::move(slot.exchange.detail));
    return;
  }
  if (slot.success && slot.reader->complete_at()) {
    end_request(Failure::kNone, {});
    return;
  }
  std::string text = end.text;
  if (end.fault == net::StreamFault::kClosed || end.fault == net::StreamFault::kReset) {
    if (parser_.problem() == net::Http1Problem::kNone) (void)parser_.end_of_input();
    text += " " + parser_.problem_text();
    // What many servers do with a request that is not TLS.
    if (!used_ && slot.answer_bytes == 0 && !client.there_->secure()) text += "; is this a port for https://?";
  }
  end_request(failure_of(end.fault), std::move(text));
}

Result<std::unique_ptr<HttpClient>> HttpClient::make(const Endpoint& endpoint, const HttpClientOptions& options,
                                                     MakeReader make_reader) {
  net::TlsOptions tls = endpoint.tls;
  tls.alpn = {"http/1.1"};
  std::unique_ptr<net::Destination> there = TRY(net::Destination::resolve(endpoint.url, tls));
  std::unique_ptr<net::Poller> poller = TRY(net::Poller::make());
  return std::unique_ptr<HttpClient>(
      new HttpClient(std::move(poller), std::move(there), options, std::move(make_reader)));
}

HttpClient::HttpClient(std::unique_ptr<net::Poller> poller, std::unique_ptr<net::Destination> there,
                       const HttpClientOptions& options, MakeReader make_reader)
    : options_(options), make_reader_(std::move(make_reader)), poller_(std::move(poller)), there_(std::move(there)) {}

HttpClient::~HttpClient() {
  waiting_.clear();
  connections_.clear();
  for (const std::unique_ptr<Slot>& slot : slots_) {
    if (slot->answers != nullptr) fail(*slot, Failure::kClosed, "the client ended before the answer came");
  }
}

HttpClient::Slot& HttpClient::take_slot() {
  if (free_.empty()) {
    slots_.push_back(std::make_unique<Slot>(*this, make_reader_()));
    free_.push_back(slots_.back().get());
  }
  Slot& slot = *free_.back();
  free_.pop_back();
  return slot;
}

void HttpClient::send(std::uint64_t index, std::uint32_t input, std::string_view request, Answers& answers) {
  Slot& slot = take_slot();
  slot.index = index;
  slot.input = input;
  slot.request = request;
  slot.answers = &answers;
  slot.retried = slot.success = slot.slow_reads = false;
  slot.first_byte = Nanos{0};
  slot.answer_bytes = 0;
  slot.body_bytes = 0;
  slot.error_body.clear();
  clear(slot.exchange);
  slot.reader->begin(input);
  slot.timer.arm(net::Poller::now() + options_.timeout);
  dispatch(slot);
}

void HttpClient::dispatch(Slot& slot) {
  if (!idle_.empty()) {
    Connection& connection = *idle_.back();
    idle_.pop_back();
    ++on_used_;
    connection.use(slot);
  } else if (options_.connections == 0 ||
             connections_.size() < static_cast<std::size_t>(options_.connections)) {
    open_for(slot);
  } else {
    ++waited_;
    waiting_.push_back(&slot);
  }
}

void HttpClient::open_for(Slot& slot) {
  auto made = std::make_unique<Connection>(*this);
  made->place = connections_.size();
  connections_.push_back(std::move(made));
  Connection& connection = *connections_.back();
  net::StreamEnd failed = connection.open(slot);
  if (!failed) return;
  slot.connection = nullptr;
  drop(connection);
  fail(slot, failure_of(failed.fault), std::move(failed.text));
}

void HttpClient::serve_waiting() {
  const auto most = static_cast<std::size_t>(options_.connections);
  while (!waiting_.empty() && (!idle_.empty() || connections_.size() < most)) {
    Slot& slot = *waiting_.front();
    waiting_.pop_front();
    if (idle_.empty()) {
      open_for(slot);
      continue;
    }
    Connection& connection = *idle_.back();
    idle_.pop_back();
    ++on_used_;
    connection.use(slot);
  }
}

void HttpClient::make_idle(Connection& connection) { idle_.push_back(&connection); }

void HttpClient::drop(Connection& connection) {
  if (auto found = std::find(idle_.begin(), idle_.end(), &connection); found != idle_.end()) idle_.erase(found);
  const std::size_t place = connection.place;
  std::unique_ptr<Connection> gone = std::move(connections_[place]);
  if (place + 1 != connections_.size()) {
    connections_[place] = std::move(connections_.back());
    connections_[place]->place = place;
  }
  connections_.pop_back();
}

void HttpClient::fail(Slot& slot, Failure failure, std::string detail) {
  slot.exchange.failure = failure;
  slot.exchange.detail = std::move(detail);
  finish(slot, net::Poller::now());
}

void HttpClient::finish(Slot& slot, Nanos done) {
  slot.timer.disarm();
  Exchange& exchange = slot.exchange;
  exchange.kernel_times = slot.answer_bytes > 0 && !slot.slow_reads;
  if (exchange.written_ns == 0) exchange.written_ns = done.count();  // it never was
  if (slot.answer_bytes > 0) exchange.written_ns = std::min(exchange.written_ns, slot.first_byte.count());
  Answer answer;
  answer.index = slot.index;
  answer.response_bytes = slot.answer_bytes;
  answer.first_byte = slot.answer_bytes > 0 ? slot.first_byte : done;
  answer.done = done;
  if (exchange.failure == Failure::kNone) {
    if (std::optional<Nanos> complete = slot.reader->complete_at()) answer.done = *complete;
    answer.status = RequestStatus::kOk;
  } else {
    answer.status = exchange.failure == Failure::kBusy ? RequestStatus::kRejected : RequestStatus::kFailed;
  }
  answer.exchange = &exchange;
  Answers& answers = *std::exchange(slot.answers, nullptr);
  answers.answered(answer);
  free_.push_back(&slot);
}

void HttpClient::time_out(Slot& slot) {
  std::string when = "while it waited for a connection";
  bool complete = false;
  if (Connection* connection = slot.connection; connection != nullptr) {
    if (!connection->connected()) when = "while the connection was being made";
    else if (slot.answer_bytes == 0) when = "no byte of the answer came";
    else if (slot.exchange.status_code == 0) when = "in the answer's header";
    else when = fmt::format("after {} bytes of the body", slot.body_bytes);
    complete = slot.success && slot.reader->complete_at().has_value();
    slot.connection = nullptr;
    drop(*connection);
  } else {
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &slot));
  }
  if (complete) {
    finish(slot, net::Poller::now());
  } else {
    fail(slot, Failure::kTimeout, fmt::format("no complete answer in {:.6g} s: {}",
                                              std::chrono::duration<double>(options_.timeout).count(), when));
  }
  serve_waiting();
}

void HttpClient::abandon() {
  waiting_.clear();
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (std::find(idle_.begin(), idle_.end(), connections_[i].get()) == idle_.end()) drop(*connections_[i]);
  }
  for (const std::unique_ptr<Slot>& slot : slots_) {
    if (slot->answers == nullptr) continue;
    slot->answers = nullptr;
    slot->connection = nullptr;
    slot->timer.disarm();
    free_.push_back(slot.get());
  }
}

ClientResources HttpClient::resources() const {
  const net::StreamCounts& counts = there_->counts();
  return {.connections_opened = counts.opened,
          .connections_failed = counts.failed,
          .connections_most = counts.most,
          .requests_on_used = on_used_,
          .waited_for_connection = waited_,
          .local_exhausted = counts.local,
          .reads = counts.reads,
          .reads_without_kernel_time = counts.reads_without_kernel_time,
          .retried = retried_,
          .spun_ns = poller_->spun().count()};
}

}  // namespace lynxbench::target
