#include "target/command/command_requests.h"

#include "model/accuracy.h"

namespace lynxbench::target {

void CommandRequest::begin(std::uint64_t index, std::uint32_t input, Answers& answers) {
  index_ = index;
  input_ = input;
  answers_ = &answers;
  exchange_ = Exchange{};
  bytes_ = 0;
  first_byte_ = Nanos{0};
  text_.clear();
  timeout_.arm(net::Poller::now() + settings_.timeout);
}

void CommandRequest::forget() {
  timeout_.disarm();
  answers_ = nullptr;
}

void CommandRequest::started(Nanos since, Nanos now) {
  exchange_.new_connection = true;
  exchange_.connect_ns = (now - since).count();
}

bool CommandRequest::take(std::string_view bytes, Nanos at) {
  if (first_byte_ == Nanos{0}) first_byte_ = at;
  bytes_ += bytes.size();
  if (bytes_ > settings_.most_answer_bytes) return false;
  if (needs_answer(settings_.score, expected())) text_ += bytes;
  return true;
}

void CommandRequest::succeed(Nanos at) {
  take_answer(exchange_, settings_.score, expected(), text_);
  answer(RequestStatus::kOk, at);
}

void CommandRequest::fail(Failure failure, std::string detail, Nanos at) {
  exchange_.failure = failure;
  exchange_.detail = std::move(detail);
  answer(RequestStatus::kFailed, at);
}

void CommandRequest::fail_late(Nanos at) {
  fail(Failure::kTimeout, fmt::format("no complete answer within {} ms", settings_.timeout.count() / 1'000'000), at);
}

void CommandRequest::fail_too_large(Nanos at) {
  fail(Failure::kTooLarge, fmt::format("an answer of more than {} bytes", settings_.most_answer_bytes), at);
}

void CommandRequest::fail_to_start(const Error& problem, Nanos at) {
  fail(problem.code == ErrorCode::kExhausted ? Failure::kLocal : Failure::kProcess, problem.message, at);
}

void CommandRequest::answer(RequestStatus status, Nanos at) {
  timeout_.disarm();
  Answers* answers = std::exchange(answers_, nullptr);
  answers->answered({.index = index_,
                     .status = status,
                     .response_bytes = bytes_,
                     .first_byte = first_byte_ == Nanos{0} ? at : first_byte_,
                     .done = at,
                     .stages = std::nullopt,
                     .exchange = &exchange_});
}

}  // namespace lynxbench::target
