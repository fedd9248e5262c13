// What a gRPC call's end means for a request's record.
#pragma once

#include "model/request.h"
#include "net/grpc.h"

namespace lynxbench::target {

struct GrpcOutcome {
  RequestStatus status = RequestStatus::kOk;
  Failure failure = Failure::kNone;
  std::string detail;
};

// RESOURCE_EXHAUSTED, UNAVAILABLE, HTTP's 429 and 503, and a stream that the server refused are
// kRejected (kBusy): the server turned the request away. DEADLINE_EXCEEDED is a kTimeout.
[[nodiscard]] GrpcOutcome outcome_of(const net::GrpcEnd& end);

}  // namespace lynxbench::target
