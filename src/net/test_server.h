// For tests: a server whose script is a function per connection, each in a thread of its own.
//
//   TestServer server([](TestPeer& peer) { peer.read_request(); peer.send("HTTP/1.1 200 OK\r\n..."); });
//   server.url("/v1")   // "http://127.0.0.1:PORT/v1"
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace lynxbench::net {

// The server's end of one connection. Calls block; once the client is gone, or the server is being
// destroyed, they return at once.
class TestPeer {
 public:
  TestPeer(int fd, SSL* tls, int number) : fd_(fd), tls_(tls), number_(number) {}

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t count = tls_ != nullptr
                          ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                          : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  // What has come, at most 64 KiB; "" at the end.
  std::string read() {
    std::string got(65536, '\0');
    ssize_t count = tls_ != nullptr ? SSL_read(tls_, got.data(), static_cast<int>(got.size()))
                                    : ::recv(fd_, got.data(), got.size(), 0);
    got.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return got;
  }

  // A whole HTTP/1.1 request, with a Content-Length or without body; "" at the end.
  std::string read_request() {
    while (true) {
      if (std::size_t end = kept_.find("\r\n\r\n"); end != std::string::npos) {
        std::size_t length = end + 4;
        std::string head = kept_.substr(0, end);
        const char* field = strcasestr(head.c_str(), "\r\ncontent-length:");
        if (field != nullptr) length += std::strtoul(field + 17, nullptr, 10);
        if (kept_.size() >= length) {
          std::string request = kept_.substr(0, length);
          kept_.erase(0, length);
          return request;
        }
      }
      std::string more = read();
      if (more.empty()) return "";
      kept_ += more;
    }
  }

  // Until the client closes.
  void wait_for_end() {
    while (!read().empty()) {
    }
  }
  // What is closed from here on is closed with a reset.
  void reset_at_end() {
    linger at_once{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  [[nodiscard]] int number() const { return number_; }  // of its connection, from 0

 private:
  int fd_;
  SSL* tls_;
  int number_;
  std::string kept_;
};

// A certificate and its key, made anew and signed by itself.
struct TestCertificate {
  std::string certificate_file;  // PEM; also the CA file to trust it by
  std::string key_file;
};

inline TestCertificate make_test_certificate(const std::string& name = "localhost") {
  std::string base = ::testing::TempDir() + "lynxbench_" + name + "_" + std::to_string(getpid());
  TestCertificate made{base + ".crt", base + ".key"};
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), getpid());
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  std::string names = "DNS:" + name + (name == "localhost" ? ",IP:127.0.0.1" : "");
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* file = std::fopen(made.certificate_file.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(made.key_file.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

class TestServer {
 public:
  using Script = std::function<void(TestPeer&)>;

  // With `certificate`: TLS, choosing what the client offers first.
  explicit TestServer(Script script, const TestCertificate* certificate = nullptr)
      : script_(std::move(script)) {
    if (certificate != nullptr) {
      context_ = SSL_CTX_new(TLS_server_method());
      SSL_CTX_use_certificate_file(context_, certificate->certificate_file.c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_use_PrivateKey_file(context_, certificate->key_file.c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_set_alpn_select_cb(
          context_,
          [](SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in, unsigned, void*) {
            *length = in[0];
            *out = in + 1;
            return SSL_TLSEXT_ERR_OK;
          },
          nullptr);
    }
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to clients that are gone
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(listener_, reinterpret_cast<const sockaddr*>(&address), length);
    listen(listener_, 128);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~TestServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
    {
      std::lock_guard lock(mutex_);
      for (int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    SSL_CTX_free(context_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return (context_ != nullptr ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(port_) + path;
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all() {
    while (true) {
      int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      int number = connections_++;
      std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd, number] { serve(fd, number); });
    }
  }

  void serve(int fd, int number) {
    SSL* tls = nullptr;
    bool ready = true;
    if (context_ != nullptr) {
      tls = SSL_new(context_);
      SSL_set_fd(tls, fd);
      ready = SSL_accept(tls) == 1;
    }
    if (ready) {
      TestPeer peer(fd, tls, number);
      script_(peer);
      if (tls != nullptr) SSL_shutdown(tls);
    }
    SSL_free(tls);
    std::lock_guard lock(mutex_);
    open_.erase(std::find(open_.begin(), open_.end(), fd));
    close(fd);
  }

  Script script_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::vector<int> open_;             // guarded by mutex_
  std::vector<std::thread> threads_;  // of the acceptor, until it has ended
  std::thread acceptor_;
};

}  // namespace lynxbench::net
