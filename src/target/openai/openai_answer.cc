#include "target/openai/openai_answer.h"

#include <algorithm>

#include "base/json.h"
#include "model/accuracy.h"
#include "target/net/error_text.h"

namespace lynxbench::target {
namespace {

constexpr std::size_t kShown = 100;  // bytes of what is not understood

bool begins_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b); });
}

void fail(Exchange& exchange, Failure failure, std::string detail) {
  exchange.failure = failure;
  exchange.detail = std::move(detail);
}

}  // namespace

void OpenAiAnswer::begin(std::uint32_t input) {
  input_ = &inputs_.inputs[input];
  text_mode_ = needs_answer(method_, input_->expected) ? protocol::OpenAiText::kKeep : protocol::OpenAiText::kSkip;
  form_ = Form::kUnknown;
  events_.begin();
  whole_.clear();
  text_.clear();
  tokens_ = 0;
  done_at_.reset();
}

void OpenAiAnswer::head(const net::Http1Parser& head, Exchange& exchange) {
  const std::string_view type = head.field("content-type");
  if (begins_with_word(type, "text/event-stream")) {
    form_ = Form::kEvents;
  } else if (begins_with_word(type, "application/json")) {
    form_ = Form::kWhole;
  } else if (begins_with_word(type, "text/html")) {
    fail(exchange, Failure::kContentType,
         asked_ == Streaming::kOn ? "an HTML page instead of an event stream" : "an HTML page instead of JSON");
  }
}

// Of an answer whose type says nothing. Blanks before it are no part of it.
void OpenAiAnswer::choose_by_first_byte(std::string_view& piece, Exchange& exchange) {
  piece.remove_prefix(std::min(piece.find_first_not_of(" \t\r\n"), piece.size()));
  if (piece.empty()) return;
  if (piece.front() == '<') {
    fail(exchange, Failure::kContentType, "a page of markup instead of JSON");
  } else {
    form_ = piece.front() == '{' ? Form::kWhole : Form::kEvents;
  }
}

void OpenAiAnswer::body(std::string_view piece, const net::Receipt& receipt, Exchange& exchange) {
  if (form_ == Form::kUnknown) choose_by_first_byte(piece, exchange);
  if (form_ == Form::kWhole) whole_ += piece;
  if (form_ != Form::kEvents) return;
  while (exchange.failure == Failure::kNone) {
    switch (events_.next(piece)) {
      case net::SseParser::Event::kMore:
        return;
      case net::SseParser::Event::kTooLarge:
        fail(exchange, Failure::kTooLarge, "an event of the stream is too large");
        return;
      case net::SseParser::Event::kEvent:
        take_event(receipt, exchange);
        break;
    }
  }
}

void OpenAiAnswer::take_event(const net::Receipt& receipt, Exchange& exchange) {
  ++exchange.events;
  if (!exchange.first_event_ns) exchange.first_event_ns = receipt.at.count();
  if (done_at_) return;
  const std::string_view data = events_.data();
  if (data == "[DONE]") {
    done_at_ = receipt.at;
    return;
  }
  const bool read = protocol::read_openai(data, text_mode_, piece_);
  if (events_.name() == "error" || (read && piece_.is_error)) {
    fail(exchange, Failure::kServerError, fmt::format("in event {}: {}", exchange.events, error_text(data)));
  } else if (!read) {
    fail(exchange, Failure::kMalformed,
         fmt::format("event {} is no JSON of a completion: {}", exchange.events, error_text(data.substr(0, kShown))));
  } else {
    take_piece(receipt, exchange);
  }
}

void OpenAiAnswer::take_piece(const net::Receipt& receipt, Exchange& exchange) {
  // A server that counts in every event says how many tokens each of them brought.
  std::optional<std::uint32_t> brought;
  if (piece_.has_usage) {
    take_usage(exchange);
    if (std::optional<std::uint32_t> total = piece_.usage.completion_tokens; total && *total >= tokens_) {
      brought = *total - tokens_;
      tokens_ = *total;
    }
  }
  if (piece_.channel == Channel::kNone) return;
  const std::int64_t at = receipt.at.count();
  if (!exchange.first_content_ns) exchange.first_content_ns = at;
  if (piece_.channel == Channel::kAnswer && !exchange.first_answer_ns) exchange.first_answer_ns = at;
  exchange.last_content_ns = at;
  ++exchange.content_chunks;
  text_ += piece_.text;
  if (exchange.chunks.size() == kMostChunks) {
    ++exchange.chunks_dropped;
  } else {
    exchange.chunks.push_back(
        {.at_ns = at, .tokens = brought.value_or(0), .channel = piece_.channel, .counted = brought.has_value()});
  }
}

void OpenAiAnswer::take_usage(Exchange& exchange) const {
  const protocol::OpenAiUsage& usage = piece_.usage;
  if (usage.prompt_tokens) exchange.prompt_tokens = usage.prompt_tokens;
  if (usage.cached_tokens) exchange.cached_tokens = usage.cached_tokens;
  if (usage.completion_tokens) exchange.completion_tokens = usage.completion_tokens;
  if (usage.reasoning_tokens) exchange.reasoning_tokens = usage.reasoning_tokens;
}

void OpenAiAnswer::end(const net::Receipt& receipt, Exchange& exchange) {
  if (form_ != Form::kEvents) {
    take_whole(exchange);
    return;
  }
  if (events_.end_of_input() == net::SseParser::Event::kEvent) take_event(receipt, exchange);
  if (exchange.failure != Failure::kNone) return;
  if (done_at_) {
    score(exchange);
    return;
  }
  fail(exchange, Failure::kCutStream,
       fmt::format("the stream ended without [DONE], after {} events, {} of them with content", exchange.events,
                   exchange.content_chunks));
}

void OpenAiAnswer::take_whole(Exchange& exchange) {
  const std::string_view begin = std::string_view(whole_).substr(0, kShown);
  if (whole_.empty()) {
    fail(exchange, Failure::kMalformed, "an empty answer");
  } else if (!protocol::read_openai(whole_, text_mode_, piece_)) {
    fail(exchange, Failure::kMalformed, "no JSON of a completion: " + error_text(begin));
  } else if (piece_.is_error) {
    fail(exchange, Failure::kServerError, error_text(std::string_view(whole_)));
  } else if (!piece_.has_choices) {
    fail(exchange, Failure::kMalformed, "JSON without choices: " + error_text(begin));
  } else if (asked_ == Streaming::kOn) {
    fail(exchange, Failure::kContentType, "one JSON document, though a stream was asked for (target.endpoint.stream)");
  } else {
    if (piece_.has_usage) take_usage(exchange);
    text_ = piece_.text;
    score(exchange);
  }
}

void OpenAiAnswer::score(Exchange& exchange) const {
  if (text_mode_ == protocol::OpenAiText::kKeep) take_answer(exchange, method_, input_->expected, text_);
}

}  // namespace lynxbench::target
