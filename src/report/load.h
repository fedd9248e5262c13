// One load (LoadFigures) as people read it: terminal text, and one HTML file that opens offline.
#pragma once

#include <string>
#include <vector>

#include "model/load_figures.h"
#include "report/report.h"

namespace lynxbench::report {

// What a load says about its SLO. `state` is "pass", "fail", "inconclusive"; "measured" without an SLO;
// or what forbids a verdict: "incomplete" (stopped), "invalid" (the client was the bottleneck),
// "unanswered" (no request was answered).
struct LoadVerdict {
  std::string state;
  std::string headline;  // one sentence
  std::vector<std::string> reasons;
};
[[nodiscard]] LoadVerdict load_verdict(const LoadFigures& figures);

[[nodiscard]] std::string load_terminal(const LoadFigures& figures, const TerminalOptions& options);

// Tables and plots (SVG), without a script: it opens anywhere and prints as it looks.
[[nodiscard]] std::string load_html(const LoadFigures& figures, const std::string& command_line,
                                    const std::string& created);

// Rows of the report's latency table, in order, with what they are called. Those of which nothing was
// measured are left out, but for the first ones.
struct LatencyRow {
  std::string id;      // "ttft_from_sent"
  std::string title;   // "TTFT (first content)"
  std::string from;    // "due", "sent", ""
};
[[nodiscard]] std::vector<LatencyRow> latency_rows(const LoadFigures& figures);
// Why a row that a reader will look for is not there: "tpot: the server did not count the tokens".
[[nodiscard]] std::vector<std::string> missing_rows(const LoadFigures& figures);

// What the instrument says of itself, a line each: what it sent, its arrivals, threads and stalls.
[[nodiscard]] std::vector<std::string> instrument_lines(const LoadFigures& figures);

// "Poisson at 100/s for 30 s after 3 s of warm-up; seed 1"
[[nodiscard]] std::string load_sentence(const LoadFigures& figures);
// A failure's kind in words: "connection refused or not made in time".
[[nodiscard]] std::string failure_title(const std::string& kind);

}  // namespace lynxbench::report
