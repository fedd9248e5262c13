// Any bytes as a language model's answer: cut in pieces it means the same, and where another JSON library
// reads an event, ours finds what that one does. The first byte says how to cut and what was asked for.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "net/sse.h"
#include "protocol/openai.h"
#include "target/openai/openai_answer.h"

namespace {

using namespace lynxbench;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

Exchange answered(std::string_view text, std::size_t piece, Streaming asked, const char* type) {
  Inputs inputs;
  inputs.inputs.resize(1);
  inputs.inputs[0].expected = "a";
  target::OpenAiAnswer answer(inputs, asked, ScoreMethod::kContains);
  Exchange exchange;
  answer.begin(0);
  net::Http1Parser head;
  head.begin(net::Http1Parser::Body::kAsSaid);
  const std::string begin = std::string("HTTP/1.1 200 OK\r\n") + type + "\r\n";
  std::string_view bytes = begin;
  require(head.next(bytes) == net::Http1Parser::Event::kHead, "that is a header");
  answer.head(head, exchange);
  for (std::size_t at = 0; at < text.size() && exchange.failure == Failure::kNone; at += piece) {
    const std::string copy(text.substr(at, piece));
    answer.body(copy, net::Receipt{}, exchange);
  }
  if (exchange.failure == Failure::kNone) answer.end(net::Receipt{}, exchange);
  require((exchange.failure == Failure::kNone) == exchange.detail.empty(), "failures are described, and nothing else");
  return exchange;
}

bool has_text(const Json& object, const char* name) {
  auto found = object.find(name);
  return found != object.end() && !found->is_null() && !(found->is_string() && found->get_ref<const std::string&>().empty());
}

// What a well-formed event holds, by the other library; `fits`: it has this protocol's shape.
struct Expected {
  bool fits = true;
  bool content = false;
  std::string text;
};

void look_at_delta(const Json& delta, Expected& expected) {
  if (delta.is_null()) return;
  if (!delta.is_object()) {
    expected.fits = false;
    return;
  }
  for (const char* name : {"content", "refusal", "reasoning_content", "reasoning"}) {
    expected.content = expected.content || has_text(delta, name);
  }
  if (auto tools = delta.find("tool_calls"); tools != delta.end() && !tools->is_null()) {
    expected.fits = expected.fits && tools->is_array();
    expected.content = expected.content || (tools->is_array() && !tools->empty());
  }
  if (auto call = delta.find("function_call"); call != delta.end() && !call->is_null()) expected.content = true;
}

Expected expected_of(const Json& event) {
  Expected expected;
  expected.fits = event.is_object();
  if (!expected.fits) return expected;
  if (auto usage = event.find("usage"); usage != event.end()) expected.fits = usage->is_null() || usage->is_object();
  auto choices = event.find("choices");
  if (choices == event.end() || choices->is_null()) return expected;
  if (!choices->is_array()) {
    expected.fits = false;
    return expected;
  }
  for (const Json& choice : *choices) {
    if (!choice.is_object()) {
      expected.fits = false;
      return expected;
    }
    for (const char* name : {"delta", "message"}) {
      if (auto delta = choice.find(name); delta != choice.end()) look_at_delta(*delta, expected);
    }
    expected.content = expected.content || has_text(choice, "text");
  }
  return expected;
}

// A member twice: the other library has the last, ours all of them.
bool has_member_twice(std::string_view text) {
  std::size_t keys = 0;
  Json counted = Json::parse(text, [&](int, Json::parse_event_t what, Json&) {
    keys += what == Json::parse_event_t::key ? 1 : 0;
    return true;
  }, false);
  std::size_t kept = 0;
  auto count = [&](auto&& self, const Json& value) -> void {
    if (value.is_object()) kept += value.size();
    if (value.is_structured()) {
      for (const Json& part : value) self(self, part);
    }
  };
  count(count, counted);
  return keys != kept;
}

void compare_event(std::string_view data) {
  protocol::OpenAiPiece piece;
  const bool read = protocol::read_openai(data, protocol::OpenAiText::kKeep, piece);
  const Json event = Json::parse(data, nullptr, false);
  // The other library takes a byte of zero for the end.
  if (event.is_discarded() || has_member_twice(data) || data.find('\0') != std::string_view::npos) return;
  const Expected expected = expected_of(event);
  require(read == expected.fits, "both find it well-formed or not");
  if (!read) return;
  require((piece.channel != Channel::kNone) == expected.content, "both find content or none");
  auto usage = event.find("usage");
  if (usage == event.end() || !usage->is_object()) {
    require(!piece.has_usage, "neither finds a usage");
    return;
  }
  auto tokens = usage->find("completion_tokens");
  const bool counts = tokens != usage->end() && tokens->is_number_unsigned() && tokens->get<std::uint64_t>() <= 0xffffffffU;
  require(piece.usage.completion_tokens.has_value() == counts, "both find a count or none");
  if (counts) require(*piece.usage.completion_tokens == tokens->get<std::uint64_t>(), "the same count");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Streaming asked = (data[0] & 1) != 0 ? Streaming::kOn : Streaming::kOff;
  const char* types[] = {"Content-Type: text/event-stream\r\n", "Content-Type: application/json\r\n", ""};
  const char* type = types[data[0] / 2 % 3];
  const Exchange whole = answered(text, text.size() + 1, asked, type);
  const Exchange cut = answered(text, data[0] / 8 + 1, asked, type);
  if (whole.detail != cut.detail) std::fprintf(stderr, "whole: %s\ncut:   %s\n", whole.detail.c_str(), cut.detail.c_str());
  require(whole.failure == cut.failure && whole.events == cut.events && whole.content_chunks == cut.content_chunks &&
              whole.completion_tokens == cut.completion_tokens && whole.score == cut.score && whole.detail == cut.detail,
          "cut in pieces, it means the same");
  compare_event(text);
  net::SseParser events;
  events.begin();
  std::string_view bytes = text;
  while (events.next(bytes) == net::SseParser::Event::kEvent) compare_event(events.data());
  return 0;
}
