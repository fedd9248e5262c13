#include "trace/smi/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "trace/civil_time.h"
#include "trace/line_reader.h"
#include "trace/loss_count.h"
#include "trace/smi/columns.h"

namespace lynxbench::trace::smi {
namespace {

constexpr std::string_view kFormat = "nvidia-smi";
constexpr std::int64_t kDayNs = 86'400'000'000'000;

bool is_word_of_process_monitor(std::string_view line) {
  const std::vector<std::string_view> cells = dmon_cells(line);
  return std::find(cells.begin(), cells.end(), "pid") != cells.end();
}

bool begins_dmon(std::string_view line) {
  return line.starts_with('#') && dmon_columns(line, "").has_value();
}

// "20240601": dmon's date, as civil_time() spells it.
std::optional<std::int64_t> dmon_time_ns(std::string_view date, std::string_view time) {
  if (date.size() != 8) return std::nullopt;
  const std::optional<CivilTime> at = civil_time(
      fmt::format("{}-{}-{} {}", date.substr(0, 4), date.substr(4, 2), date.substr(6, 2), time));
  if (!at) return std::nullopt;
  return at->ns;
}

// Whether a line without a header before it can be nvidia-smi's: cells of numbers, times, states.
bool looks_like_row(std::string_view line) {
  const std::vector<std::string_view> cells = csv_cells(line);
  if (cells.size() < 2) return false;
  const auto is_time = [](std::string_view cell) {
    return cell.find('/') != std::string_view::npos && civil_time(cell).has_value();
  };
  const TableColumn any;
  const auto fits = [&](std::string_view cell) {
    return is_time(cell) || read_cell(cell, any).form != Cell::Form::kWord;
  };
  return std::any_of(cells.begin(), cells.end(), is_time) ||
         (line.find(", ") != std::string_view::npos &&
          std::all_of(cells.begin(), cells.end(), fits));
}

std::string_view first_line(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    const std::string_view line = trim(head.substr(0, end));
    if (!line.empty()) return line;
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  }
  return {};
}

bool recognises(std::string_view head) {
  const std::string_view line = first_line(head);
  if (line.empty() || line.front() == '{' || line.front() == '[') return false;
  return begins_dmon(line) || csv_columns(line).has_value() || looks_like_row(line);
}

class TableReader {
 public:
  TableReader(ByteSource& source, const ReadOptions& options)
      : source_(source), options_(options), lines_(source) {
    timeline_.format = kFormat;
  }

  Result<Timeline> read() {
    std::optional<Line> line = first();
    if (!line) return failure("the file is empty: nvidia-smi printed nothing");
    dmon_ = begins_dmon(trim(line->text));
    if (!dmon_ && !csv_columns(line->text)) {
      TRY_STATUS(take_given_columns(*line));
      row(*line);
      line = lines_.next();
    }
    for (; line; line = lines_.next()) {
      TRY_STATUS(take(*line));
    }
    finish();
    return std::move(timeline_);
  }

 private:
  struct Series {
    TraceSeries series;
    std::optional<std::uint64_t> words;  // cells that are no number
    bool has_units = false;              // a cell had its unit
    std::string where;                   // of the first word
  };

  [[nodiscard]] Error failure(std::string message) const {
    return Error{ErrorCode::kInvalidInput, std::move(message), source_.name()};
  }

  std::optional<Line> first() {
    std::optional<Line> line = lines_.next();
    while (line && trim(line->text).empty()) line = lines_.next();
    return line;
  }

  Status take_given_columns(const Line& line) {
    if (options_.columns.empty()) {
      return failure(
          "nvidia-smi's table has no header, so its columns have no names: give them with "
          "--columns, as after --query-gpu= (timestamp,index,clocks.current.sm), or let nvidia-smi "
          "print them (--format=csv)");
    }
    std::optional<Columns> columns = given_columns(options_.columns);
    if (!columns) {
      return failure(fmt::format("--columns {}: must be names of nvidia-smi's columns with commas",
                                 options_.columns));
    }
    const std::size_t cells = csv_cells(line.text).size();
    if (cells != columns->list.size()) {
      return failure(fmt::format("--columns names {} columns, and the first row has {}",
                                 columns->list.size(), cells));
    }
    return use(std::move(*columns));
  }

