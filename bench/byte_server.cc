// A server that answers every HTTP request with the same bytes, as fast as one thread can: the other end
// of measurements of clients. Plain Linux, so that it favours nobody.
//
//   byte_server PORT FILE [CHUNKS]    FILE: a body; CHUNKS: in how many HTTP chunks it is sent (1), or
//                                     "events": one for each event of a stream, as servers send them
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Client {
  int fd = -1;
  std::string in;        // of a request that is not whole
  std::size_t owed = 0;  // answers
  std::size_t sent = 0;  // of the first of them
};

// Where the HTTP chunks of a body end.
std::vector<std::size_t> ends_of(const std::string& body, const std::string& chunks) {
  std::vector<std::size_t> ends;
  if (chunks == "events") {
    for (std::size_t at = body.find("\n\n"); at != std::string::npos; at = body.find("\n\n", at + 2)) ends.push_back(at + 2);
    ends.push_back(body.size());
    return ends;
  }
  const std::size_t count = std::strtoul(chunks.c_str(), nullptr, 10);
  for (std::size_t i = 1; i <= count; ++i) ends.push_back(body.size() * i / count);
  return ends;
}

std::string answer_of(const std::string& body, const std::string& chunks) {
  std::string out = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  char size[32];
  std::size_t begin = 0;
  for (const std::size_t end : ends_of(body, chunks)) {
    if (begin == end) continue;
    std::snprintf(size, sizeof size, "%zx\r\n", end - begin);
    out += size + body.substr(begin, end - begin) + "\r\n";
    begin = end;
  }
  return out + "0\r\n\r\n";
}

// How many whole requests there are; what they are is taken away.
std::size_t requests_in(std::string& in) {
  std::size_t count = 0;
  while (true) {
    std::size_t end = in.find("\r\n\r\n");
    if (end == std::string::npos) return count;
    std::size_t length = end + 4;
    const std::string head = in.substr(0, end);
    if (const char* field = strcasestr(head.c_str(), "content-length:")) length += std::strtoul(field + 15, nullptr, 10);
    if (in.size() < length) return count;
    in.erase(0, length);
    ++count;
  }
}

// False: the client is gone.
bool send_owed(Client& client, const std::string& answer) {
  while (client.owed > 0) {
    ssize_t count = send(client.fd, answer.data() + client.sent, answer.size() - client.sent, MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN;
    client.sent += static_cast<std::size_t>(count);
    if (client.sent < answer.size()) return true;
    client.sent = 0;
    --client.owed;
  }
  return true;
}

bool receive(Client& client) {
  char buffer[65536];
  while (true) {
    ssize_t count = recv(client.fd, buffer, sizeof buffer, 0);
    if (count == 0) return false;
    if (count < 0) return errno == EAGAIN;
    client.in.append(buffer, static_cast<std::size_t>(count));
    client.owed += requests_in(client.in);
    if (count < static_cast<ssize_t>(sizeof buffer)) return true;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::ifstream file(argv[2], std::ios::binary);
  const std::string body{std::istreambuf_iterator<char>(file), {}};
  const std::string answer = answer_of(body, argc > 3 ? argv[3] : "1");
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 1024) != 0) {
    std::perror("byte_server");
    return 1;
  }
  int epoll = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  std::vector<epoll_event> events(256);
  while (true) {
    int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (client == nullptr) {
        int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event added{};
        added.events = EPOLLIN | EPOLLOUT | EPOLLET;
        added.data.ptr = new Client{fd, {}, 0, 0};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &added);
      } else if (!receive(*client) || !send_owed(*client, answer)) {
        close(client->fd);
        delete client;
      }
    }
  }
}
