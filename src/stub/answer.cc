#include "stub/answer.h"

#include <algorithm>

#include "base/json.h"

namespace lynxbench::stub {
namespace {

class Document final : public Answer {
 public:
  explicit Document(std::string text) : text_(std::move(text)) {}
  void render(const Piece&, std::string& out) override { out += text_; }
  void render_error(int code, std::string_view message, bool, std::string& out) override {
    out += Json{{"error", {{"message", message}, {"code", code}}}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

 private:
  std::string text_;
};

}  // namespace

std::string_view id_within(std::string_view text) {
  constexpr std::string_view kMark = "id:";
  if (!text.starts_with(kMark)) return "";
  text.remove_prefix(kMark.size());
  return text.substr(0, std::min(text.find_first_of(" \t\r\n"), text.size()));
}

std::int64_t drawn_ns(const Distribution& distribution, Random& random) {
  return static_cast<std::int64_t>(std::clamp(distribution.draw(random), 0.0, 1e15));
}

void append_content(const Behaviour& behaviour, Draws& draws, std::int64_t tokens, std::vector<Piece>& pieces) {
  std::int64_t reasoning = std::min(behaviour.reasoning_tokens, tokens);
  bool first = true;
  for (std::int64_t done = 0; done < tokens;) {
    bool reasons = done < reasoning;
    std::int64_t most = reasons ? reasoning - done : tokens - done;
    auto drawn = static_cast<std::int64_t>(behaviour.tokens_per_chunk.draw(draws.chunk) + 0.5);
    std::int64_t size = std::clamp<std::int64_t>(drawn, 1, most);
    std::int64_t gap = first ? drawn_ns(behaviour.ttft, draws.ttft) : drawn_ns(behaviour.itl, draws.itl);
    pieces.push_back({reasons ? PieceKind::kReasoning : PieceKind::kContent, static_cast<std::uint32_t>(size), gap});
    done += size;
    first = false;
  }
}

std::unique_ptr<Answer> document(std::string_view route, std::string content_type, std::string text) {
  auto made = std::make_unique<Document>(std::move(text));
  made->route = route;
  made->content_type = std::move(content_type);
  made->at_once = true;
  made->pieces.push_back({PieceKind::kAnswer, 0, 0});
  return made;
}

std::unique_ptr<Answer> refusal(std::string_view route, int status, std::string message) {
  std::string text;
  Document("").render_error(status, message, false, text);
  std::unique_ptr<Answer> made = document(route, "application/json", std::move(text));
  made->status = status;
  made->pieces.front().kind = PieceKind::kError;
  return made;
}

std::unique_ptr<Answer> plain_answer(const Incoming& request, const Behaviour& behaviour, Draws& draws) {
  std::unique_ptr<Answer> made = document("plain", "text/plain", std::string(static_cast<std::size_t>(behaviour.bytes), 'x'));
  made->at_once = false;
  made->id = id_within(request.body);
  made->pieces.front().gap_ns = drawn_ns(behaviour.delay, draws.delay);
  return made;
}

}  // namespace lynxbench::stub
