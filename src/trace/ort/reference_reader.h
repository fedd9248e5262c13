// What a profile that is whole and well-formed must be read as, by another JSON library and with no
// care for damage: reader_test.cc and the fuzz target hold the reader against it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace lynxbench::trace::ort {

struct Reference {
  std::optional<std::int64_t> model_run_ns;
  std::vector<std::string> op_types;
  std::int64_t union_ns = 0;  // of each thread's operators, added up
};

namespace reference {

using Spans = std::vector<std::pair<std::int64_t, std::int64_t>>;

inline std::int64_t union_length(Spans spans) {
  std::sort(spans.begin(), spans.end());
  std::int64_t length = 0;
  std::int64_t covered_to = spans.empty() ? 0 : spans.front().first;
  for (const auto& [begin, end] : spans) {
    length += std::max<std::int64_t>(0, end - std::max(begin, covered_to));
    covered_to = std::max(covered_to, end);
  }
  return length;
}

inline std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Microseconds that are integers and small, as nanoseconds.
inline std::optional<std::int64_t> time(const Json& event, const char* key) {
  constexpr std::int64_t kLargest = 1'000'000'000'000;
  const auto found = event.find(key);
  if (found == event.end() || !found->is_number_integer()) return std::nullopt;
  const auto value = found->get<std::int64_t>();
  if (value < -kLargest || value > kLargest) return std::nullopt;
  return value * 1000;
}

}  // namespace reference

// Nothing for what this reader cannot judge: text that is no JSON array of events with plain times.
inline std::optional<Reference> read_reference(std::string_view profile) {
  const Json document = Json::parse(profile, nullptr, false);
  if (!document.is_array()) return std::nullopt;
  Reference result;
  std::map<std::string, reference::Spans> threads;
  for (const Json& event : document) {
    if (!event.is_object() || !event.contains("tid") || !event["tid"].is_number_integer())
      return std::nullopt;
    const std::string category = reference::text(event, "cat");
    const std::string name = reference::text(event, "name");
    const auto begin = reference::time(event, "ts");
    const auto duration = reference::time(event, "dur");
    if (reference::text(event, "ph") != "X" || !begin || !duration || *duration < 0)
      return std::nullopt;
    if (category == "Session" && name == "model_run") {
      result.model_run_ns = result.model_run_ns.value_or(0) + *duration;
    }
    if (category != "Node" || !name.ends_with("_kernel_time")) continue;
    const auto args = event.find("args");
    if (args == event.end() || reference::text(*args, "op_name").empty()) return std::nullopt;
    result.op_types.push_back(reference::text(*args, "op_name"));
    threads[event["tid"].dump()].emplace_back(*begin, *begin + *duration);
  }
  for (const auto& [thread, spans] : threads) result.union_ns += reference::union_length(spans);
  return result;
}

}  // namespace lynxbench::trace::ort
