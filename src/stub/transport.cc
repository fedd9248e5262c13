#include "stub/transport.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace lynxbench::stub {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;
constexpr std::int64_t kOffsetKept = 10'000'000;

std::int64_t nanos(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

std::int64_t wall_ns() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return nanos(time);
}

// The kernel stamps with the wall clock; this is what it is ahead of the monotonic one.
std::int64_t wall_offset(std::int64_t now) {
  thread_local std::int64_t offset = 0, measured = INT64_MIN / 2;
  if (now - measured > kOffsetKept) {
    std::int64_t before = monotonic_ns(), wall = wall_ns(), after = monotonic_ns();
    offset = wall - (before + after) / 2;
    measured = after;
  }
  return offset;
}

std::string peer_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return fmt::format("{}:{}", text, ntohs(v4.sin_port));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
}

}  // namespace

std::int64_t monotonic_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return nanos(time);
}

void ask_for_receive_times(int socket) {
  int flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
}

void wait_for_receive_times() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ask_for_receive_times(listener);
  bool open = ::bind(listener, generic, size) == 0 && ::listen(listener, 1) == 0 &&
              ::getsockname(listener, generic, &size) == 0 && ::connect(client, generic, size) == 0;
  int server = open ? ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) : -1;
  if (server >= 0) {
    Transport own(server, nullptr);
    std::string in;
    for (int i = 0; i < 100 && !own.kernel_ns(); ++i) {
      timespec pause{0, i == 0 ? 0 : 1'000'000};
      nanosleep(&pause, nullptr);
      if (::send(client, "x", 1, MSG_NOSIGNAL) != 1 || own.receive(in) != Transport::Received::kBytes) break;
    }
  }
  ::close(client);
  ::close(listener);
}

Transport::Transport(int socket, const TlsContext* tls)
    : socket_(socket), tls_(tls == nullptr ? nullptr : std::make_unique<TlsSession>(*tls)), peer_(peer_of(socket)) {}

Transport::~Transport() { ::close(socket_); }

void Transport::note_kernel_time(std::int64_t wall) {
  std::int64_t at = wall - wall_offset(read_ns_);
  // A clock that was set meanwhile gives nonsense: later than the reading, or long before.
  if (at <= read_ns_ + 1'000 && at > read_ns_ - 60'000'000'000) kernel_ns_ = std::min(at, read_ns_);
}

Transport::Received Transport::receive(std::string& in) {
  static thread_local std::string buffer(kReadBytes, '\0');
  alignas(cmsghdr) char control[CMSG_SPACE(3 * sizeof(timespec))];
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = ::recvmsg(socket_, &message, 0);
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return Received::kNothing;
    broken_ = true;
    return Received::kBroken;
  }
  if (got == 0) return Received::kEnd;
  read_ns_ = monotonic_ns();
  kernel_ns_.reset();
  for (cmsghdr* part_of = CMSG_FIRSTHDR(&message); part_of != nullptr; part_of = CMSG_NXTHDR(&message, part_of)) {
    if (part_of->cmsg_level != SOL_SOCKET || part_of->cmsg_type != SO_TIMESTAMPING) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part_of), sizeof stamp);
    if (stamp.tv_sec != 0) note_kernel_time(nanos(stamp));
  }
  std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  if (tls_ == nullptr) {
    in.append(bytes);
    return Received::kBytes;
  }
  bool good = tls_->received(bytes, in);
  if (std::string answer = tls_->take_outgoing(); !answer.empty()) write(answer);  // the handshake's
  if (!good) {
    broken_ = true;
    return Received::kBroken;
  }
  return tls_->ended() ? Received::kEnd : Received::kBytes;
}

std::int64_t Transport::send(std::string_view bytes) {
  if (tls_ == nullptr) return write(bytes);
  if (!tls_->send(bytes)) broken_ = true;
  return write(tls_->take_outgoing());
}

std::int64_t Transport::write(std::string_view bytes) {
  std::int64_t at = monotonic_ns();
  if (broken_) return at;
  if (blocked()) {
    pending_.append(bytes);
    return at;
  }
  ssize_t taken = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (taken < 0 && errno != EAGAIN && errno != EINTR) {
    broken_ = true;
    return at;
  }
  std::size_t done = taken < 0 ? 0 : static_cast<std::size_t>(taken);
  if (done < bytes.size()) {
    pending_.assign(bytes.substr(done));
    sent_ = 0;
  }
  return at;
}

bool Transport::flush() {
  while (blocked() && !broken_) {
    ssize_t taken = ::send(socket_, pending_.data() + sent_, pending_.size() - sent_, MSG_NOSIGNAL);
    if (taken < 0) {
      if (errno == EAGAIN || errno == EINTR) return true;
      broken_ = true;
      return false;
    }
    sent_ += static_cast<std::size_t>(taken);
  }
  if (!blocked()) {
    pending_.clear();
    sent_ = 0;
    if (finishing_) ::shutdown(socket_, SHUT_WR);
  }
  return !broken_;
}

void Transport::finish() {
  if (tls_ != nullptr && tls_->established()) {
    tls_->close();
    write(tls_->take_outgoing());
  }
  finishing_ = true;
  flush();
}

void Transport::reset() {
  linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  pending_.clear();
  sent_ = 0;
  broken_ = true;  // closed by its owner, which sends the reset
}

}  // namespace lynxbench::stub
