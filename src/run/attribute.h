// Trace files -> where their time went: reads each, classifies its work and closes its budgets.
//
//   TraceFigures figures = TRY(run::attribute({"rank0.json.gz", "rank1.json.gz"}, {}));
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/trace_figures.h"
#include "trace/reader.h"

namespace lynxbench::run {

// Fails with the first file that cannot be read at all; damaged ones give what they hold, with losses.
// `perfetto`: a file that the devices' time is written to, piece by piece, for viewers of traces
// (trace/perfetto.h); "": none.
[[nodiscard]] Result<TraceFigures> attribute(const std::vector<std::string>& files,
                                             const trace::ReadOptions& options,
                                             const std::string& perfetto = "");

}  // namespace lynxbench::run
