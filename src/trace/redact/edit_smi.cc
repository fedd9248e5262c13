#include "trace/redact/edit_smi.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "trace/civil_time.h"
#include "trace/line_reader.h"
#include "trace/loss_count.h"
#include "trace/redact/values.h"
#include "trace/redact/words.h"
#include "trace/smi/columns.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;
using smi::Cell;
using smi::Columns;
using smi::Role;
using smi::TableColumn;

// What dmon can print: `nvidia-smi dmon -h`, with the counters of GPM.
constexpr std::array kMonitorColumns{
    "gpu"sv,   "pwr"sv,   "gtemp"sv,  "mtemp"sv, "sm"sv,    "mem"sv,   "enc"sv,   "dec"sv,
    "jpg"sv,   "ofa"sv,   "mclk"sv,   "pclk"sv,  "pviol"sv, "tviol"sv, "fb"sv,    "bar1"sv,
    "ccpm"sv,  "sbecc"sv, "dbecc"sv,  "pci"sv,   "rxpci"sv, "txpci"sv, "Time"sv,  "Date"sv,
    "gract"sv, "smutil"sv, "smocc"sv, "inta"sv,  "hmma"sv,  "imma"sv,  "dmma"sv,  "fp64"sv,
    "fp32"sv,  "fp16"sv,  "dfma"sv,   "dram"sv,  "pcitx"sv, "pcirx"sv, "nvltx"sv, "nvlrx"sv};
constexpr std::array kUnits{"%"sv, "W"sv, "mW"sv, "MHz"sv, "C"sv,  "MiB"sv, "MB"sv, "KB/s"sv, "MB/s"sv,
                            "ms"sv, "us"sv, "s"sv, "J"sv, "mJ"sv, "bool"sv, "errs"sv, "GB/s"sv, ""sv, "-"sv};
constexpr std::string_view kRemoved = "removed";

class TableCopy {
 public:
  TableCopy(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction)
      : source_(source), out_(out), names_(names), redaction_(redaction), lines_(source) {}

  Status run() {
    std::optional<Line> line = lines_.next();
    while (line && trim(line->text).empty()) line = lines_.next();
    if (!line) return failure("the file is empty: nvidia-smi printed nothing");
    monitor_ = trim(line->text).starts_with('#');
    if (!monitor_ && !smi::csv_columns(trim(line->text))) {
      return failure(
          "nvidia-smi's table has no header, so what its columns hold is not known and cannot be "
          "redacted; print it with one (--format=csv without noheader)");
    }
    for (; line; line = lines_.next()) TRY_STATUS(take(*line));
    redaction_.losses = losses_.take();
    for (Loss& loss : source_.losses()) redaction_.losses.push_back(std::move(loss));
    return ok_status();
  }

 private:
  [[nodiscard]] Error failure(std::string what) const {
    return Error{ErrorCode::kInvalidInput, std::move(what), source_.name()};
  }

  Status take(const Line& line) {
    const std::string_view text = trim(line.text);
    if (text.empty()) return ok_status();
    if (monitor_ && text.starts_with('#')) return monitor_header(text);
    std::optional<Columns> columns = monitor_ ? std::nullopt : smi::csv_columns(text);
    if (columns) return use(std::move(*columns));
    row(line);
    return ok_status();
  }

  // As the reader: a line of names, then one of units; both again every so many rows.
  Status monitor_header(std::string_view text) {
    std::optional<Columns> columns = smi::dmon_columns(text, "");
    if (!columns) {
      columns = smi::dmon_columns(columns_.header, text);
      return columns ? use(std::move(*columns)) : ok_status();
    }
    if (text == columns_.header) return ok_status();
    return use(std::move(*columns));
  }

  static bool keeps(const TableColumn& column) { return column.role != Role::kIdentity; }

  // A digest for a column that no version of nvidia-smi is known to have.
  [[nodiscard]] std::string name_of(const TableColumn& column) const {
    const bool known = monitor_ ? is_one_of(kMonitorColumns, column.name)
                                : smi::is_known_column(column.name);
    return known ? column.name : "column_" + names_.digest(column.name);
  }
  static std::string_view unit_of(const TableColumn& column) {
    return is_one_of(kUnits, column.unit) ? std::string_view(column.unit) : std::string_view();
  }

