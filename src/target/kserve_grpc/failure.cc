#include "target/kserve_grpc/failure.h"

namespace lynxbench::target {
namespace {

using Kind = net::GrpcEnd::Kind;

GrpcOutcome busy(std::string detail) {
  return {RequestStatus::kRejected, Failure::kBusy, std::move(detail)};
}

GrpcOutcome of_status(const net::GrpcEnd& end) {
  if (end.code == net::kGrpcOk) return {};
  std::string detail = "gRPC " + net::grpc_code_name(end.code) + (end.detail.empty() ? "" : ": " + end.detail);
  if (end.code == net::kGrpcResourceExhausted || end.code == net::kGrpcUnavailable) return busy(std::move(detail));
  Failure failure = end.code == net::kGrpcDeadlineExceeded ? Failure::kTimeout : Failure::kStatus;
  return {RequestStatus::kFailed, failure, std::move(detail)};
}

Failure failure_of(Kind kind) {
  switch (kind) {
    case Kind::kContentType:
      return Failure::kContentType;
    case Kind::kFraming:
      return Failure::kMalformed;
    case Kind::kTooLarge:
      return Failure::kTooLarge;
    case Kind::kNoStatus:
      return Failure::kCutStream;
    case Kind::kConnect:
      return Failure::kConnect;
    case Kind::kTls:
      return Failure::kTls;
    case Kind::kLocal:
      return Failure::kLocal;
    case Kind::kReset:
    case Kind::kClosed:
      return Failure::kClosed;
    case Kind::kNotHttp2:
      return Failure::kProtocol;
    case Kind::kStatus:
    case Kind::kHttpStatus:
    case Kind::kRefused:
      break;
  }
  return Failure::kStatus;
}

}  // namespace

GrpcOutcome outcome_of(const net::GrpcEnd& end) {
  switch (end.kind) {
    case Kind::kStatus:
      return of_status(end);
    case Kind::kRefused:
      return busy(end.detail);
    case Kind::kHttpStatus:
      if (end.code == 429 || end.code == 503) return busy(end.detail);
      [[fallthrough]];
    default:
      return {RequestStatus::kFailed, failure_of(end.kind), end.detail};
  }
}

}  // namespace lynxbench::target
