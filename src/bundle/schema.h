// The tables and views of raw.sqlite, as docs/formats/bundle.md prints them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace lynxbench::bundle {

// raw.sqlite's PRAGMA user_version; another number is another schema. 1: lynxbench 0.1 before there
// were targets on the network; read, and no longer written.
inline constexpr int kSchemaVersion = 2;
// PRAGMA application_id: "lynx".
inline constexpr int kApplicationId = 0x6c796e78;

struct SchemaEntry {
  std::string_view name;
  std::string_view sql;  // CREATE ..., without the semicolon
};

// Tables first, in the order in which they are made.
[[nodiscard]] std::span<const SchemaEntry> tables();
[[nodiscard]] std::span<const SchemaEntry> views();
// Those of another version that can be read; empty for one that cannot.
[[nodiscard]] std::vector<SchemaEntry> tables_of(int version);

}  // namespace lynxbench::bundle
