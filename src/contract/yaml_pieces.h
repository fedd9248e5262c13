// Pieces of YAML that read back the same, and the sections of a server's contract. Inside contract
// only.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"
#include "model/json.h"

namespace lynxbench::contract {

// Any text as a double-quoted YAML scalar: JSON's escapes are YAML's.
[[nodiscard]] inline std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The shortest number that reads back the same.
[[nodiscard]] inline std::string number(double value) { return fmt::format("{}", value); }
[[nodiscard]] inline std::string rate(double per_second) { return number(per_second) + "/s"; }

template <typename Item, typename Spelling>
[[nodiscard]] std::string list(const std::vector<Item>& items, Spelling spelling) {
  std::string text;
  for (const Item& item : items) text += (text.empty() ? "" : ", ") + spelling(item);
  return "[" + text + "]";
}

// The section target.endpoint: the terms that mean something to `kind`, defaults written out.
[[nodiscard]] std::string endpoint_text(const EndpointSpec& endpoint, const std::string& kind);
// workload.prompts and workload.accuracy.
[[nodiscard]] std::string workload_text_of_server(const Workload& workload);
[[nodiscard]] std::string slo_text(const Slo& slo);

}  // namespace lynxbench::contract
