// A client's gRPC call whose server says anything: a call ends at most once, and after a call's end
// nothing more of it is told.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "net/grpc.h"

namespace {

using namespace lynxbench;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Owner final : net::Http2Owner {};

struct Call final : net::GrpcCall {
  Call() : GrpcCall(1000) {}
  int ends = 0;
  void bytes_came(std::size_t) override { require(ends == 0); }
  void headers_came(net::Http2Headers) override { require(ends == 0); }
  void message(std::string_view bytes) override { require(ends == 0 && bytes.size() <= 1000); }
  void finished(const net::GrpcEnd&) override { require(++ends == 1); }
};

void take_all(net::Http2Session& session) {
  for (std::string_view bytes = session.output(); !bytes.empty(); bytes = session.output()) session.written(bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const net::GrpcHeaders kHeaders("http", "host", "/service/Method");
  static const std::string kFramed = net::grpc_frame("question");
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Owner owner;
  net::Http2Session session(net::Http2Role::kClient, {}, owner);
  Call calls[2];
  for (Call& call : calls) {
    require(call.start(session, kHeaders.get(), kFramed, data[0] % 2 == 0 ? net::Http2End::kEnd : net::Http2End::kMore).ok());
  }
  take_all(session);
  std::size_t piece = 1 + data[0] / 2;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (!session.receive(bytes.substr(at, piece)).ok()) break;
    take_all(session);
  }
  for (Call& call : calls) call.cancel();
  return 0;
}
