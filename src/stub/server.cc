#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>

#include "base/files.h"
#include "stub/engine.h"
#include "stub/recorder.h"
#include "stub/session.h"
#include "stub/stub.h"
#include "stub/transport.h"

namespace lynxbench::stub {
namespace {

constexpr std::size_t kMostWaitingBytes = 1 << 20;  // read while an answer is under way
constexpr std::int64_t kLinger = 2'000'000'000;     // for the client to close, after we did
constexpr std::uint64_t kWakeUp = UINT64_MAX;
constexpr std::uint64_t kListener = std::uint64_t{1} << 63;

// A socket that closes itself.
class Socket {
 public:
  explicit Socket(int number = -1) : number_(number) {}
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

Result<Socket> listening_socket(const std::string& host, std::uint16_t port, std::uint16_t& chosen) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::string service = std::to_string(port);
  if (int problem = getaddrinfo(host.c_str(), service.c_str(), &hints, &found); problem != 0) {
    return error(ErrorCode::kInvalidArgument, "host \"{}\": {}", host, gai_strerror(problem));
  }
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  Socket made(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.get() < 0) return error(ErrorCode::kExhausted, "no socket: {}", system_message(errno));
  int on = 1;
  setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ask_for_receive_times(made.get());
  if (::bind(made.get(), found->ai_addr, found->ai_addrlen) != 0 || ::listen(made.get(), 4096) != 0) {
    return error(ErrorCode::kUnavailable, "cannot listen on {}:{}: {}", host, port, system_message(errno));
  }
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(made.get(), reinterpret_cast<sockaddr*>(&address), &size);
  chosen = ntohs(address.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(address).sin_port
                                              : reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  return made;
}

struct Connection {
  Connection(int socket, const TlsContext* tls) : transport(socket, tls) {}
  Transport transport;
  std::unique_ptr<Session> session;
  std::string in;
  std::uint64_t number = 0;
  std::uint32_t interest = 0;
  bool closing = false;
};

}  // namespace

class Server::Loop {
 public:
  static Result<std::unique_ptr<Loop>> make(const Options& options);
  ~Loop() { end_thread(); }

  void start() { thread_ = std::thread([this] { work(); }); }
  Result<Truth> stop() {
    end_thread();
    engine_->end();
    return recorder_->finish();
  }

  std::vector<Port> ports;
  Identity identity;

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint32_t generation = 0;
  };
  explicit Loop(const Options& options) : options_(options) {}

  void end_thread();
  void work();
  void settle_in();
  int wait(epoll_event* events, int most);
  void handle(const epoll_event& event);
  void accept_all(std::size_t listener);
  void open(int socket, bool tls);
  void read(std::uint32_t slot, Connection& connection);
  void choose_protocol(std::uint32_t slot, Connection& connection);
  void settle(std::uint32_t slot);
  void settle_touched();
  void close(std::uint32_t slot);
  void close_lingering(std::int64_t now);
  void sleep_through(std::int64_t until);

