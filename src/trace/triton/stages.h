// The moments that Triton stamps in a request's life, and the stages between them.
//
//   Stamps stamps;
//   stamps.add(*moment_named("QUEUE_START"), 791517);
//   TracedRequest request;
//   add_stages(stamps, request, losses, byte);
//
// Source: Triton Inference Server, docs/user_guide/trace.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/trace.h"
#include "trace/json_cursor.h"
#include "trace/loss_count.h"

namespace lynxbench::trace::triton {

enum class Moment : std::uint8_t {
  kHttpReceiveStart,
  kHttpReceiveEnd,
  kGrpcReceiveStart,  // GRPC_WAITREAD_START: waiting for the client
  kGrpcReceiveEnd,    // GRPC_WAITREAD_END: where a gRPC request begins
  kRequestStart,
  kQueueStart,
  kComputeStart,
  kComputeInputEnd,
  kComputeOutputStart,
  kComputeEnd,
  kRequestEnd,
  kSendStart,  // HTTP or gRPC
  kSendEnd,
};
inline constexpr std::size_t kMoments = 13;

// "HTTP_RECV_START" -> kHttpReceiveStart; nothing for a name that no stage needs.
[[nodiscard]] std::optional<Moment> moment_named(std::string_view name);

class Stamps {
 public:
  // Of a moment that is stamped again (a model that answers in parts) the first start and the last
  // end count.
  void add(Moment moment, std::int64_t ns);
  void add_all(const Stamps& others);
  [[nodiscard]] std::optional<std::int64_t> at(Moment moment) const;
  [[nodiscard]] bool empty() const { return known_ == 0; }

 private:
  std::array<std::int64_t, kMoments> ns_{};
  std::uint16_t known_ = 0;  // a bit for each moment
};

// Reads a list of moments, [{"name": "QUEUE_START", "ns": 791517}, ...], adding them to `stamps`. `is_time`:
// which keys have the nanoseconds. Returns how many had none that can be read.
[[nodiscard]] std::uint64_t read_stamps(JsonCursor& json, bool (*is_time)(std::string_view key),
                                        Stamps& stamps);

// Fills begin, end, stages, queued and failed. Stages are disjoint, lie inside [begin, end], and are only
// there when both of their moments are; what cannot be (an end before its begin) is counted.
void add_stages(const Stamps& stamps, TracedRequest& request, LossCount& losses, std::size_t byte);

}  // namespace lynxbench::trace::triton
