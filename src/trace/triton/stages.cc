#include "trace/triton/stages.h"

#include <algorithm>
#include <utility>

#include "trace/decimal.h"

namespace lynxbench::trace::triton {
namespace {

using enum Moment;

constexpr std::array<std::pair<std::string_view, Moment>, 16> kNames = {{
    {"HTTP_RECV_START", kHttpReceiveStart},
    {"HTTP_RECV_END", kHttpReceiveEnd},
    {"GRPC_WAITREAD_START", kGrpcReceiveStart},
    {"GRPC_WAITREAD_END", kGrpcReceiveEnd},
    {"REQUEST_START", kRequestStart},
    {"QUEUE_START", kQueueStart},
    {"COMPUTE_START", kComputeStart},
    {"COMPUTE_INPUT_END", kComputeInputEnd},
    {"COMPUTE_OUTPUT_START", kComputeOutputStart},
    {"COMPUTE_END", kComputeEnd},
    {"REQUEST_END", kRequestEnd},
    {"HTTP_SEND_START", kSendStart},
    {"HTTP_SEND_END", kSendEnd},
    {"GRPC_SEND_START", kSendStart},
    {"GRPC_SEND_END", kSendEnd},
    {"REQUEST_COMPLETE", kRequestEnd},
}};

bool is_end(Moment moment) {
  return moment == kHttpReceiveEnd || moment == kGrpcReceiveEnd || moment == kComputeInputEnd ||
         moment == kComputeEnd || moment == kRequestEnd || moment == kSendEnd;
}

struct Stretch {
  RequestStage stage = RequestStage::kFrontend;
  Moment from = kRequestStart;
  Moment to = kRequestStart;
};

// In the order of a request's life.
constexpr std::array<Stretch, 9> kStretches = {{
    {RequestStage::kReceive, kHttpReceiveStart, kHttpReceiveEnd},
    {RequestStage::kFrontend, kHttpReceiveEnd, kRequestStart},
    {RequestStage::kFrontend, kGrpcReceiveEnd, kRequestStart},
    {RequestStage::kQueue, kQueueStart, kComputeStart},
    {RequestStage::kInput, kComputeStart, kComputeInputEnd},
    {RequestStage::kCompute, kComputeInputEnd, kComputeOutputStart},
    {RequestStage::kOutput, kComputeOutputStart, kComputeEnd},
    {RequestStage::kFrontend, kRequestEnd, kSendStart},
    {RequestStage::kSend, kSendStart, kSendEnd},
}};

std::optional<std::int64_t> first_of(const Stamps& stamps, std::initializer_list<Moment> moments) {
  for (const Moment moment : moments) {
    if (const std::optional<std::int64_t> at = stamps.at(moment)) return at;
  }
  return std::nullopt;
}

void add_stage(TracedRequest& request, RequestStage stage, std::int64_t length_ns) {
  const auto known = std::find_if(request.stages.begin(), request.stages.end(),
                                  [stage](const auto& one) { return one.first == stage; });
  if (known != request.stages.end()) {
    known->second += length_ns;
  } else {
    request.stages.emplace_back(stage, length_ns);
  }
}

void add_stretches(const Stamps& stamps, TracedRequest& request, LossCount& losses,
                   std::size_t byte) {
  std::optional<std::int64_t> reached = request.begin_ns;
  for (const Stretch& stretch : kStretches) {
    const std::optional<std::int64_t> from = stamps.at(stretch.from);
    const std::optional<std::int64_t> to = stamps.at(stretch.to);
    if (!from || !to) continue;
    const bool inside = (!reached || *from >= *reached) && (!request.end_ns || *to <= *request.end_ns);
    if (*to < *from || !inside) {
      losses.add(Severity::kLoss, "stage whose times are out of order", byte);
      continue;
    }
    add_stage(request, stretch.stage, *to - *from);
    if (stretch.stage == RequestStage::kQueue) request.queued = QueueWait{*from, *to};
    reached = to;
  }
}

}  // namespace

std::optional<Moment> moment_named(std::string_view name) {
  for (const auto& [spelled, moment] : kNames) {
    if (spelled == name) return moment;
  }
  return std::nullopt;
}

void Stamps::add(Moment moment, std::int64_t ns) {
  const auto index = static_cast<std::size_t>(moment);
  const bool known = ((known_ >> index) & 1U) != 0;
  const bool replaces = !known || (is_end(moment) ? ns > ns_[index] : ns < ns_[index]);
  if (replaces) ns_[index] = ns;
  known_ = static_cast<std::uint16_t>(known_ | (1U << index));
}

void Stamps::add_all(const Stamps& others) {
  for (std::size_t i = 0; i < kMoments; ++i) {
    const auto moment = static_cast<Moment>(i);
    if (const std::optional<std::int64_t> at = others.at(moment)) add(moment, *at);
  }
}

std::optional<std::int64_t> Stamps::at(Moment moment) const {
  const auto index = static_cast<std::size_t>(moment);
  if (((known_ >> index) & 1U) == 0) return std::nullopt;
  return ns_[index];
}

std::uint64_t read_stamps(JsonCursor& json, bool (*is_time)(std::string_view key), Stamps& stamps) {
  std::uint64_t timeless = 0;
  if (!json.enter('[')) {
    json.skip();
    return timeless;
  }
  while (json.element()) {
    std::optional<Moment> moment;
    std::optional<std::int64_t> ns;
    if (!json.enter('{')) {
      json.skip();
      continue;
    }
    while (const std::optional<std::string_view> key = json.key()) {
      if (*key == "name") {
        moment = moment_named(json.string());
      } else if (is_time(*key)) {
        ns = scaled_decimal(json.scalar(), 0);
      } else {
        json.skip();
      }
    }
    if (!ns) ++timeless;
    if (moment && ns) stamps.add(*moment, *ns);
  }
  return timeless;
}

void add_stages(const Stamps& stamps, TracedRequest& request, LossCount& losses,
                std::size_t byte) {
  request.begin_ns =
      first_of(stamps, {kHttpReceiveStart, kGrpcReceiveEnd, kRequestStart, kQueueStart,
                        kComputeStart});
  request.end_ns = first_of(stamps, {kSendEnd, kRequestEnd});
  if (request.begin_ns && request.end_ns && *request.end_ns < *request.begin_ns) {
    losses.add(Severity::kLoss, "request that ends before it begins", byte);
    request.begin_ns.reset();
    request.end_ns.reset();
    return;
  }
  // A model that failed never came to the end of its computing, but its request was answered.
  request.failed =
      request.end_ns && stamps.at(kComputeStart).has_value() && !stamps.at(kComputeEnd);
  if (!request.end_ns) losses.add(Severity::kLoss, "request without its end", byte);
  add_stretches(stamps, request, losses, byte);
}

}  // namespace lynxbench::trace::triton
