// Pieces of the page of traces: cells, keys of colours, the stacked bar. All give HTML, with what is
// not ours escaped. Shares are 0 to 1.
//   sheet.row({name_cell(kernel), ns_text(sum_ns), bar_cell(0.4, "")});
// May be used from many threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/trace_figures.h"
#include "report/sheet.h"

namespace lynxbench::report {

// Of a table of names, and of a table of compared operations.
inline constexpr std::size_t kNamesShown = 25;
inline constexpr std::size_t kPointsShown = 15;

// `12.3 ms`, escaped.
[[nodiscard]] std::string ns_text(std::int64_t ns);

// A left-aligned cell; names beyond 180 bytes end in an ellipsis.
[[nodiscard]] std::string name_cell(std::string_view name);

// A cell with a bar as wide as the share; `kind` is a class of the bar: "" or "idle".
[[nodiscard]] std::string bar_cell(double share, std::string_view kind);

// A square of the class's colour.
[[nodiscard]] std::string key_of(DeviceTime time);

// The whole as a bar, and beneath it, thin, what it hides.
[[nodiscard]] std::string bar_of(const DeviceBudget& budget);

// What the thin bar shows; empty where nothing is hidden.
[[nodiscard]] std::string hidden_text(const DeviceBudget& budget);

// Names by time, with their share so far; `all`: how many names there are.
void add_names(Sheet& sheet, const std::string& title, const std::vector<NameFigure>& names, std::uint64_t all);

}  // namespace lynxbench::report