  Options options_;
  std::vector<Socket> listeners_;
  std::optional<TlsContext> tls_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Engine> engine_;
  Socket epoll_;
  Socket wake_up_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> touched_;
  struct Lingering {
    std::int64_t until = 0;
    std::uint32_t slot = 0, generation = 0;
  };
  std::vector<Lingering> lingering_;
  std::uint64_t connections_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Result<std::unique_ptr<Server::Loop>> Server::Loop::make(const Options& options) {
  std::unique_ptr<Loop> made(new Loop(options));
  std::vector<Listen> listen = options.listen;
  if (listen.empty()) listen.push_back({});
  bool any_tls = false;
  for (const Listen& one : listen) {
    std::uint16_t chosen = 0;
    made->listeners_.push_back(TRY(listening_socket(options.host, one.port, chosen)));
    bool v6 = options.host.find(':') != std::string::npos;
    made->ports.push_back({chosen, one.tls, fmt::format("{}://{}{}{}:{}", one.tls ? "https" : "http", v6 ? "[" : "",
                                                        options.host, v6 ? "]" : "", chosen)});
    any_tls = any_tls || one.tls;
  }
  if (any_tls) {
    bool own = options.certificate_file.empty();
    made->identity = own ? TRY(make_identity(options.host))
                         : Identity{TRY(read_file(options.certificate_file)), TRY(read_file(options.key_file))};
    made->tls_ = TRY(TlsContext::make(made->identity));
  }
  made->epoll_ = Socket(epoll_create1(EPOLL_CLOEXEC));
  made->wake_up_ = Socket(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (made->epoll_.get() < 0 || made->wake_up_.get() < 0) {
    return error(ErrorCode::kExhausted, "no epoll: {}", system_message(errno));
  }
  epoll_event event{EPOLLIN, {.u64 = kWakeUp}};
  epoll_ctl(made->epoll_.get(), EPOLL_CTL_ADD, made->wake_up_.get(), &event);
  for (std::size_t i = 0; i < made->listeners_.size(); ++i) {
    event = {EPOLLIN, {.u64 = kListener | i}};
    epoll_ctl(made->epoll_.get(), EPOLL_CTL_ADD, made->listeners_[i].get(), &event);
  }
  wait_for_receive_times();
  made->recorder_ = TRY(Recorder::make(options.keep_truth, options.truth_file, options.truth_memory));
  made->engine_ = std::make_unique<Engine>(made->options_, *made->recorder_, monotonic_ns());
  return made;
}

void Server::Loop::end_thread() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  std::uint64_t one = 1;
  (void)!::write(wake_up_.get(), &one, sizeof one);
  thread_.join();
}

void Server::Loop::settle_in() {
  pthread_setname_np(pthread_self(), "stub");
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  if (!options_.cpu) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(*options_.cpu, &one);
  pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

void Server::Loop::work() {
  settle_in();
  epoll_event events[256];
  while (!stopping_) {
    std::int64_t now = monotonic_ns();
    if (auto end = engine_->stall_end(now)) {
      sleep_through(*end);
      continue;
    }
    engine_->run(now);
    settle_touched();
    if (!lingering_.empty()) close_lingering(now);
    int ready = wait(events, 256);
    for (int i = 0; i < ready; ++i) handle(events[i]);
    settle_touched();
  }
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].connection) slots_[slot].connection->transport.flush();
  }
}

// A stall: nothing is read and nothing written.
void Server::Loop::sleep_through(std::int64_t until) {
  while (!stopping_) {
    std::int64_t left = until - monotonic_ns();
    if (left <= 0) return;
    left = std::min<std::int64_t>(left, 20'000'000);
    timespec time{0, left};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
  }
}

int Server::Loop::wait(epoll_event* events, int most) {
  std::optional<std::int64_t> next = engine_->next();
  if (!next && lingering_.empty()) return epoll_wait(epoll_.get(), events, most, -1);
  std::int64_t left = next ? *next - monotonic_ns() - options_.spin.count() : kLinger;
  if (!lingering_.empty()) left = std::min<std::int64_t>(left, kLinger / 4);
  if (left <= 0) return epoll_wait(epoll_.get(), events, most, 0);
  timespec time{left / 1'000'000'000, left % 1'000'000'000};
  int ready = epoll_pwait2(epoll_.get(), events, most, &time, nullptr);
  // Linux before 5.11: whole milliseconds, and the rest is spun for.
  if (ready < 0 && errno == ENOSYS) ready = epoll_wait(epoll_.get(), events, most, static_cast<int>(left / 1'000'000));
  return ready;
}

void Server::Loop::handle(const epoll_event& event) {
  if (event.data.u64 == kWakeUp) return;
  if (event.data.u64 & kListener) return accept_all(event.data.u64 & ~kListener);
  auto slot = static_cast<std::uint32_t>(event.data.u64);
  auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
  if (slot >= slots_.size() || slots_[slot].generation != generation || !slots_[slot].connection) return;
  Connection& connection = *slots_[slot].connection;
  if (event.events & EPOLLOUT) connection.transport.flush();
  if (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) read(slot, connection);
  settle(slot);
}

