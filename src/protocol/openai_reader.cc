#include "protocol/json_cursor.h"
#include "protocol/openai.h"

namespace lynxbench::protocol {
namespace {

// One piece's way through its JSON. Each function takes the value that comes next.
class Walk {
 public:
  Walk(std::string_view json, OpenAiText text, OpenAiPiece& piece)
      : cursor_(json), keep_(text == OpenAiText::kKeep), piece_(piece) {}

  bool whole() {
    const bool good = cursor_.members([this](const JsonString& key) {
      if (key.is("choices")) return choices();
      if (key.is("usage")) return usage();
      if (key.is("error")) {
        if (cursor_.peek() != 'n') piece_.is_error = true;
        return cursor_.skip();
      }
      return key.is("object") ? object() : cursor_.skip();
    });
    return good && cursor_.at_end();
  }

 private:
  // {"object": "error", "message": ...}
  bool object() {
    if (cursor_.peek() != '"') return cursor_.skip();
    JsonString what;
    if (!cursor_.string(what)) return false;
    if (what.is("error")) piece_.is_error = true;
    return true;
  }

  bool choices() {
    if (cursor_.peek() == 'n') return cursor_.null();
    piece_.has_choices = true;
    return cursor_.elements([this] {
      return cursor_.members([this](const JsonString& key) {
        if (key.is("delta") || key.is("message")) return content();
        if (key.is("text")) return text(Channel::kAnswer);
        return cursor_.skip();
      });
    });
  }

  bool content() {
    if (cursor_.peek() == 'n') return cursor_.null();
    return cursor_.members([this](const JsonString& key) {
      if (key.is("content") || key.is("refusal")) return text(Channel::kAnswer);
      if (key.is("reasoning_content") || key.is("reasoning")) return text(Channel::kReasoning);
      if (key.is("tool_calls")) return tools();
      if (key.is("function_call") && cursor_.peek() != 'n') found(Channel::kTool);
      return cursor_.skip();
    });
  }

  // A string; null and "" are no content. Of other shapes (a list of parts) it is content all the same.
  bool text(Channel channel) {
    if (cursor_.peek() == 'n') return cursor_.null();
    if (cursor_.peek() != '"') {
      found(channel);
      return cursor_.skip();
    }
    JsonString words;
    if (!cursor_.string(words)) return false;
    if (words.raw.empty()) return true;
    found(channel);
    return !keep_ || channel != Channel::kAnswer || words.append_to(piece_.text);
  }

  bool tools() {
    if (cursor_.peek() == 'n') return cursor_.null();
    return cursor_.elements([this] {
      found(Channel::kTool);
      return cursor_.skip();
    });
  }

  void found(Channel channel) {
    if (piece_.channel == Channel::kNone || channel == Channel::kAnswer) piece_.channel = channel;
  }

  bool usage() {
    if (cursor_.peek() == 'n') return cursor_.null();
    piece_.has_usage = true;
    return cursor_.members([this](const JsonString& key) {
      OpenAiUsage& usage = piece_.usage;
      if (key.is("prompt_tokens")) return count(usage.prompt_tokens);
      if (key.is("completion_tokens")) return count(usage.completion_tokens);
      if (key.is("reasoning_tokens")) return count(usage.reasoning_tokens);
      if (key.is("prompt_tokens_details")) return detail("cached_tokens", usage.cached_tokens);
      if (key.is("completion_tokens_details")) return detail("reasoning_tokens", usage.reasoning_tokens);
      return cursor_.skip();
    });
  }

  bool detail(std::string_view name, std::optional<std::uint32_t>& into) {
    if (cursor_.peek() != '{') return cursor_.skip();
    return cursor_.members([&](const JsonString& key) { return key.is(name) ? count(into) : cursor_.skip(); });
  }

  bool count(std::optional<std::uint32_t>& into) {
    std::uint64_t number = 0;
    bool is_one = false;
    if (!cursor_.number(number, is_one)) return false;
    if (is_one && number <= 0xffffffffU) into = static_cast<std::uint32_t>(number);
    return true;
  }

  JsonCursor cursor_;
  const bool keep_;
  OpenAiPiece& piece_;
};

}  // namespace

bool read_openai(std::string_view json, OpenAiText text, OpenAiPiece& piece) {
  piece.channel = Channel::kNone;
  piece.is_error = piece.has_choices = piece.has_usage = false;
  piece.usage = OpenAiUsage{};
  piece.text.clear();
  return Walk(json, text, piece).whole();
}

}  // namespace lynxbench::protocol
