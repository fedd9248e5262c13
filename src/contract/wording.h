// Words of messages that several checks share.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "contract/yaml_tree.h"

namespace lynxbench::contract {

inline constexpr std::string_view kDurationWords =
    "a number and ns, us, ms, s, min or h, such as 250ms";
inline constexpr std::string_view kRateWords = "a number and /s, /min or /h, such as 20/s";
inline constexpr std::string_view kRatioWords = "a percentage such as 5%, or a number such as 0.05";

// On one line, without control characters, of at most about 60 characters.
[[nodiscard]] std::string shown(std::string_view text);
// "is 7", "is \"abc\"", "is a list", "is a section", "is empty".
[[nodiscard]] std::string found(const YamlNode& node);
// A value as one line of YAML: {quantile: 0.95, at_most: 100ms}.
[[nodiscard]] std::string flow_text(const Json& value);

}  // namespace lynxbench::contract
