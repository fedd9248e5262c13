// Text as a JSON string, quotes included; bytes that are no UTF-8 become U+FFFD.
//
//   json_text("a\"b")  -> "\"a\\\"b\""
#pragma once

#include <string>
#include <string_view>

namespace lynxbench::trace {

[[nodiscard]] std::string json_text(std::string_view text);

}  // namespace lynxbench::trace
