// POST /v1/chat/completions and /v1/completions as vLLM answers them.
#include <simdjson.h>

#include <algorithm>

#include "base/json.h"
#include "stub/answer.h"

namespace lynxbench::stub {
namespace {

constexpr std::int64_t kDefaultTokens = 16;

// The first text of messages, or of a prompt.
std::string_view first_text(simdjson::dom::element element) {
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return text;
  simdjson::dom::array list;
  simdjson::dom::object object;
  simdjson::dom::element inner;
  if (element.get(list) == simdjson::SUCCESS) return list.at(0).get(inner) == simdjson::SUCCESS ? first_text(inner) : "";
  if (element.get(object) != simdjson::SUCCESS) return "";
  if (object["content"].get(inner) == simdjson::SUCCESS || object["text"].get(inner) == simdjson::SUCCESS) return first_text(inner);
  return "";
}

// What a request asks for.
struct Asked {
  bool stream = false;
  bool include_usage = false;
  bool continuous_usage = false;
  bool ignore_eos = false;
  std::optional<std::int64_t> max_tokens;
  std::string model;
  std::string user;
  std::string id;  // of the prompt's text
  std::uint32_t prompt_tokens = 0;
  std::vector<std::pair<std::string, std::string>> stub;
};

// A word is a token.
std::uint32_t words_in(std::string_view text) {
  std::uint32_t words = 0;
  bool inside = false;
  for (char c : text) {
    bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    words += !blank && !inside ? 1 : 0;
    inside = !blank;
  }
  return words;
}

std::uint32_t words_of(simdjson::dom::element element) {
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return words_in(text);
  std::uint32_t words = 0;
  simdjson::dom::array list;
  if (element.get(list) == simdjson::SUCCESS) {
    bool ids = true;  // a prompt of token ids
    for (simdjson::dom::element item : list) {
      ids = ids && item.is_int64();
      words += words_of(item);
    }
    return ids ? static_cast<std::uint32_t>(list.size()) : words;
  }
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return 0;
  for (auto [key, value] : object) {
    if (key == "content" || key == "text") words += words_of(value);
  }
  return words;
}

bool is_true(simdjson::dom::element value) {
  bool truth = false;
  return value.get(truth) == simdjson::SUCCESS && truth;
}

bool is_true(simdjson::dom::object object, std::string_view member) {
  simdjson::dom::element value;
  return object[member].get(value) == simdjson::SUCCESS && is_true(value);
}

void read_stream_options(simdjson::dom::element options, Asked& asked) {
  simdjson::dom::object object;
  if (options.get(object) != simdjson::SUCCESS) return;
  asked.include_usage = is_true(object, "include_usage");
  asked.continuous_usage = is_true(object, "continuous_usage_stats");
}

std::string text_of(simdjson::dom::element value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value);
}

// "" or what is wrong.
std::string read_body(std::string_view body, bool chat, Asked& asked) {
  static thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS) return "the body is no JSON object";
  bool has_prompt = false;
  for (auto [key, value] : object) {
    std::int64_t number = 0;
    std::string_view text;
    if (key == "stream") asked.stream = is_true(value);
    else if (key == "ignore_eos") asked.ignore_eos = is_true(value);
    else if (key == "model") { if (value.get(text) == simdjson::SUCCESS) asked.model = text; }
    else if (key == "user") { if (value.get(text) == simdjson::SUCCESS) asked.user = text; }
    else if (key == "stream_options") read_stream_options(value, asked);
    else if (key == "max_tokens" || key == "max_completion_tokens") {
      if (value.get(number) == simdjson::SUCCESS) {
        if (number < 1 || number > 10'000'000) return "max_tokens must be from 1 to 10000000";
        asked.max_tokens = number;
      }
    } else if (key == (chat ? "messages" : "prompt")) {
      has_prompt = true;
      asked.prompt_tokens = words_of(value);
      asked.id = id_within(first_text(value));
    } else if (key == "stub") {
      simdjson::dom::object members;
      if (value.get(members) != simdjson::SUCCESS) return "\"stub\" is no object";
      for (auto [name, setting] : members) asked.stub.emplace_back(std::string(name), text_of(setting));
    }
  }
  if (!has_prompt) return chat ? "\"messages\" is missing" : "\"prompt\" is missing";
  return "";
}

