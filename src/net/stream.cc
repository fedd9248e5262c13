#include "net/stream.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace lynxbench::net {
namespace {

// Reads of one stream in a row; then others have their turn.
constexpr int kMostReads = 16;

bool is_local_shortage(int code) {
  return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM || code == EADDRNOTAVAIL ||
         code == EAGAIN;
}

std::string words(int code) {
  switch (code) {
    case EADDRNOTAVAIL:
      return "no local port is left (net.ipv4.ip_local_port_range)";
    case EMFILE:
      return "no file descriptor is left in this process (ulimit -n)";
    case ENFILE:
      return "no file descriptor is left on this machine (fs.file-max)";
    default:
      return std::strerror(code);
  }
}

StreamEnd could_not_connect(int code) {
  return {is_local_shortage(code) ? StreamFault::kLocal : StreamFault::kConnect, words(code)};
}

}  // namespace

Result<std::unique_ptr<Destination>> Destination::resolve(const Url& url, const TlsOptions& tls) {
  std::unique_ptr<Destination> made(new Destination);
  made->host_ = url.host;
  if (url.secure()) made->tls_ = TRY(TlsContext::make(tls));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  Nanos before = Poller::now();
  int problem = getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
  made->look_up_ = Poller::now() - before;
  if (problem != 0) {
    return error(ErrorCode::kUnavailable, "the host \"{}\" has no address: {}", url.host,
                 gai_strerror(problem));
  }
  for (addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Address address;
    std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
    address.length = one->ai_addrlen;
    address.family = one->ai_family;
    made->addresses_.push_back(address);
  }
  freeaddrinfo(found);
  CHECK(!made->addresses_.empty());
  return made;
}

std::string Destination::address_text() const {
  const Address& address = addresses_[preferred_];
  char host[INET6_ADDRSTRLEN + 16];
  char port[16];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address.bytes), address.length, host, sizeof host,
                  port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return host_;
  }
  return address.family == AF_INET6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Stream::Stream(Poller& poller, Destination& destination, StreamOwner& owner)
    : poller_(poller), destination_(destination), owner_(owner) {}

Stream::~Stream() {
  close();
  if (gone_ != nullptr) *gone_ = true;
}

StreamEnd Stream::start() {
  CHECK(state_ == State::kIdle);
  started_at_ = Poller::now();
  tried_ = 0;
  StreamEnd failed = connect_from(destination_.preferred_);
  if (failed) {
    state_ = State::kOver;
    ++destination_.counts_.failed;
    if (failed.fault == StreamFault::kLocal) ++destination_.counts_.local;
  }
  return failed;
}

// The first address from here on that does not fail at once.
StreamEnd Stream::connect_from(std::size_t address) {
  StreamEnd failed;
  const std::size_t count = destination_.addresses_.size();
  for (; tried_ < count; address = (address + 1) % count) {
    ++tried_;
    failed = connect_to(address);
    if (!failed || failed.fault == StreamFault::kLocal) break;
  }
  return failed;
}

StreamEnd Stream::connect_to(std::size_t address) {
  const Destination::Address& to = destination_.addresses_[address];
  int fd = socket(to.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return could_not_connect(errno);
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ask_for_receipts(fd);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to.bytes), to.length) != 0 && errno != EINPROGRESS) {
    int code = errno;
    ::close(fd);
    return could_not_connect(code);
  }
  // Edge-triggered for both directions, so that it never has to be changed.
  if (Status added = poller_.add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this); !added.ok()) {
    ::close(fd);
    return {StreamFault::kLocal, added.error().message};
  }
  fd_ = fd;
  address_ = address;
  state_ = State::kConnecting;
  StreamCounts& counts = destination_.counts_;
  counts.most = std::max(counts.most, ++counts.open);
  return {};
}

void Stream::release() {
  if (fd_ < 0) return;
  poller_.remove(fd_, *this);
  ::close(fd_);
  fd_ = -1;
  --destination_.counts_.open;
}

void Stream::close() {
  if (state_ == State::kOver || state_ == State::kIdle) return;
  if (state_ == State::kOpen && tls_ && pending() == 0) {
    out_.clear();
    out_sent_ = 0;
    tls_->close(out_);
    (void)!send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);  // a courtesy
  }
  if (state_ != State::kOpen) ++destination_.counts_.failed;
  state_ = State::kOver;
  release();
}

bool Stream::end(StreamFault fault, std::string text) {
  if (state_ != State::kOpen) ++destination_.counts_.failed;
  if (fault == StreamFault::kLocal) ++destination_.counts_.local;
  state_ = State::kOver;
  release();
  owner_.stream_ended(*this, StreamEnd{fault, std::move(text)});
  return false;
}

