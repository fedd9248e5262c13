// From what a Tally kept to LoadFigures. Inside metrics only.
#pragma once

#include "metrics/load_window.h"
#include "metrics/tally.h"

namespace lynxbench::metrics {

class TallyReading {
 public:
  // The rows must be by due time.
  TallyReading(const Tally& tally, const LoadEnd& end);

  [[nodiscard]] LoadFigures read();

 private:
  void count(LoadFigures& out) const;
  void add_failures(LoadFigures& out) const;
  void add_rates(LoadFigures& out) const;
  void add_token_rates(LoadFigures& out) const;
  void add_accuracy(LoadFigures& out) const;
  void add_latencies(LoadFigures& out) const;
  void add_stream_latencies(LoadFigures& out) const;
  void add_own(LoadFigures& out) const;  // what is the client's: lag, read delay, connections
  void note(LoadFigures& out) const;

  const Tally& tally_;
  const LoadEnd& end_;
  LoadWindow window_;
};

// Whether each term of the SLO was kept.
[[nodiscard]] std::vector<SloOutcome> judge_terms(const LoadWindow& window, const std::vector<SloTerm>& terms);
// "p99 ttft ≤ 200 ms"
[[nodiscard]] std::string term_text(const SloTerm& term);

// For plots.
[[nodiscard]] std::vector<QuantileCurve> curves_of(const LoadWindow& window, const stats::LogHistogram& itl);
[[nodiscard]] std::vector<LoadSlice> slices_of(const LoadWindow& window);

}  // namespace lynxbench::metrics
