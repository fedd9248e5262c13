#include "target/kserve_grpc/grpc_request.h"

#include <algorithm>

#include "target/kserve/requests.h"

namespace lynxbench::target {

GrpcRequest::GrpcRequest(const GrpcRequests& shared, std::function<void(GrpcRequest&)> over)
    : GrpcClientCall(shared.most_answer_bytes),
      shared_(shared),
      over_(std::move(over)),
      timeout_(shared.poller, [this] {
        fail(Failure::kTimeout, fmt::format("no complete answer within {} ms", shared_.timeout.count() / 1'000'000));
      }) {}

void GrpcRequest::submit(std::uint64_t index, std::uint32_t input, Answers& answers) {
  index_ = index;
  input_ = input;
  answers_ = &answers;
  std::vector<Chunk> chunks = std::move(exchange_.chunks);  // its memory is used again
  chunks.clear();
  exchange_ = Exchange{};
  exchange_.chunks = std::move(chunks);
  response_bytes_ = 0;
  first_byte_ = Nanos{0};
  responses_ = 0;
  flags_finals_ = false;
  final_.reset();
  text_.clear();
  timeout_.arm(net::Poller::now() + shared_.timeout);
  shared_.client.start(*this, shared_.headers.get(), shared_.framed[input % shared_.framed.size()], net::Http2End::kEnd);
}

void GrpcRequest::bytes_came(std::size_t body_bytes) {
  const net::Receipt& receipt = shared_.client.receipt();
  if (first_byte_ == Nanos{0}) {
    first_byte_ = receipt.at;
    exchange_.kernel_times = receipt.by_kernel;
  }
  exchange_.kernel_times = exchange_.kernel_times && receipt.by_kernel;
  exchange_.read_delay_ns = std::max(exchange_.read_delay_ns, (receipt.read - receipt.at).count());
  response_bytes_ += body_bytes;
  if (response_bytes_ > shared_.most_answer_bytes) {
    fail(Failure::kTooLarge, fmt::format("an answer of more than {} bytes", shared_.most_answer_bytes));
  }
}

void GrpcRequest::message(std::string_view bytes) {
  if (shared_.streaming == Streaming::kOn) read_streamed(bytes);
  else read_unary(bytes);
}

void GrpcRequest::read_unary(std::string_view bytes) {
  Result<protocol::InferResponse> response = protocol::grpc::infer_response_in(bytes);
  if (!response.ok()) return fail(Failure::kMalformed, response.error().message);
  if (++responses_ > 1) return fail(Failure::kMalformed, "two answers to one ModelInfer");
  note_response(*response);
}

void GrpcRequest::read_streamed(std::string_view bytes) {
  Result<protocol::grpc::StreamResponse> response = protocol::grpc::stream_response_in(bytes);
  if (!response.ok()) return fail(Failure::kMalformed, response.error().message);
  if (!response->error_message.empty()) return fail(Failure::kServerError, response->error_message);
  if (final_) return fail(Failure::kMalformed, "a response behind the final one");
  ++responses_;
  note_chunk(!response->response.outputs.empty());
  std::optional<bool> is_final = protocol::bool_parameter(response->response.parameters, protocol::kFinalResponse);
  flags_finals_ = flags_finals_ || is_final;
  if (is_final == true) final_ = shared_.client.receipt().at;
  note_response(response->response);
}

void GrpcRequest::note_response(const protocol::InferResponse& response) {
  if (std::optional<std::string> wrong = wrong_model(shared_.model, response)) return fail(Failure::kMalformed, *wrong);
  if (!needs_answer(shared_.score, shared_.expected[input_ % shared_.expected.size()])) return;
  if (!text_.empty() && !response.outputs.empty()) text_ += '\n';
  text_ += answer_text(response);
}

void GrpcRequest::note_chunk(bool has_outputs) {
  std::int64_t at = shared_.client.receipt().at.count();
  ++exchange_.events;
  if (!exchange_.first_event_ns) exchange_.first_event_ns = at;
  if (!has_outputs) return;
  ++exchange_.content_chunks;
  if (!exchange_.first_content_ns) exchange_.first_content_ns = exchange_.first_answer_ns = at;
  exchange_.last_content_ns = at;
  if (exchange_.chunks.size() < kMostChunks) {
    exchange_.chunks.push_back({.at_ns = at, .tokens = 0, .channel = Channel::kAnswer, .counted = false});
  } else {
    ++exchange_.chunks_dropped;
  }
}

GrpcOutcome GrpcRequest::outcome(const net::GrpcEnd& end) const {
  GrpcOutcome outcome = outcome_of(end);
  if (outcome.status != RequestStatus::kOk) return outcome;
  if (responses_ == 0) {
    return {RequestStatus::kFailed, Failure::kMalformed, "the server says OK, and sent no response"};
  }
  if (flags_finals_ && !final_) {
    return {RequestStatus::kFailed, Failure::kCutStream, "the stream ended before its final response"};
  }
  return outcome;
}

void GrpcRequest::done(const net::GrpcEnd& end) {
  using Kind = net::GrpcEnd::Kind;
  if (end.kind == Kind::kStatus || end.kind == Kind::kHttpStatus) exchange_.status_code = end.code;
  bool by_bytes = end.kind <= Kind::kRefused;  // else by the connection, or by the clock
  Nanos at = by_bytes ? shared_.client.receipt().at : net::Poller::now();
  answer(outcome(end), final_.value_or(at));
}

void GrpcRequest::fail(Failure failure, std::string detail) {
  if (!pending()) return;  // a later part of what ended it
  abandon();
  answer({RequestStatus::kFailed, failure, std::move(detail)}, net::Poller::now());
}

void GrpcRequest::answer(const GrpcOutcome& outcome, Nanos done_at) {
  timeout_.disarm();
  exchange_.failure = outcome.failure;
  exchange_.detail = outcome.detail;
  exchange_.new_connection = on_new_connection();
  exchange_.connect_ns = connect_time().count();
  exchange_.written_ns = written().count();
  const std::optional<std::string>& expected = shared_.expected[input_ % shared_.expected.size()];
  if (outcome.status == RequestStatus::kOk) take_answer(exchange_, shared_.score, expected, text_);
  answers_->answered({.index = index_,
                      .status = outcome.status,
                      .response_bytes = response_bytes_,
                      .first_byte = first_byte_ == Nanos{0} ? done_at : first_byte_,
                      .done = done_at,
                      .stages = std::nullopt,
                      .exchange = &exchange_});
  over_(*this);
}

}  // namespace lynxbench::target
