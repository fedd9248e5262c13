#include "trace/json_text.h"

#include <algorithm>

#include "base/json.h"

namespace lynxbench::trace {

std::string json_text(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (!plain) return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string quoted;
  quoted.reserve(text.size() + 2);
  quoted.push_back('"');
  quoted += text;
  quoted.push_back('"');
  return quoted;
}

}  // namespace lynxbench::trace
