// Where the time of trace files went (TraceFigures), as people read it.
#pragma once

#include <string>

#include "model/trace_figures.h"
#include "report/report.h"

namespace lynxbench::report {

[[nodiscard]] std::string traces_terminal(const TraceFigures& figures,
                                          const TerminalOptions& options);

}  // namespace lynxbench::report
