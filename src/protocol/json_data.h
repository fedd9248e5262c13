// A tensor's "data" member: JSON text of its elements, and back. Inside protocol only.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/tensor.h"

namespace lynxbench::protocol {

// `text` as a JSON string with its quotes; kInvalidInput unless it is UTF-8.
[[nodiscard]] Status append_json_string(std::string& json, std::string_view text);

// "[1,2,3]": flat. `raw` must have passed check(). kInvalidInput where an element of BYTES is not
// UTF-8: only the binary encoding carries it.
[[nodiscard]] Status append_json_data(std::string& json, DataType type, std::string_view raw);

// The elements of an array, flat or nested. kInvalidInput, with the element's place and value, for one
// that is of another kind or does not fit `type`.
[[nodiscard]] Result<std::string> raw_of_json(DataType type, simdjson::dom::element data);

}  // namespace lynxbench::protocol
