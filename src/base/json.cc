#include "base/json.h"

#include <algorithm>

namespace lynxbench {

Result<Json> parse_json(std::string_view text, const std::string& name) {
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& problem) {
    std::size_t end = std::min<std::size_t>(problem.byte, text.size());
    std::size_t line = 1, column = 1;
    for (std::size_t i = 0; i + 1 < end; ++i) {
      if (text[i] == '\n') { ++line; column = 1; } else { ++column; }
    }
    return Error{ErrorCode::kInvalidInput, fmt::format("not valid JSON: {}", problem.what()),
                 fmt::format("{}:{}:{}", name, line, column)};
  } catch (const Json::exception& problem) {  // a number that no double holds
    return Error{ErrorCode::kInvalidInput, fmt::format("not valid JSON: {}", problem.what()), name};
  }
}

std::string canonical_text(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string pretty_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lynxbench