void Server::Loop::accept_all(std::size_t listener) {
  for (int i = 0; i < 64; ++i) {
    int socket = accept4(listeners_[listener].get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    open(socket, ports[listener].tls);
  }
}

void Server::Loop::open(int socket, bool tls) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  std::uint32_t slot = free_.back();
  free_.pop_back();
  recorder_->opened_connection();
  std::uint32_t generation = ++slots_[slot].generation & 0x7fffffff;
  slots_[slot].generation = generation;
  auto connection = std::make_unique<Connection>(socket, tls ? &*tls_ : nullptr);
  connection->number = connections_++;
  connection->interest = EPOLLIN | EPOLLRDHUP;
  epoll_event event{connection->interest, {.u64 = std::uint64_t{generation} << 32 | slot}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event);
  slots_[slot].connection = std::move(connection);
}

void Server::Loop::read(std::uint32_t slot, Connection& connection) {
  Transport::Received received = connection.transport.receive(connection.in);
  if (received == Transport::Received::kNothing) return;
  if (!connection.session && !connection.in.empty()) choose_protocol(slot, connection);
  if (connection.session && !connection.in.empty() && !connection.closing) connection.session->received(connection.in);
  if (connection.closing) connection.in.clear();
  if (received == Transport::Received::kEnd || received == Transport::Received::kBroken) {
    if (connection.session) connection.session->lost();
    close(slot);
  }
}

// HTTP/2 begins with words that are no request of HTTP/1.1.
void Server::Loop::choose_protocol(std::uint32_t slot, Connection& connection) {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  std::size_t common = std::min(kPreface.size(), connection.in.size());
  bool may_be_http2 = std::string_view(connection.in).substr(0, common) == kPreface.substr(0, common);
  if (may_be_http2 && common < kPreface.size()) return;  // the rest will tell
  Place place{connection.transport, *engine_, connection.number, [this, slot] { touched_.push_back(slot); }};
  connection.session = may_be_http2 ? make_http2_session(std::move(place)) : make_http1_session(std::move(place));
}

// What a connection needs after something happened on it.
void Server::Loop::settle(std::uint32_t slot) {
  if (!slots_[slot].connection) return;
  Connection& connection = *slots_[slot].connection;
  if (!connection.session) return;
  if (!connection.in.empty() && !connection.session->busy() && !connection.closing) connection.session->resume(connection.in);
  if (connection.transport.broken()) {
    connection.session->lost();
    return close(slot);
  }
  if (connection.session->finished() && !connection.closing) {
    connection.closing = true;
    connection.in.clear();
    connection.transport.finish();
    lingering_.push_back({monotonic_ns() + kLinger, slot, slots_[slot].generation});
  }
  std::uint32_t interest = EPOLLRDHUP;
  if (connection.in.size() < kMostWaitingBytes) interest |= EPOLLIN;
  if (connection.transport.blocked()) interest |= EPOLLOUT;
  if (interest == connection.interest) return;
  connection.interest = interest;
  epoll_event event{interest, {.u64 = std::uint64_t{slots_[slot].generation} << 32 | slot}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.transport.socket(), &event);
}

void Server::Loop::settle_touched() {
  for (std::size_t i = 0; i < touched_.size(); ++i) settle(touched_[i]);  // may grow meanwhile
  touched_.clear();
}

void Server::Loop::close(std::uint32_t slot) {
  slots_[slot].connection.reset();
  free_.push_back(slot);
}

void Server::Loop::close_lingering(std::int64_t now) {
  std::erase_if(lingering_, [&](const Lingering& one) {
    bool same = slots_[one.slot].generation == one.generation && slots_[one.slot].connection;
    if (same && one.until > now) return false;
    if (same) close(one.slot);
    return true;
  });
}

Result<Server> Server::start(const Options& options) {
  std::unique_ptr<Loop> loop = TRY(Loop::make(options));
  loop->start();
  return Server(std::move(loop));
}

Server::Server(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

const std::vector<Server::Port>& Server::ports() const { return loop_->ports; }
const std::string& Server::certificate_pem() const { return loop_->identity.certificate_pem; }
Result<Truth> Server::stop() { return loop_->stop(); }

std::string Server::url() const {
  for (const Port& port : loop_->ports) {
    if (!port.tls) return port.url;
  }
  return "";
}
std::string Server::tls_url() const {
  for (const Port& port : loop_->ports) {
    if (port.tls) return port.url;
  }
  return "";
}

}  // namespace lynxbench::stub
