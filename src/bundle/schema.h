// The tables and views of raw.sqlite, as docs/formats/bundle.md prints them.
#pragma once

#include <span>
#include <string_view>

namespace lynxbench::bundle {

// raw.sqlite's PRAGMA user_version; another number is another schema.
inline constexpr int kSchemaVersion = 1;
// PRAGMA application_id: "lynx".
inline constexpr int kApplicationId = 0x6c796e78;

struct SchemaEntry {
  std::string_view name;
  std::string_view sql;  // CREATE ..., without the semicolon
};

// Tables first, in the order in which they are made.
[[nodiscard]] std::span<const SchemaEntry> tables();
[[nodiscard]] std::span<const SchemaEntry> views();

}  // namespace lynxbench::bundle
