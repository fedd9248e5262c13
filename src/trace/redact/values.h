// Values that may be kept as they are, however they are spelled: what is none of them becomes something
// that readers take for "not said".
//
//   number_text("0012")                -> "12"
//   number_text("ann's host")          -> "null"
//   microseconds_text(1'500)           -> "1.500"
//   device_name("NVIDIA H100 80GB")    -> the same; "" for what is no name of a device
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lynxbench::trace::redact {

// The number as JSON. "" becomes "\"\"": readers tell a value that says nothing from one that is not
// there.
[[nodiscard]] std::string number_text(std::string_view text);
// The same of a number that counts microseconds and is read to the nanosecond.
[[nodiscard]] std::string time_text(std::string_view text);
[[nodiscard]] std::string microseconds_text(std::int64_t ns);

// Whether it is a number as JSON writes them.
[[nodiscard]] bool is_number(std::string_view text);

// The name under which a device is sold, or its architecture ("gfx942"); "" when it is another text.
[[nodiscard]] std::string_view device_name(std::string_view text);

}  // namespace lynxbench::trace::redact
