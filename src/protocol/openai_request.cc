#include <algorithm>

#include "base/json.h"
#include "protocol/openai.h"

namespace lynxbench::protocol {
namespace {

constexpr std::string_view kVersion = "/v1";

std::string_view tail_of(OpenAiKind kind) {
  return kind == OpenAiKind::kChat ? "/chat/completions" : "/completions";
}

}  // namespace

Result<std::string> openai_request(OpenAiKind kind, const Input& input, const OpenAiAsked& asked) {
  Json request = Json::object();
  if (kind == OpenAiKind::kChat) {
    Json messages = Json::array();
    for (const Message& message : input.messages) {
      messages.push_back({{"role", message.role}, {"content", message.text}});
    }
    request["messages"] = std::move(messages);
  } else {
    std::string prompt;
    for (const Message& message : input.messages) prompt += (prompt.empty() ? "" : "\n") + message.text;
    request["prompt"] = std::move(prompt);
  }
  if (!asked.model.empty()) request["model"] = asked.model;
  if (input.max_tokens) request["max_tokens"] = *input.max_tokens;
  request["stream"] = asked.stream;
  if (asked.stream) request["stream_options"] = {{"include_usage", true}};
  if (!asked.extra_body.empty()) {
    Json extra = TRY(parse_json(asked.extra_body, "target.endpoint.extra_body"));
    if (!extra.is_object()) {
      return error(ErrorCode::kInvalidArgument, "target.endpoint.extra_body is no JSON object");
    }
    for (const char* name : {"stream", "messages", "prompt"}) {
      if (!extra.contains(name)) continue;
      return error(ErrorCode::kInvalidArgument, "target.endpoint.extra_body must not set \"{}\": {} decides it", name,
                   std::string_view(name) == "stream" ? "target.endpoint.stream" : "the workload");
    }
    request.update(extra, true);
  }
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string openai_path(OpenAiKind kind, std::string_view given) {
  while (given.ends_with('/')) given.remove_suffix(1);
  if (given.ends_with("/completions")) return std::string(given);
  std::string path(given);
  if (given.empty()) path = kVersion;
  return path + std::string(tail_of(kind));
}

std::string openai_models_path(std::string_view path) {
  for (OpenAiKind kind : {OpenAiKind::kChat, OpenAiKind::kCompletions}) {
    if (!path.ends_with(tail_of(kind))) continue;
    path.remove_suffix(tail_of(kind).size());
    break;
  }
  return std::string(path) + "/models";
}

}  // namespace lynxbench::protocol