  Status use(Columns columns) {
    for (const TableColumn& column : columns.list) {
      if (column.role == Role::kProcess) {
        return failure("this lists processes, not GPUs: print it with --query-gpu= or dmon");
      }
    }
    columns_ = std::move(columns);
    return ok_status();
  }

  Status take(const Line& line) {
    const std::string_view text = trim(line.text);
    if (text.empty()) return ok_status();
    if (dmon_ && text.front() == '#') return dmon_header(line);
    std::optional<Columns> columns = dmon_ ? std::nullopt : csv_columns(text);
    if (!columns) {
      row(line);
      return ok_status();
    }
    if (!columns_.list.empty()) {
      losses_.add(Severity::kNotice, "header again: the tool was started anew", line.byte);
    }
    return use(std::move(*columns));
  }

  // The header's second line follows the first; dmon repeats both every so many rows.
  Status dmon_header(const Line& line) {
    if (is_word_of_process_monitor(line.text)) {
      return failure("this lists processes (pmon), not GPUs: print it with dmon");
    }
    if (!dmon_columns(line.text, "")) {
      std::optional<Columns> columns = dmon_columns(columns_.header, line.text);
      return columns ? use(std::move(*columns)) : ok_status();
    }
    if (trim(line.text) == columns_.header) return ok_status();
    return use(*dmon_columns(line.text, ""));
  }

  void row(const Line& line) {
    const std::vector<std::string_view> cells =
        dmon_ ? dmon_cells(line.text) : csv_cells(line.text);
    ++timeline_.events;
    if (cells.size() < columns_.list.size() && line.ending == Line::Ending::kFileEnd) {
      losses_.add(Severity::kDamage, "row that the file's end cuts", line.byte);
    } else if (cells.size() != columns_.list.size()) {
      losses_.add(Severity::kLoss, "row with another number of cells than the header", line.byte);
    } else {
      row(cells, line);
    }
  }

  void row(const std::vector<std::string_view>& cells, const Line& line) {
    const std::optional<std::int64_t> device = device_of(cells);
    const std::optional<std::int64_t> at_ns = time_of(cells, device);
    if (!at_ns) {
      losses_.add(Severity::kLoss, "row without a readable time", line.byte);
      return;
    }
    if (device) note_device(*device, cells);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (columns_.list[i].role != Role::kQuantity) continue;
      take_cell(cells[i], columns_.list[i], device, *at_ns, line);
    }
  }

