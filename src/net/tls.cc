#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>

namespace lynxbench::net {
namespace {

constexpr std::size_t kRecord = 16'384;  // most plain bytes in one TLS record

bool is_address(const std::string& host) {
  unsigned char unused[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), unused) == 1 || inet_pton(AF_INET6, host.c_str(), unused) == 1;
}

std::string first_error() {
  unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : fmt::format("OpenSSL error {:x}", code);
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make(const TlsOptions& options) {
  std::unique_ptr<TlsContext> made(new TlsContext);
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  made->method_.reset(BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "lynxbench"));
  if (!made->context_ || !made->method_) return error(ErrorCode::kExhausted, "OpenSSL: no memory");
  BIO_meth_set_read(made->method_.get(), TlsSession::bio_read);
  BIO_meth_set_write(made->method_.get(), TlsSession::bio_write);
  BIO_meth_set_ctrl(made->method_.get(), TlsSession::bio_ctrl);
  SSL_CTX* context = made->context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE);
  made->verify_ = options.verify;
  made->plain_.resize(kRecord);
  if (options.verify) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (options.ca_file) {
      if (SSL_CTX_load_verify_file(context, options.ca_file->c_str()) != 1) {
        return error(ErrorCode::kInvalidInput, "{}: no certificate of an authority could be read: {}",
                     *options.ca_file, first_error());
      }
    } else {
      SSL_CTX_set_default_verify_paths(context);
    }
  }
  std::string wire;
  for (const std::string& name : options.alpn) wire += static_cast<char>(name.size()) + name;
  if (!wire.empty()) {
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
  }
  ERR_clear_error();
  return made;
}

TlsSession::TlsSession(TlsContext& context, const std::string& host)
    : context_(context), ssl_(SSL_new(context.context_.get())) {
  CHECK(ssl_ != nullptr);
  BIO* bio = BIO_new(context.method_.get());
  CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_connect_state(ssl_);
  if (is_address(host)) {
    if (context.verify_) X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_, host.c_str());
    if (context.verify_) SSL_set1_host(ssl_, host.c_str());
  }
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

int TlsSession::bio_read(BIO* bio, char* into, int room) {
  auto* self = static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self->in_.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  std::size_t count = std::min(self->in_.size(), static_cast<std::size_t>(room));
  std::memcpy(into, self->in_.data(), count);
  self->in_.remove_prefix(count);
  return static_cast<int>(count);
}

int TlsSession::bio_write(BIO* bio, const char* from, int length) {
  auto* self = static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self->out_ != nullptr) self->out_->append(from, static_cast<std::size_t>(length));
  return length;
}

long TlsSession::bio_ctrl(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

TlsSession::Step TlsSession::failed() {
  long verified = SSL_get_verify_result(ssl_);
  std::string reason = first_error();
  if (context_.verify_ && verified != X509_V_OK) {
    failure_ = fmt::format("the server's certificate is not trusted: {}",
                           X509_verify_cert_error_string(verified));
  } else if (reason == "wrong version number" || reason == "packet length too long") {
    failure_ = fmt::format("the server does not speak TLS ({})", reason);
  } else {
    failure_ = "TLS: " + (reason.empty() ? "failed without a reason" : reason);
  }
  return Step::kFailed;
}

TlsSession::Step TlsSession::start(std::string& out) {
  in_ = {};
  return next(out);
}

TlsSession::Step TlsSession::next(std::string& out) {
  if (!failure_.empty()) return Step::kFailed;
  ERR_clear_error();
  out_ = &out;
  int got = 0;
  if (!connected_) {
    got = SSL_do_handshake(ssl_);
    connected_ = got == 1;
    if (connected_) {
      out_ = nullptr;
      return Step::kConnected;
    }
  } else {
    std::vector<char>& plain = context_.plain_;
    got = SSL_read(ssl_, plain.data(), static_cast<int>(plain.size()));
    if (got > 0) {
      out_ = nullptr;
      bytes_ = std::string_view(plain.data(), static_cast<std::size_t>(got));
      return Step::kBytes;
    }
  }
  int why = SSL_get_error(ssl_, got);
  out_ = nullptr;
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return Step::kMore;
  if (why == SSL_ERROR_ZERO_RETURN) return Step::kClosed;
  return failed();
}

bool TlsSession::write(std::string_view plain, std::string& out) {
  if (!failure_.empty()) return false;
  ERR_clear_error();
  out_ = &out;
  while (!plain.empty()) {
    int count = SSL_write(ssl_, plain.data(), static_cast<int>(std::min<std::size_t>(plain.size(), 1U << 30)));
    if (count <= 0) {
      failed();
      break;
    }
    plain.remove_prefix(static_cast<std::size_t>(count));
  }
  out_ = nullptr;
  return failure_.empty();
}

void TlsSession::close(std::string& out) {
  if (!connected_ || !failure_.empty()) return;
  ERR_clear_error();
  out_ = &out;
  SSL_shutdown(ssl_);
  out_ = nullptr;
  ERR_clear_error();
}

std::string_view TlsSession::alpn() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_, &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

std::string_view TlsSession::version() const { return SSL_get_version(ssl_); }

}  // namespace lynxbench::net