std::string json_text(std::string_view text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

class OpenAi final : public Answer {
 public:
  OpenAi(bool chat, const Asked& asked, const std::string& model, std::uint64_t number, bool limited)
      : chat_(chat), continuous_(asked.continuous_usage), finish_(limited ? "length" : "stop") {
    const char* object = chat ? (asked.stream ? "chat.completion.chunk" : "chat.completion") : "text_completion";
    start_ = fmt::format(R"({{"id":"{}-stub-{}","object":"{}","created":1700000000,"model":{},)",
                         chat ? "chatcmpl" : "cmpl", number, object, json_text(asked.model.empty() ? model : asked.model));
  }

  void render(const Piece& piece, std::string& out) override {
    if (!streamed) return whole(out);
    if (piece.kind == PieceKind::kDone) {
      out += "data: [DONE]\n\n";
      return;
    }
    out += "data: ";
    out += start_;
    if (piece.kind == PieceKind::kUsage) {
      out += "\"choices\":[],";
      usage(out);
    } else {
      choice(piece, out);
      if (continuous_) { out += ','; usage(out); }
    }
    out += "}\n\n";
  }

  void render_error(int code, std::string_view message, bool in_stream, std::string& out) override {
    std::string text = fmt::format(R"({{"error":{{"message":{},"type":"stub_error","param":null,"code":{}}}}})", json_text(message), code);
    // vLLM ends a stream in order behind an error.
    out += in_stream ? "data: " + text + "\n\ndata: [DONE]\n\n" : text;
  }

 private:
  void words(std::uint32_t tokens, std::string& out) {
    for (std::uint32_t i = 0; i < tokens; ++i) fmt::format_to(std::back_inserter(out), "t{} ", written_ + i);
  }

  void choice(const Piece& piece, std::string& out) {
    bool last = piece.tokens > 0 && written_ + piece.tokens == total_tokens;
    out += R"("choices":[{"index":0,)";
    if (!chat_) {
      out += R"("text":")";
      words(piece.tokens, out);
      out += '"';
    } else {
      delta(piece, last, out);
    }
    written_ += piece.tokens;
    fmt::format_to(std::back_inserter(out), R"(,"logprobs":null,"finish_reason":{}}}])",
                   last ? "\"" + finish_ + "\"" : "null");
  }

  void delta(const Piece& piece, bool last, std::string& out) {
    switch (piece.kind) {
      case PieceKind::kRole: out += R"("delta":{"role":"assistant","content":""})"; return;
      case PieceKind::kTool:
        out += R"("delta":{"tool_calls":[{"index":0,)";
        if (!tool_begun_) out += R"("id":"call_0","type":"function","function":{"name":"stub_tool","arguments":"[)";
        else out += last ? R"("function":{"arguments":"0)" : R"("function":{"arguments":"0,)";
        tool_begun_ = true;
        out += last ? R"(]"}}]})" : R"("}}]})";
        return;
      default: out += piece.kind == PieceKind::kReasoning ? R"("delta":{"reasoning_content":")" : R"("delta":{"content":")";
    }
    words(piece.tokens, out);
    out += "\"}";
  }

  void whole(std::string& out) {
    std::string reasoning, content;
    bool has_tool = false;
    for (const Piece& piece : script) {
      if (piece.kind == PieceKind::kReasoning) words(piece.tokens, reasoning);
      if (piece.kind == PieceKind::kContent) words(piece.tokens, content);
      has_tool = has_tool || piece.kind == PieceKind::kTool;
      written_ += piece.tokens;
    }
    out += start_ + R"("choices":[{"index":0,)";
    if (!chat_) {
      out += fmt::format(R"("text":"{}")", content);
    } else {
      out += fmt::format(R"("message":{{"role":"assistant","content":"{}")", content);
      if (!reasoning.empty()) out += fmt::format(R"(,"reasoning_content":"{}")", reasoning);
      if (has_tool) out += R"(,"tool_calls":[{"id":"call_0","type":"function","function":{"name":"stub_tool","arguments":"[]"}}])";
      out += '}';
    }
    out += fmt::format(R"(,"logprobs":null,"finish_reason":"{}"}}],)", finish_);
    usage(out);
    out += '}';
  }

  void usage(std::string& out) {
    fmt::format_to(std::back_inserter(out), R"("usage":{{"prompt_tokens":{},"total_tokens":{},"completion_tokens":{})",
                   prompt_tokens, prompt_tokens + written_, written_);
    if (reasoning_tokens > 0) {
      fmt::format_to(std::back_inserter(out), R"(,"completion_tokens_details":{{"reasoning_tokens":{}}})", std::min(written_, reasoning_tokens));
    }
    out += '}';
  }

  bool chat_;
  bool continuous_;
  bool tool_begun_ = false;
  std::string finish_;
  std::string start_;
  std::uint32_t written_ = 0;

 public:
  std::vector<Piece> script;  // of a unary answer: what the stream would have been
  std::uint32_t total_tokens = 0;
  std::uint32_t reasoning_tokens = 0;
};

