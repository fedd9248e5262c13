#include "protocol/openai.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "protocol/json_cursor.h"

namespace lynxbench::protocol {
namespace {

Input chat_input() {
  Input input;
  input.messages = {{"system", "be brief"}, {"user", "say \"hi\"\n"}};
  input.max_tokens = 16;
  return input;
}

TEST(OpenAiRequest, CarriesTheInputAndAsksForTheUsage) {
  Json request = Json::parse(*openai_request(OpenAiKind::kChat, chat_input(), {.model = "m", .stream = true, .extra_body = ""}));
  EXPECT_EQ(request, Json::parse(R"({"model":"m","max_tokens":16,"stream":true,"stream_options":{"include_usage":true},
    "messages":[{"role":"system","content":"be brief"},{"role":"user","content":"say \"hi\"\n"}]})"));
  Input text;
  text.messages = {{"user", "once upon"}};
  EXPECT_EQ(Json::parse(*openai_request(OpenAiKind::kCompletions, text, {.model = "", .stream = false, .extra_body = ""})),
            Json::parse(R"({"prompt":"once upon","stream":false})"));
}

TEST(OpenAiRequest, ExtraMembersJoinItAndTakePrecedence) {
  auto with = [](const char* extra) { return openai_request(OpenAiKind::kChat, chat_input(), {.model = "m", .stream = true, .extra_body = extra}); };
  Json request = Json::parse(*with(R"({"temperature":0,"max_tokens":5,"stream_options":{"continuous_usage_stats":true}})"));
  EXPECT_EQ(request["temperature"], 0);
  EXPECT_EQ(request["max_tokens"], 5);
  EXPECT_EQ(request["stream_options"], Json::parse(R"({"include_usage":true,"continuous_usage_stats":true})"));
  for (const char* bad : {"[]", R"({"stream":false})", R"({"messages":[]})", R"({"prompt":""})"}) {
    EXPECT_EQ(with(bad).error().code, ErrorCode::kInvalidArgument) << bad;
  }
  EXPECT_FALSE(with("{").ok());
}

TEST(OpenAiPath, IsMadeFromWhatUsersGive) {
  for (const char* given : {"", "/", "/v1", "/v1/", "/v1/chat/completions"}) {
    EXPECT_EQ(openai_path(OpenAiKind::kChat, given), "/v1/chat/completions") << given;
  }
  EXPECT_EQ(openai_path(OpenAiKind::kCompletions, "/api/openai/v1"), "/api/openai/v1/completions");
  EXPECT_EQ(openai_path(OpenAiKind::kCompletions, "/deployments/x/completions"), "/deployments/x/completions");
  EXPECT_EQ(openai_models_path("/v1/chat/completions"), "/v1/models");
  EXPECT_EQ(openai_models_path("/a/completions"), "/a/models");
}

OpenAiPiece read(std::string_view json, OpenAiText text = OpenAiText::kKeep) {
  OpenAiPiece piece;
  EXPECT_TRUE(read_openai(json, text, piece)) << json;
  return piece;
}
OpenAiPiece delta(const std::string& members) {
  return read(R"({"id":"x","choices":[{"index":0,"delta":{)" + members + R"(},"finish_reason":null}],"usage":null})");
}

TEST(OpenAiPiece, ContentHasItsChannel) {
  EXPECT_EQ(delta(R"("content":"hi")").channel, Channel::kAnswer);
  EXPECT_EQ(delta(R"("content":"hi")").text, "hi");
  EXPECT_EQ(delta(R"("reasoning_content":"hm")").channel, Channel::kReasoning);
  EXPECT_EQ(delta(R"("reasoning":"hm","content":null)").channel, Channel::kReasoning);
  EXPECT_EQ(delta(R"("reasoning":"hm")").text, "");
  EXPECT_EQ(delta(R"("reasoning":"hm","content":"hi")").channel, Channel::kAnswer);
  EXPECT_EQ(delta(R"("content":"hi","reasoning":"hm")").channel, Channel::kAnswer);
  EXPECT_EQ(delta(R"("tool_calls":[{"function":{"name":"f","arguments":""}}])").channel, Channel::kTool);
  EXPECT_EQ(delta(R"("function_call":{"name":"f"})").channel, Channel::kTool);
  EXPECT_EQ(delta(R"("content":[{"type":"text","text":"hi"}])").channel, Channel::kAnswer);
  EXPECT_EQ(read(R"({"choices":[{"text":"once"}]})").text, "once");
  EXPECT_EQ(read(R"({"choices":[{"message":{"role":"assistant","content":"whole"}}]})").text, "whole");
}

TEST(OpenAiPiece, NothingIsNoContent) {
  for (const char* members : {"", R"("role":"assistant")", R"("content":"")", R"("content":null)", R"("tool_calls":[])",
                              R"("tool_calls":null,"function_call":null,"reasoning":"")"}) {
    EXPECT_EQ(delta(members).channel, Channel::kNone) << members;
  }
  for (const char* json : {"{}", R"({"choices":null})", R"({"choices":[]})", R"({"choices":[{"delta":null}]})",
                           R"({"choices":[{"text":""}]})", " { \"type\" : \"ping\" } "}) {
    EXPECT_EQ(read(json).channel, Channel::kNone) << json;
  }
  EXPECT_TRUE(read(R"({"choices":[]})").has_choices);
  EXPECT_FALSE(read(R"({"choices":null})").has_choices);
}

TEST(OpenAiPiece, TextIsUnescaped) {
  EXPECT_EQ(delta(R"("content":"\"\\\/\b\f\n\r\t\u00e4\u20ac\ud83d\ude00")").text, "\"\\/\b\f\n\r\t\u00e4\u20ac\U0001F600");
  EXPECT_EQ(delta(R"("content":"\ud83d x \udc00")").text, "\ufffd x \ufffd");
  EXPECT_EQ(delta(R"("cont\u0065nt":"hi")").text, "hi");
  OpenAiPiece piece;
  EXPECT_FALSE(read_openai(R"({"choices":[{"text":"\x"}]})", OpenAiText::kKeep, piece));
  EXPECT_EQ(read(R"({"choices":[{"text":"skipped"}]})", OpenAiText::kSkip).text, "");
}

TEST(OpenAiPiece, UsageIsCountedWithAndWithoutChoices) {
  OpenAiPiece piece = read(R"({"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":7,"total_tokens":17,
    "prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":3}}})");
  EXPECT_TRUE(piece.has_usage);
  EXPECT_EQ(piece.usage.prompt_tokens, 10u);
  EXPECT_EQ(piece.usage.completion_tokens, 7u);
  EXPECT_EQ(piece.usage.cached_tokens, 4u);
  EXPECT_EQ(piece.usage.reasoning_tokens, 3u);
  piece = read(R"({"usage":{"prompt_tokens":-1,"completion_tokens":1.5,"prompt_tokens_details":null,"completion_tokens_details":[]},
    "choices":[{"text":"x"}]})");
  EXPECT_TRUE(piece.has_usage);
  EXPECT_EQ(piece.channel, Channel::kAnswer);
  EXPECT_FALSE(piece.usage.prompt_tokens || piece.usage.completion_tokens || piece.usage.cached_tokens);
  EXPECT_EQ(read(R"({"usage":{"completion_tokens":4294967296}})").usage.completion_tokens, std::nullopt);
}

