// For tests: a connection that says and hears bytes, nothing more.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace lynxbench::stub {

class RawClient {
 public:
  // `url`: "http://127.0.0.1:PORT".
  explicit RawClient(const std::string& url) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(url.substr(url.rfind(':') + 1).c_str())));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    timeval patience{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void say(std::string_view text) { (void)!::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  // What came before the first `end` (with it); all until the end of the connection when it never comes.
  std::string hear_until(std::string_view end) {
    while (true) {
      if (std::size_t at = heard_.find(end); !end.empty() && at != std::string::npos) return taken(at + end.size());
      char buffer[4096];
      ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      reset_ = got < 0 && errno == ECONNRESET;
      if (got <= 0) return taken(heard_.size());
      heard_.append(buffer, static_cast<std::size_t>(got));
    }
  }
  std::string hear_all() { return hear_until(""); }
  std::string hear_bytes(std::size_t count) {
    while (heard_.size() < count) {
      char buffer[4096];
      ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      heard_.append(buffer, static_cast<std::size_t>(got));
    }
    return taken(std::min(count, heard_.size()));
  }
  [[nodiscard]] bool was_reset() const { return reset_; }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

 private:
  std::string taken(std::size_t count) {
    std::string part = heard_.substr(0, count);
    heard_.erase(0, count);
    return part;
  }
  int socket_;
  bool connected_ = false;
  bool reset_ = false;
  std::string heard_;
};

}  // namespace lynxbench::stub
