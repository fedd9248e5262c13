#include "model/accuracy.h"

#include "base/text.h"

namespace lynxbench {

std::optional<bool> correct(ScoreMethod method, const std::optional<std::string>& expected,
                            std::string_view answer) {
  if (!expected) return std::nullopt;
  switch (method) {
    case ScoreMethod::kExact: return trim(answer) == trim(*expected);
    case ScoreMethod::kContains: return answer.find(trim(*expected)) != std::string_view::npos;
    case ScoreMethod::kNone:
    case ScoreMethod::kCommand: return std::nullopt;
  }
  return std::nullopt;
}

bool needs_answer(ScoreMethod method, const std::optional<std::string>& expected) {
  return method == ScoreMethod::kCommand || (method != ScoreMethod::kNone && expected);
}

void take_answer(Exchange& exchange, ScoreMethod method, const std::optional<std::string>& expected,
                 std::string_view answer) {
  if (method == ScoreMethod::kCommand) exchange.answer = answer;
  else exchange.score = correct(method, expected, answer);
}

}  // namespace lynxbench