void Stream::ready(std::uint32_t events) {
  bool gone = false;
  bool* outer = std::exchange(gone_, &gone);
  const bool hung_up = (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0;
  bool alive = true;
  if (state_ == State::kConnecting) alive = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0 && finish_connect();
  if (alive && (events & EPOLLOUT) != 0 && pending() > 0) alive = flush();
  if (alive && (hung_up || (events & EPOLLIN) != 0) &&
      (state_ == State::kOpen || state_ == State::kHandshake)) {
    read(hung_up);
  }
  if (!gone) gone_ = outer;
}

bool Stream::finish_connect() {
  int code = 0;
  socklen_t length = sizeof code;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &code, &length);
  if (code != 0) {
    release();
    StreamEnd failed = could_not_connect(code);
    if (failed.fault != StreamFault::kLocal && tried_ < destination_.addresses_.size()) {
      failed = connect_from((address_ + 1) % destination_.addresses_.size());
      if (!failed) return false;  // its events come later
    }
    return end(failed.fault, std::move(failed.text));
  }
  destination_.preferred_ = address_;
  if (destination_.tls_ == nullptr) return become_open();
  state_ = State::kHandshake;
  tls_ = std::make_unique<TlsSession>(*destination_.tls_, destination_.host_);
  if (tls_->start(out_) == TlsSession::Step::kFailed) return end(StreamFault::kTls, tls_->failure());
  return flush();
}

bool Stream::become_open() {
  state_ = State::kOpen;
  connected_at_ = Poller::now();
  ++destination_.counts_.opened;
  bool* gone = gone_;
  owner_.stream_connected(*this);
  return !*gone && state_ != State::kOver;
}

bool Stream::write(std::string_view bytes) {
  CHECK(state_ == State::kOpen || state_ == State::kOver);
  if (state_ == State::kOver || broken_ != 0) return false;
  const bool was_empty = pending() == 0;
  if (was_empty) {
    out_.clear();
    out_sent_ = 0;
  }
  if (tls_) {
    if (!tls_->write(bytes, out_)) return broken(EPROTO);
    bytes = out_;
  }
  owes_drained_ = true;
  if (!was_empty) {
    if (!tls_) out_.append(bytes);
    return false;
  }
  ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count == static_cast<ssize_t>(bytes.size())) {
    out_.clear();
    owes_drained_ = false;
    return true;
  }
  if (count < 0 && errno != EAGAIN && errno != EINTR) return broken(errno);
  const auto sent = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  if (tls_) out_sent_ = sent;
  else out_.assign(bytes.substr(sent));
  return false;
}

// Nothing more can be sent. What the server said before is still read, and then it ends.
bool Stream::broken(int code) {
  broken_ = code;
  out_.clear();
  out_sent_ = 0;
  poller_.again(*this, EPOLLIN | EPOLLHUP);
  return false;
}

bool Stream::flush() {
  while (pending() > 0) {
    ssize_t count = send(fd_, out_.data() + out_sent_, pending(), MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) broken(errno);
      return true;
    }
    out_sent_ += static_cast<std::size_t>(count);
  }
  out_.clear();
  out_sent_ = 0;
  if (!std::exchange(owes_drained_, false)) return true;
  bool* gone = gone_;
  owner_.stream_drained(*this);
  return !*gone && state_ != State::kOver;
}

void Stream::read(bool hung_up) {
  std::vector<char>& buffer = poller_.read_buffer();
  for (int reads = 0; reads < kMostReads; ++reads) {
    Received got = receive(fd_, buffer.data(), buffer.size(), poller_.wall_offset());
    if (got.bytes < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN && broken_ == 0) return;
      if (broken_ != 0) errno = broken_;
      end(state_ == State::kHandshake ? StreamFault::kTls : StreamFault::kReset, std::strerror(errno));
      return;
    }
    if (got.bytes == 0) {
      if (broken_ != 0 && broken_ != EPIPE) {
        end(StreamFault::kReset, std::strerror(broken_));
        return;
      }
      if (state_ == State::kHandshake) end(StreamFault::kTls, "the server closed the connection in the TLS handshake");
      else end(StreamFault::kClosed, "the server closed the connection");
      return;
    }
    poller_.saw_time(got.receipt.read);
    ++destination_.counts_.reads;
    if (!got.receipt.by_kernel) ++destination_.counts_.reads_without_kernel_time;
    const auto count = static_cast<std::size_t>(got.bytes);
    std::string_view bytes(buffer.data(), count);
    if (tls_ ? !deliver_tls(bytes, got.receipt) : !deliver(bytes, got.receipt)) return;
    // Fewer bytes than there was room for: no more are there, and new ones make an event.
    if (count < buffer.size() && !hung_up) return;
  }
  poller_.again(*this, EPOLLIN | (hung_up ? EPOLLHUP : 0U));
}

bool Stream::deliver(std::string_view bytes, const Receipt& receipt) {
  bool* gone = gone_;
  owner_.stream_received(*this, bytes, receipt);
  return !*gone && state_ != State::kOver;
}

bool Stream::deliver_tls(std::string_view bytes, const Receipt& receipt) {
  tls_->feed(bytes);
  while (true) {
    const bool was_empty = pending() == 0;
    const TlsSession::Step step = tls_->next(out_);
    if (was_empty && pending() > 0 && step != TlsSession::Step::kFailed && !flush()) return false;
    switch (step) {
      case TlsSession::Step::kMore:
        return true;
      case TlsSession::Step::kBytes:
        if (!deliver(tls_->bytes(), receipt)) return false;
        break;
      case TlsSession::Step::kConnected:
        if (!become_open()) return false;
        break;
      case TlsSession::Step::kClosed:
        return end(StreamFault::kClosed, "the server closed the connection");
      case TlsSession::Step::kFailed:
        if (pending() > 0) (void)!send(fd_, out_.data() + out_sent_, pending(), MSG_NOSIGNAL);  // the alert
        return end(StreamFault::kTls, tls_->failure());
    }
  }
}

}  // namespace lynxbench::net
