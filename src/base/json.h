// JSON documents: nlohmann's library, std::optional as null, and reading with a place in the error.
//
//   Json document = TRY(parse_json(text, "bundle/figures.json"));
//   std::string bytes = canonical_text(document);   // sorted keys, no blanks: what digests are of
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lynxbench {

using Json = nlohmann::json;  // objects are kept sorted by key

// Fails with kInvalidInput and "`name`:line:column: what" when `text` is not one JSON value.
[[nodiscard]] Result<Json> parse_json(std::string_view text, const std::string& name);

// Sorted keys, no blanks, shortest numbers that read back the same, UTF-8 as it is.
[[nodiscard]] std::string canonical_text(const Json& document);
// The same with two blanks of indentation and a line end: for files that people open.
[[nodiscard]] std::string pretty_text(const Json& document);

// document[pointer] as T; kInvalidInput naming the member when it is missing or of another type.
template <typename T>
[[nodiscard]] Result<T> get_member(const Json& document, const std::string& name) {
  auto found = document.find(name);
  if (found == document.end()) return error(ErrorCode::kInvalidInput, "member \"{}\" is missing", name);
  try {
    return found->template get<T>();
  } catch (const Json::exception& problem) {
    return error(ErrorCode::kInvalidInput, "member \"{}\": {}", name, problem.what());
  }
}

// A whole document as T (through its from_json); kInvalidInput when it has another shape.
template <typename T>
[[nodiscard]] Result<T> from_document(const Json& document, const std::string& name) {
  try {
    return document.get<T>();
  } catch (const Json::exception& problem) {
    return Error{ErrorCode::kInvalidInput, problem.what(), name};
  }
}

}  // namespace lynxbench

namespace nlohmann {
template <typename T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& out, const std::optional<T>& value) {
    if (value) out = *value; else out = nullptr;
  }
  static void from_json(const json& in, std::optional<T>& value) {
    if (in.is_null()) value.reset(); else value = in.template get<T>();
  }
};
}  // namespace nlohmann
