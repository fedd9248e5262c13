// The columns of a table of nvidia-smi's, from its header, and what a cell says.
//
//   Columns columns = *csv_columns("timestamp, index, clocks.current.sm [MHz]");
//   columns.list[2].name;                    // "clocks.current.sm"
//   read_cell("1410 MHz", columns.list[2]);  // 1410
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::trace::smi {

enum class Role {
  kQuantity,
  kTimestamp,  // "timestamp"; dmon's "Time"
  kDate,       // dmon's "Date"
  kDevice,     // "index", "gpu"
  kModel,      // "name": the device's
  kIdentity,   // serial numbers, addresses, versions: not kept
  kProcess,    // "pid": the rows are of processes
};

struct TableColumn {
  std::string name;
  std::string unit;  // "" when the header has none
  Role role = Role::kQuantity;
};

struct Columns {
  std::vector<TableColumn> list;
  std::string header;  // as it stands, without blanks at its ends
};

// Of a line "name, name [unit], ..."; nothing when the line is no such header.
[[nodiscard]] std::optional<Columns> csv_columns(std::string_view line);
// The same of what the user gave, where nothing says that it is nvidia-smi's but the user.
[[nodiscard]] std::optional<Columns> given_columns(std::string_view text);
// Of dmon's two lines "# gpu  pwr" and "# Idx  W". Nothing when the first is none.
[[nodiscard]] std::optional<Columns> dmon_columns(std::string_view names, std::string_view units);

[[nodiscard]] std::vector<std::string_view> csv_cells(std::string_view line);
[[nodiscard]] std::vector<std::string_view> dmon_cells(std::string_view line);

// Whether nvidia-smi has columns whose names begin so.
[[nodiscard]] bool is_known_column(std::string_view name);

struct Cell {
  enum class Form {
    kNumber,
    kMissing,    // [N/A], [Not Supported], [Unknown Error], "-", ""
    kWord,       // no number
    kOtherUnit,  // a number, but not in the column's unit
  } form = Form::kMissing;
  double value = 0;
  std::string_view unit;  // as it stands behind the number
};

// "1410 MHz", "0x4" (a mask), "Active" (1), "Not Active" (0), "P2" (2).
[[nodiscard]] Cell read_cell(std::string_view cell, const TableColumn& column);

}  // namespace lynxbench::trace::smi