void add_script(const Asked& asked, const Behaviour& behaviour, bool chat, std::int64_t tokens, Draws& draws, OpenAi& made) {
  std::vector<Piece> script;
  Behaviour used = behaviour;
  if (!chat) used.reasoning_tokens = 0;
  std::int64_t tools = chat ? std::min(behaviour.tool_calls, tokens) : 0;
  append_content(used, draws, tokens, script);
  // The last chunks carry the tool call: one token each.
  std::int64_t left = tools;
  for (auto piece = script.rbegin(); piece != script.rend() && left > 0; ++piece, --left) piece->kind = PieceKind::kTool;
  made.total_tokens = static_cast<std::uint32_t>(tokens);
  for (const Piece& piece : script) made.reasoning_tokens += piece.kind == PieceKind::kReasoning ? piece.tokens : 0;
  if (!asked.stream) {
    Piece whole{PieceKind::kAnswer, static_cast<std::uint32_t>(tokens), 0};
    for (const Piece& piece : script) whole.gap_ns += piece.gap_ns;
    made.script = std::move(script);
    made.pieces.push_back(whole);
    return;
  }
  if (chat && behaviour.role == RoleChunk::kAtOnce) made.pieces.push_back({PieceKind::kRole, 0, 0});
  if (chat && behaviour.role == RoleChunk::kWithContent) {
    made.pieces.push_back({PieceKind::kRole, 0, script.front().gap_ns});
    script.front().gap_ns = 0;
  }
  made.pieces.insert(made.pieces.end(), script.begin(), script.end());
  if (asked.include_usage || behaviour.usage) made.pieces.push_back({PieceKind::kUsage, 0, 0});
  made.pieces.push_back({PieceKind::kDone, 0, 0});
}

}  // namespace

std::unique_ptr<Answer> openai_answer(const Incoming& request, bool chat, const std::string& model,
                                      std::uint64_t number, Behaviour& behaviour, Draws& draws) {
  std::string_view route = chat ? "chat" : "completions";
  Asked asked;
  if (std::string wrong = read_body(request.body, chat, asked); !wrong.empty()) return refusal(route, 400, wrong);
  for (const auto& [name, text] : asked.stub) {
    if (Status set = set_behaviour(behaviour, name, text); !set.ok()) return refusal(route, 400, set.error().text());
  }
  std::int64_t own = behaviour.tokens ? static_cast<std::int64_t>(behaviour.tokens->draw(draws.tokens) + 0.5)
                                      : asked.max_tokens.value_or(kDefaultTokens);
  if (asked.ignore_eos && asked.max_tokens) own = *asked.max_tokens;
  std::int64_t tokens = std::clamp<std::int64_t>(own, 1, asked.max_tokens.value_or(10'000'000));
  bool length_limited = asked.max_tokens && tokens == *asked.max_tokens;
  auto made = std::make_unique<OpenAi>(chat, asked, model, number, length_limited);
  made->route = route;
  made->id = asked.user.empty() ? asked.id : asked.user;
  made->meter = Meter::kOpenAi;
  made->length_limited = length_limited;
  made->streamed = asked.stream;
  made->prompt_tokens = asked.prompt_tokens;
  if (asked.stream) {
    made->content_type = "text/event-stream; charset=utf-8";
    made->headers.emplace_back("cache-control", "no-cache");
  }
  add_script(asked, behaviour, chat, tokens, draws, *made);
  return made;
}

}  // namespace lynxbench::stub
