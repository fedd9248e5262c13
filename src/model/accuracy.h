// When an answer is right: one definition for the client that checks it as it comes and for the
// scores made of it afterwards.
//
//   std::optional<bool> right = correct(ScoreMethod::kContains, input.expected, answer_text);
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/contract.h"
#include "model/request.h"

namespace lynxbench {

// exact: the same bytes, blanks and line ends at both ends aside. contains: `expected`, without those
// at its ends, is somewhere in the answer; an empty one is in every answer. Letter case counts.
// Nothing where nothing was expected, and of the other methods: a command scores the answers later.
[[nodiscard]] std::optional<bool> correct(ScoreMethod method,
                                          const std::optional<std::string>& expected,
                                          std::string_view answer);

// Is the answer's text of any use? A target need not put it together otherwise.
[[nodiscard]] bool needs_answer(ScoreMethod method, const std::optional<std::string>& expected);

// What a target does with the text of an answer: it is scored here, or kept for the command that does.
void take_answer(Exchange& exchange, ScoreMethod method, const std::optional<std::string>& expected,
                 std::string_view answer);

}  // namespace lynxbench
