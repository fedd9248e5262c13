#include "protocol/kserve.h"

namespace lynxbench::protocol {

std::optional<bool> bool_parameter(const Parameters& parameters, const std::string& name) {
  auto found = parameters.find(name);
  if (found == parameters.end()) return std::nullopt;
  const bool* value = std::get_if<bool>(&found->second);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

}  // namespace lynxbench::protocol
