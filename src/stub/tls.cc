#include "stub/tls.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace lynxbench::stub {
namespace {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* thing) const { kFree(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

Error openssl_error(std::string_view what) {
  char text[256] = "no reason given";
  if (unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return error(ErrorCode::kInvalidInput, "{}: {}", what, text);
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  long size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string names_for(const std::string& host) {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  unsigned char address[16];
  bool is_address = inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1;
  bool plain = host.find_first_of(",:\n") == std::string::npos || is_address;
  if (!host.empty() && plain) names += (is_address ? ",IP:" : ",DNS:") + host;
  return names;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::string& host) {
  unsigned char serial[8];
  if (RAND_bytes(serial, sizeof serial) != 1) return false;
  std::uint64_t number = 0;
  for (unsigned char byte : serial) number = number << 8 | byte;
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 10L * 365 * 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* common = reinterpret_cast<const unsigned char*>("lynxbench stub");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  return add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
         add_extension(certificate, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, NID_subject_alt_name, names_for(host)) &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void*) {
  static const unsigned char kOffered[] = "\x02h2\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kOffered, sizeof kOffered - 1, in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<Identity> make_identity(const std::string& host) {
  Key key(EVP_EC_gen("P-256"));
  Certificate certificate(X509_new());
  if (!key || !certificate || !fill(certificate.get(), key.get(), host)) return openssl_error("cannot make a certificate");
  Memory key_text(BIO_new(BIO_s_mem()));
  Memory certificate_text(BIO_new(BIO_s_mem()));
  if (!key_text || !certificate_text ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1) {
    return openssl_error("cannot write a certificate");
  }
  return Identity{text_of(certificate_text.get()), text_of(key_text.get())};
}

Result<TlsContext> TlsContext::make(const Identity& identity) {
  TlsContext made;
  made.context_.reset(SSL_CTX_new(TLS_server_method()));
  if (!made.context_) return openssl_error("TLS");
  SSL_CTX* context = made.context_.get();
  Memory certificates(BIO_new_mem_buf(identity.certificate_pem.data(), static_cast<int>(identity.certificate_pem.size())));
  Memory key_text(BIO_new_mem_buf(identity.key_pem.data(), static_cast<int>(identity.key_pem.size())));
  Certificate first(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
  Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!first || SSL_CTX_use_certificate(context, first.get()) != 1) return openssl_error("the certificate");
  while (X509* next = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) X509_free(next);
  }
  ERR_clear_error();
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return openssl_error("the certificate's key");
  }
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  return made;
}

TlsSession::TlsSession(const TlsContext& context)
    : session_(SSL_new(context.get())), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  CHECK(session_ && in_ != nullptr && out_ != nullptr);
  BIO_set_mem_eof_return(in_, -1);
  SSL_set_bio(session_.get(), in_, out_);
  SSL_set_accept_state(session_.get());
}

bool TlsSession::received(std::string_view cipher, std::string& plain) {
  if (BIO_write(in_, cipher.data(), static_cast<int>(cipher.size())) != static_cast<int>(cipher.size())) return false;
  char buffer[16384];
  while (true) {
    int got = SSL_read(session_.get(), buffer, sizeof buffer);
    if (got > 0) {
      plain.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    int reason = SSL_get_error(session_.get(), got);
    ERR_clear_error();
    if (reason == SSL_ERROR_ZERO_RETURN) ended_ = true;
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE || ended_;
  }
}

bool TlsSession::send(std::string_view plain) {
  if (plain.empty()) return true;
  bool sent = SSL_write(session_.get(), plain.data(), static_cast<int>(plain.size())) == static_cast<int>(plain.size());
  ERR_clear_error();
  return sent;
}

void TlsSession::close() {
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

std::string TlsSession::take_outgoing() {
  char* data = nullptr;
  long size = BIO_get_mem_data(out_, &data);
  std::string bytes = size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
  (void)BIO_reset(out_);
  return bytes;
}

}  // namespace lynxbench::stub