  Status use(Columns columns) {
    columns_ = std::move(columns);
    for (const TableColumn& column : columns_.list) {
      if (column.role == Role::kProcess) {
        return failure("this lists processes, not GPUs: there is nothing in it to send");
      }
      if (!keeps(column)) ++redaction_.removed["columns (identities, addresses, versions)"];
    }
    monitor_ ? write_monitor_header() : write_csv_header();
    return ok_status();
  }

  template <typename Text>
  void write_cells(std::string_view begin, std::string_view joint, const Text& text_of) {
    std::string line(begin);
    for (std::size_t i = 0; i < columns_.list.size(); ++i) {
      if (!keeps(columns_.list[i])) continue;
      if (line.size() > begin.size()) line += joint;
      line += text_of(i);
    }
    out_.write(line + "\n");
  }

  void write_csv_header() {
    write_cells("", ", ", [this](std::size_t i) {
      const TableColumn& column = columns_.list[i];
      const std::string_view unit = unit_of(column);
      return unit.empty() ? name_of(column) : fmt::format("{} [{}]", name_of(column), unit);
    });
  }

  void write_monitor_header() {
    write_cells("# ", " ", [this](std::size_t i) { return name_of(columns_.list[i]); });
    const bool has_units = std::any_of(columns_.list.begin(), columns_.list.end(),
                                       [](const TableColumn& column) { return !column.unit.empty(); });
    if (!has_units) return;
    write_cells("# ", " ", [this](std::size_t i) {
      const std::string_view unit = unit_of(columns_.list[i]);
      return std::string(unit.empty() ? "-" : unit);
    });
  }

  void row(const Line& line) {
    const std::vector<std::string_view> cells =
        monitor_ ? smi::dmon_cells(line.text) : smi::csv_cells(line.text);
    if (cells.size() != columns_.list.size()) {
      const bool cut = line.ending == Line::Ending::kFileEnd;
      return losses_.add(cut ? Severity::kDamage : Severity::kLoss,
                         "row with another number of cells than the header", line.byte);
    }
    ++redaction_.events;
    write_cells("", monitor_ ? " " : ", ",
                [&](std::size_t i) { return cell_text(cells[i], columns_.list[i]); });
  }

  std::string cell_text(std::string_view cell, const TableColumn& column) {
    switch (column.role) {
      case Role::kTimestamp:
      case Role::kDate:
        return is_time(cell, column.role) ? std::string(cell) : removed();
      case Role::kModel: {
        const std::string_view name = device_name(cell);
        return name.empty() && !cell.empty() ? removed() : std::string(name);
      }
      default:
        return quantity_text(cell, column);
    }
  }

  [[nodiscard]] bool is_time(std::string_view cell, Role role) const {
    if (cell.empty()) return true;
    if (role == Role::kDate) return cell.find_first_not_of("0123456789") == std::string_view::npos;
    if (cell.find_first_not_of("0123456789-/:.,+TtZz ") != std::string_view::npos) return false;
    return monitor_ ? time_of_day_ns(cell).has_value() : civil_time(cell).has_value();
  }

  // What read_cell() takes for a number is digits, a mask, a state or a known word, and a unit.
  std::string quantity_text(std::string_view cell, const TableColumn& column) {
    const Cell read = smi::read_cell(cell, column);
    if (read.form == Cell::Form::kMissing) return monitor_ ? "-" : "[N/A]";
    if (read.form == Cell::Form::kWord || !is_one_of(kUnits, read.unit)) return removed();
    return std::string(cell);
  }

  std::string removed() {
    ++redaction_.removed["cells that are no quantity"];
    return std::string(kRemoved);
  }

  ByteSource& source_;
  OutputFile& out_;
  Names& names_;
  Redaction& redaction_;
  LineReader lines_;
  LossCount losses_;
  Columns columns_;
  bool monitor_ = false;
};

}  // namespace

Status redact_smi(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  return TableCopy(source, out, names, redaction).run();
}

}  // namespace lynxbench::trace::redact