TEST(OpenAiPiece, ErrorsAreSeen) {
  EXPECT_TRUE(read(R"({"error":{"message":"out of memory"}})").is_error);
  EXPECT_TRUE(read(R"({"error":"out of memory"})").is_error);
  EXPECT_TRUE(read(R"({"object":"error","message":"bad"})").is_error);
  EXPECT_FALSE(read(R"({"error":null,"object":"chat.completion.chunk","choices":[]})").is_error);
}

TEST(OpenAiPiece, WhatIsMalformedIsRefused) {
  for (const char* json : {"", "null", "[]", "\"x\"", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}x", "{\"choices\":{}}",
                           "{\"choices\":[1]}", "{\"choices\":[{\"delta\":1}]}", "{\"choices\":[{\"text\":\"x]}", "{\"usage\":[]}",
                           "{\"a\":[1,{\"b\":2]}", "{\"choices\":[{\"delta\":{\"content\":\"x\"}}", "{\"a\":nul}", "{a:1}",
                           "{\"a\":\"x\ny\"}"}) {
    OpenAiPiece piece;
    EXPECT_FALSE(read_openai(json, OpenAiText::kSkip, piece)) << json;
  }
}

TEST(OpenAiPiece, EveryPrefixIsRefused) {
  const std::string json =
      R"({"id":"a\"b","choices":[{"delta":{"content":"hello, world: a longer text","x":[1,{"y":"]"}]}}],"usage":{"completion_tokens":12}})";
  OpenAiPiece piece;
  for (std::size_t length = 0; length < json.size(); ++length) {
    EXPECT_FALSE(read_openai(std::string(json, 0, length), OpenAiText::kSkip, piece)) << length;
  }
  EXPECT_TRUE(read_openai(json, OpenAiText::kSkip, piece));
}

}  // namespace
}  // namespace lynxbench::protocol
