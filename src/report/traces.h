// Where the time of trace files went (TraceFigures), as people read it: on a terminal, and as a page.
#pragma once

#include <string>

#include "model/trace_figures.h"
#include "report/report.h"

namespace lynxbench::report {

[[nodiscard]] std::string traces_terminal(const TraceFigures& figures,
                                          const TerminalOptions& options);

// What a page says of itself.
struct PageLabels {
  std::string command_line;
  std::string created;
};

// A page of one file that opens offline: first in plain words, then tables and plots in full.
[[nodiscard]] std::string traces_html(const TraceFigures& figures, const PageLabels& labels);

}  // namespace lynxbench::report
