// TLS of one connection, apart from its socket: ciphertext is fed in and comes out as bytes, so that
// whoever owns the socket reads it by himself (and gets the kernel's times of receipt).
//
//   TlsSession tls(context, "server.example");
//   tls.start(out);                                   // out: bytes for the server
//   tls.feed(ciphertext);
//   while (tls.read(buffer, out) == TlsSession::Step::kBytes) use(tls.bytes());
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lynxbench::net {

struct TlsOptions {
  bool verify = true;                  // the server's certificate: its chain and its name
  std::optional<std::string> ca_file;  // PEM; trusted instead of the system's
  std::vector<std::string> alpn;       // offered protocols, as "h2"; empty: none
};

// What connections to one server share.
class TlsContext {
 public:
  // kInvalidInput when the CA file cannot be read.
  [[nodiscard]] static Result<std::unique_ptr<TlsContext>> make(const TlsOptions& options);

 private:
  friend class TlsSession;
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
  };
  TlsContext() = default;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<BIO_METHOD, Free> method_;
  bool verify_ = true;
  std::vector<char> plain_;  // decrypted bytes, of one session after another
};

class TlsSession {
 public:
  enum class Step {
    kMore,       // all that was fed is used up
    kBytes,      // bytes() has some
    kConnected,  // the handshake is complete: once
    kClosed,     // the server said that it is done
    kFailed,     // failure() says why; the session is over
  };

  // `host`: for SNI and the certificate's name; a name or an address.
  TlsSession(TlsContext& context, const std::string& host);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Every step may append bytes for the server to `out`.
  Step start(std::string& out);
  // `ciphertext` must stay valid until next() says kMore.
  void feed(std::string_view ciphertext) { in_ = ciphertext; }
  Step next(std::string& out);
  [[nodiscard]] std::string_view bytes() const { return bytes_; }  // until the next step of any session
  // After kConnected. Bytes for the server are appended; never blocks. False: failed.
  bool write(std::string_view plain, std::string& out);
  // Says to the server that we are done.
  void close(std::string& out);

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::string_view alpn() const;     // the protocol agreed on; "" for none
  [[nodiscard]] std::string_view version() const;  // "TLSv1.3"

 private:
  friend class TlsContext;
  static int bio_read(BIO* bio, char* into, int room);
  static int bio_write(BIO* bio, const char* from, int length);
  static long bio_ctrl(BIO* bio, int command, long number, void* pointer);
  Step failed();

  TlsContext& context_;
  SSL* ssl_;
  std::string_view in_;
  std::string* out_ = nullptr;  // within a step
  std::string_view bytes_;
  std::string failure_;
  bool connected_ = false;
};

}  // namespace lynxbench::net