  [[nodiscard]] std::string_view cell_of(const std::vector<std::string_view>& cells,
                                         Role role) const {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (columns_.list[i].role == role) return cells[i];
    }
    return {};
  }

  [[nodiscard]] std::optional<std::int64_t> device_of(
      const std::vector<std::string_view>& cells) const {
    const std::string_view text = cell_of(cells, Role::kDevice);
    const Cell cell = read_cell(text, TableColumn{});
    const bool usable = cell.form == Cell::Form::kNumber && cell.value >= 0 && cell.value < 65536;
    if (!usable) return std::nullopt;
    return static_cast<std::int64_t>(cell.value);
  }

  // Local time; without one, the number of the device's row.
  std::optional<std::int64_t> time_of(const std::vector<std::string_view>& cells,
                                      std::optional<std::int64_t> device) {
    const std::string_view time = cell_of(cells, Role::kTimestamp);
    if (time.empty()) return samples_[device]++;
    timed_ = true;
    const std::string_view date = cell_of(cells, Role::kDate);
    if (!date.empty()) return dmon_time_ns(date, time);
    if (!dmon_) {
      const std::optional<CivilTime> at = civil_time(time);
      return at ? std::optional(at->ns) : std::nullopt;
    }
    std::optional<std::int64_t> at = time_of_day_ns(time);
    if (at) at = after_midnights(*at);
    return at;
  }

  // dmon's time of day begins again at midnight.
  std::int64_t after_midnights(std::int64_t of_day_ns) {
    if (of_day_ns + kDayNs / 2 < last_of_day_ns_) midnights_ns_ += kDayNs;
    last_of_day_ns_ = of_day_ns;
    return midnights_ns_ + of_day_ns;
  }

  void note_device(std::int64_t device, const std::vector<std::string_view>& cells) {
    const auto known = std::find_if(timeline_.devices.begin(), timeline_.devices.end(),
                                    [&](const TraceDevice& one) { return one.id == device; });
    if (known != timeline_.devices.end()) return;
    TraceDevice added;
    added.id = device;
    added.name = cell_of(cells, Role::kModel);
    timeline_.devices.push_back(std::move(added));
  }

  Series& series_of(const TableColumn& column, std::optional<std::int64_t> device) {
    const auto next = static_cast<std::size_t>(series_.size());
    const auto [found, is_new] = index_.try_emplace({column.name, device}, next);
    if (is_new) {
      Series& added = series_.emplace_back();
      added.series.name = column.name;
      added.series.unit = column.unit;
      added.series.device = device;
      if (device) added.series.labels = fmt::format("gpu={}", *device);
    }
    return series_[found->second];
  }

  void take_cell(std::string_view text, const TableColumn& column, std::optional<std::int64_t> device,
                 std::int64_t at_ns, const Line& line) {
    Series& to = series_of(column, device);
    const Cell cell = read_cell(text, column);
    switch (cell.form) {
      case Cell::Form::kMissing:
        ++to.series.missing;
        return;
      case Cell::Form::kWord:
        if (!to.words) to.where = fmt::format("byte {}", line.byte);
        to.words = to.words.value_or(0) + 1;
        return;
      case Cell::Form::kOtherUnit:
        losses_.add(Severity::kLoss, "cell in another unit than its column", line.byte);
        return;
      case Cell::Form::kNumber:
        take_number(cell, to, at_ns, line);
    }
  }

  void take_number(const Cell& cell, Series& to, std::int64_t at_ns, const Line& line) {
    if (to.has_units && cell.unit.empty()) {
      losses_.add(Severity::kDamage, "cell without the unit that others of its column have",
                  line.byte);
      return;
    }
    to.has_units = to.has_units || !cell.unit.empty();
    if (to.series.unit.empty()) to.series.unit = cell.unit;
    if (!to.series.at_ns.empty() && at_ns < to.series.at_ns.back()) {
      losses_.add(Severity::kLoss, "sample before the one above it: the clock was set back",
                  line.byte);
    }
    to.series.at_ns.push_back(at_ns);
    to.series.value.push_back(cell.value);
  }

  void finish() {
    for (Series& one : series_) {
      if (one.words && one.series.value.empty()) {
        losses_.add_all(Severity::kNotice, "column of words, which is no quantity", 1, one.where);
        continue;
      }
      losses_.add_all(Severity::kLoss, "cell that is no number", one.words.value_or(0), one.where);
      if (one.series.value.empty() && one.series.missing == 0) continue;  // all cells were lost
      timeline_.series.push_back(std::move(one.series));
    }
    if (timeline_.events == 0) {
      losses_.add_all(Severity::kDamage, "no row below the header", 1, "");
    }
    timeline_.bytes = lines_.bytes();
    timeline_.losses = losses_.take();
    say_clock();
  }

  void say_clock() {
    TraceClock& clock = timeline_.clock;
    if (!timed_) {
      clock = {TraceClock::Kind::kSamples, std::nullopt, "no time in the file"};
      timeline_.notes.emplace_back("the rows have no time: samples are counted");
      return;
    }
    clock = {TraceClock::Kind::kRelative, std::nullopt, "local time of nvidia-smi, zone unknown"};
    timeline_.notes.emplace_back(
        "times are local and name no zone: differences are exact, the moment is not known");
  }

  ByteSource& source_;
  const ReadOptions& options_;
  LineReader lines_;
  Timeline timeline_;
  LossCount losses_;
  Columns columns_;
  bool dmon_ = false;
  bool timed_ = false;
  std::vector<Series> series_;
  std::map<std::pair<std::string, std::optional<std::int64_t>>, std::size_t> index_;
  std::map<std::optional<std::int64_t>, std::int64_t> samples_;  // rows so far, without a time
  std::int64_t last_of_day_ns_ = 0;
  std::int64_t midnights_ns_ = 0;
};

Result<Timeline> read(ByteSource& source, const ReadOptions& options) {
  return TableReader(source, options).read();
}

}  // namespace

Reader reader() { return {kFormat, &recognises, &read}; }

}  // namespace lynxbench::trace::smi
