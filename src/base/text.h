// Words for people: the nearest allowed word to a typo, and lists.
//
//   nearest_word("therads", {"threads", "timeout"})  -> "threads"
//   joined({"a", "b", "c"}, "or")                    -> "a, b or c"
//   is_one_of(kWords, "queue")                       -> whether it is in that list
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench {

// The word with the least edit distance, when that is at most a third of the length (at least 1); if
// there is none, the first that begins with `word` or that `word` begins with (three letters or more).
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view word,
                                                      std::span<const std::string> allowed);
[[nodiscard]] std::string joined(std::span<const std::string> words, std::string_view last_joint);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] inline bool is_one_of(const auto& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace lynxbench
