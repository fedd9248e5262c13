// One request to a KServe server over gRPC, from submit() to its answer. Inside kserve_grpc only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/accuracy.h"
#include "net/grpc_client.h"
#include "protocol/kserve_grpc.h"
#include "target/kserve_grpc/failure.h"
#include "target/target.h"

namespace lynxbench::target {

// What all requests share.
struct GrpcRequests {
  net::Poller& poller;
  net::GrpcClient& client;
  net::GrpcHeaders headers;
  Streaming streaming = Streaming::kOff;
  std::string model{};
  Nanos timeout{0};
  std::size_t most_answer_bytes = 0;
  ScoreMethod score = ScoreMethod::kNone;
  std::vector<std::string> framed{};                   // a message for each input
  std::vector<std::optional<std::string>> expected{};  // of each input
};

// An object is used for one request after another; it knows how to give itself back.
class GrpcRequest final : private net::GrpcClientCall {
 public:
  // `over` is called with the object after its answer.
  GrpcRequest(const GrpcRequests& shared, std::function<void(GrpcRequest&)> over);

  void submit(std::uint64_t index, std::uint32_t input, Answers& answers);
  // No answer any more. The call itself has been abandoned.
  void forget() { timeout_.disarm(); }

 private:
  void bytes_came(std::size_t body_bytes) override;
  void message(std::string_view bytes) override;
  void done(const net::GrpcEnd& end) override;
  void read_unary(std::string_view bytes);
  void read_streamed(std::string_view bytes);
  void note_response(const protocol::InferResponse& response);
  void note_chunk(bool has_outputs);
  void fail(Failure failure, std::string detail);
  void answer(const GrpcOutcome& outcome, Nanos done_at);
  [[nodiscard]] GrpcOutcome outcome(const net::GrpcEnd& end) const;

  const GrpcRequests& shared_;
  std::function<void(GrpcRequest&)> over_;
  net::Timer timeout_;
  Answers* answers_ = nullptr;
  std::uint64_t index_ = 0;
  std::uint32_t input_ = 0;
  Exchange exchange_;
  std::uint64_t response_bytes_ = 0;
  Nanos first_byte_{0};
  std::uint32_t responses_ = 0;
  bool flags_finals_ = false;   // some response has said whether it is the final one
  std::optional<Nanos> final_;  // when the final one came
  std::string text_;            // of the answer, where one is expected
};

}  // namespace lynxbench::target
