// What servers say beside an answer, made readable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace lynxbench::target {

// What went wrong, out of an answer's body: the message of a JSON error in the forms that servers use
// ({"error": {"message": ...}}, {"error": ...}, {"message": ...}, {"detail": ...}), the title of an HTML
// page, or the beginning of the text. One line of at most 300 bytes; "" when there is nothing.
[[nodiscard]] std::string error_text(std::string_view body);
// The same of a JSON value that is an error or holds one.
[[nodiscard]] std::string error_text(const Json& value);

// The length that a Retry-After field asks for: seconds, or a date against the wall clock.
[[nodiscard]] std::optional<Nanos> retry_after(std::string_view value, std::int64_t wall_now_ns);

}  // namespace lynxbench::target
