// The OpenAI API for language models, as vLLM, SGLang, TGI, llama.cpp and others speak it: requests, and
// what their answers hold, whole or as events of a stream.
//
//   std::string body = TRY(protocol::openai_request(OpenAiKind::kChat, input, asked));
//   OpenAiPiece piece;
//   if (!read_openai(event_data, OpenAiText::kSkip, piece)) ...   // no JSON object
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/inputs.h"
#include "model/request.h"

namespace lynxbench::protocol {

enum class OpenAiKind : std::uint8_t { kChat, kCompletions };

struct OpenAiAsked {
  std::string model;        // "": not said
  bool stream = true;       // then with its usage at the end (stream_options.include_usage)
  std::string extra_body;   // a JSON object whose members join the request's, in place of ours; "": none
};

// The request's JSON. kInvalidArgument when `extra_body` is no object, or sets "stream", "messages" or
// "prompt", which others decide. Text that is no UTF-8 has U+FFFD in its place.
[[nodiscard]] Result<std::string> openai_request(OpenAiKind kind, const Input& input, const OpenAiAsked& asked);

// Where requests go, from what a user gave: ".../v1" or a whole address, else /v1/... behind it.
// openai_path(kChat, "/v1") = "/v1/chat/completions"; openai_models_path("/v1/chat/completions") = "/v1/models".
[[nodiscard]] std::string openai_path(OpenAiKind kind, std::string_view given);
[[nodiscard]] std::string openai_models_path(std::string_view path);

struct OpenAiUsage {
  std::optional<std::uint32_t> prompt_tokens;
  std::optional<std::uint32_t> cached_tokens;      // of the prompt
  std::optional<std::uint32_t> completion_tokens;
  std::optional<std::uint32_t> reasoning_tokens;   // of the completion
};

// What an event or a whole answer holds.
struct OpenAiPiece {
  Channel channel = Channel::kNone;  // of its content; kAnswer where there are several
  bool is_error = false;             // it has an error instead
  bool has_choices = false;          // an array, maybe empty
  bool has_usage = false;
  OpenAiUsage usage;
  std::string text;                  // of the answer, if it was asked for
};

enum class OpenAiText : std::uint8_t { kSkip, kKeep };

// False: `json` is no JSON object, or one of another shape than this protocol's. `piece` is overwritten,
// and keeps what it has allocated. Members that are not known are passed over without a look at whether
// they are well-formed.
[[nodiscard]] bool read_openai(std::string_view json, OpenAiText text, OpenAiPiece& piece);

}  // namespace lynxbench::protocol
