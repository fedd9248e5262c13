#include "trace/smi/columns.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "base/text.h"

namespace lynxbench::trace::smi {
namespace {

// What columns of `nvidia-smi --help-query-gpu` begin with. One of them makes a line a header.
constexpr std::array<std::string_view, 33> kKnown = {
    "accounting.",    "clocks",          "compute_cap",   "compute_mode",  "count",
    "display_",       "driver_",         "ecc.",          "encoder.",      "enforced.",
    "fan.speed",      "gom.",            "gpu_",          "index",         "inforom.",
    "mig.",           "memory.",         "name",          "pci.",          "pcie.",
    "persistence_",   "power.",          "protected_",    "pstate",        "retired_pages",
    "remapped_rows.", "serial",          "temperature.",  "timestamp",     "utilization.",
    "uuid",           "vbios_version",   "fabric.",
};

constexpr std::array<std::string_view, 12> kIdentities = {
    "uuid",       "gpu_uuid",     "serial",       "gpu_serial",     "driver_version", "vbios_version",
    "gpu_bus_id", "compute_mode", "display_mode", "display_active", "gpu_name",       "compute_cap"};

Role role_of(std::string_view name) {
  if (name == "timestamp" || name == "Time") return Role::kTimestamp;
  if (name == "Date") return Role::kDate;
  if (name == "index" || name == "gpu") return Role::kDevice;
  if (name == "name") return Role::kModel;
  if (name == "pid") return Role::kProcess;
  const bool identity = std::find(kIdentities.begin(), kIdentities.end(), name) != kIdentities.end();
  if (identity || name.starts_with("pci.") || name.starts_with("inforom.")) return Role::kIdentity;
  return Role::kQuantity;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
         });
}

// "clocks.current.sm [MHz]"
std::optional<TableColumn> csv_column(std::string_view cell) {
  TableColumn column;
  if (cell.ends_with(']')) {
    const std::size_t bracket = cell.find('[');
    if (bracket == std::string_view::npos) return std::nullopt;
    column.unit = trim(cell.substr(bracket + 1, cell.size() - bracket - 2));
    cell = trim(cell.substr(0, bracket));
  }
  if (!is_name(cell)) return std::nullopt;
  column.name = cell;
  column.role = role_of(cell);
  return column;
}

bool is_missing(std::string_view cell) {
  return cell.empty() || cell.front() == '[' || cell == "-" || cell == "N/A" || cell == "ERR!";
}

std::optional<double> number_word(std::string_view cell) {
  if (cell == "Active" || cell == "Enabled" || cell == "Yes") return 1;
  if (cell == "Not Active" || cell == "Disabled" || cell == "No") return 0;
  if (cell.size() < 2 || cell.front() != 'P') return std::nullopt;
  unsigned state = 0;
  const auto [end, problem] = std::from_chars(cell.data() + 1, cell.data() + cell.size(), state);
  if (problem != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return state;
}

std::optional<double> mask(std::string_view cell) {
  if (!cell.starts_with("0x") && !cell.starts_with("0X")) return std::nullopt;
  std::uint64_t bits = 0;
  const char* last = cell.data() + cell.size();
  const auto [end, problem] = std::from_chars(cell.data() + 2, last, bits, 16);
  if (problem != std::errc() || end != last) return std::nullopt;
  return static_cast<double>(bits);
}

}  // namespace

bool is_known_column(std::string_view name) {
  return std::any_of(kKnown.begin(), kKnown.end(),
                     [name](std::string_view known) { return name.starts_with(known); });
}

std::vector<std::string_view> csv_cells(std::string_view line) {
  std::vector<std::string_view> cells;
  while (true) {
    const std::size_t comma = line.find(',');
    cells.push_back(trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

std::vector<std::string_view> dmon_cells(std::string_view line) {
  constexpr std::string_view kBetween = " \t,#";
  std::vector<std::string_view> cells;
  while (true) {
    const std::size_t begin = line.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) return cells;
    const std::size_t end = std::min(line.find_first_of(kBetween, begin), line.size());
    cells.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::optional<Columns> given_columns(std::string_view text) {
  Columns columns{{}, std::string(trim(text))};
  for (std::string_view cell : csv_cells(text)) {
    std::optional<TableColumn> column = csv_column(cell);
    if (!column) return std::nullopt;
    columns.list.push_back(std::move(*column));
  }
  return columns;
}

std::optional<Columns> csv_columns(std::string_view line) {
  std::optional<Columns> columns = given_columns(line);
  if (!columns) return std::nullopt;
  const bool known = std::any_of(columns->list.begin(), columns->list.end(),
                                 [](const TableColumn& column) { return is_known_column(column.name); });
  if (!known) return std::nullopt;
  return columns;
}

std::optional<Columns> dmon_columns(std::string_view names, std::string_view units) {
  if (!trim(names).starts_with('#')) return std::nullopt;
  const std::vector<std::string_view> cells = dmon_cells(names);
  if (std::find(cells.begin(), cells.end(), "gpu") == cells.end()) return std::nullopt;
  std::vector<std::string_view> unit_cells;
  if (trim(units).starts_with('#')) unit_cells = dmon_cells(units);
  Columns columns{{}, std::string(trim(names))};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view unit = i < unit_cells.size() ? unit_cells[i] : std::string_view();
    const Role role = role_of(cells[i]);
    const bool has_unit = role == Role::kQuantity && unit != "-";
    columns.list.push_back({std::string(cells[i]), std::string(has_unit ? unit : ""), role});
  }
  return columns;
}

Cell read_cell(std::string_view cell, const TableColumn& column) {
  if (is_missing(cell)) return {};
  if (const std::optional<double> value = mask(cell)) return {Cell::Form::kNumber, *value, {}};
  if (const std::optional<double> value = number_word(cell)) {
    return {Cell::Form::kNumber, *value, {}};
  }
  Cell read{Cell::Form::kNumber, 0, {}};
  const char* last = cell.data() + cell.size();
  const auto [end, problem] = std::from_chars(cell.data(), last, read.value);
  const bool begins_well = (cell.front() >= '0' && cell.front() <= '9') || cell.front() == '-';
  if (problem != std::errc() || !begins_well) return {Cell::Form::kWord, 0, {}};
  read.unit = trim(std::string_view(end, static_cast<std::size_t>(last - end)));
  if (!read.unit.empty() && end != last && *end != ' ' && read.unit != column.unit) {
    return {Cell::Form::kWord, 0, {}};
  }
  if (!column.unit.empty() && !read.unit.empty() && read.unit != column.unit) {
    read.form = Cell::Form::kOtherUnit;
  }
  return read;
}

}  // namespace lynxbench::trace::smi
