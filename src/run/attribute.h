// Trace files -> where their time went: reads each, classifies its work, closes its budgets, sets files
// that belong together beside one another (ranks; telemetry and requests on the same clock), and compares.
//
//   TraceFigures figures = TRY(run::attribute({"rank0.json.gz", "rank1.json.gz"}, {}));
#pragma once

#include <string>
#include <vector>

#include "attribution/kernel/device_ceilings.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/trace_figures.h"
#include "run/what_if_words.h"
#include "trace/reader.h"

namespace lynxbench::run {

inline constexpr std::size_t kGraphEvents = 500'000;

struct AttributeOptions {
  trace::ReadOptions read;
  const Contract* contract = nullptr;  // whose rules name the owners; null: lynxbench's own
  std::vector<attribution::DeviceCeilings> ceilings;  // asked before the data sheets (ceilings_file.h)
  std::string perfetto;  // file for viewers of traces (trace/perfetto.h) that is written too; "": none
  // The critical path and what-ifs take some 50 bytes an event: of files with more than
  // kGraphEvents they are left out, and a note says so, unless they are asked for.
  enum class Graph : std::uint8_t { kUsual, kAlways } graph = Graph::kUsual;
  std::vector<WhatIfWish> what_ifs;  // empty: the usual ones
  std::string against;  // a trace to compare the first file with: what changed from it; "": none
};

// Fails with the first file that cannot be read at all; damaged ones give what they hold, with losses.
// Files with device work are read twice where other files turn out to share a clock with them, or to be
// other ranks of their job.
[[nodiscard]] Result<TraceFigures> attribute(const std::vector<std::string>& files,
                                             const AttributeOptions& options);

}  // namespace lynxbench::run
