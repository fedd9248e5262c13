// TLS for the stub: a certificate of its own, made in memory, or one from files; and the server's side
// of a connection over memory, so that the socket is read by us and the kernel's times of receipt are
// not lost.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lynxbench::stub {

struct Identity {
  std::string certificate_pem;  // self-signed: also what a client must trust
  std::string key_pem;
};

// A key on P-256 and a certificate for localhost, 127.0.0.1, ::1 and `host`, valid for ten years.
[[nodiscard]] Result<Identity> make_identity(const std::string& host);

class TlsContext {
 public:
  // Offers h2 and http/1.1.
  [[nodiscard]] static Result<TlsContext> make(const Identity& identity);
  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

class TlsSession {
 public:
  explicit TlsSession(const TlsContext& context);

  // Bytes from the socket. False: no TLS, the connection is of no use.
  [[nodiscard]] bool received(std::string_view cipher, std::string& plain);
  // Bytes for the socket are then in outgoing().
  [[nodiscard]] bool send(std::string_view plain);
  void close();  // "close notify"
  // What must be written; taken away.
  [[nodiscard]] std::string take_outgoing();
  [[nodiscard]] bool ended() const { return ended_; }  // the client said that it ends
  [[nodiscard]] bool established() const { return SSL_is_init_finished(session_.get()) == 1; }

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };
  std::unique_ptr<SSL, Free> session_;
  BIO* in_ = nullptr;   // owned by session_
  BIO* out_ = nullptr;
  bool ended_ = false;
};

}  // namespace lynxbench::stub
