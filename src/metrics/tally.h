// The figures of a load of any length: takes each request's record once, when it is over, and keeps 32
// bytes of it. Ten million requests take 320 MB, and nothing else grows.
//
//   metrics::Tally tally({.loop = Loop::kOpen, .begin_ns = begin, .warm_up_ns = 1e9, .end_ns = end,
//                         .slo = metrics::terms_of(contract.slo)});
//   loadgen::stream_open(next, *target, clock, options, [&](RequestRecord&& r) { tally.take(r); });
//   LoadFigures figures = std::move(tally).figures({.end_ns = outcome.end_ns});
//
// Exact: every percentile of e2e, service, ttft (both zero points) and schedule lag. To 1 part in 1024:
// each request's tpot and mean itl, all gaps between chunks, the other ttft variants, the network's
// read delay and the connections' length (docs/methodology.md).
//
// Threads: one at a time; with several load threads each has a tally, merged after the join.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "metrics/load_rows.h"
#include "model/contract.h"
#include "model/load_figures.h"
#include "model/request.h"
#include "stats/log_histogram.h"

namespace lynxbench::metrics {

// All terms of an SLO, the first one included. None without a limit (at_most 0).
[[nodiscard]] std::vector<SloTerm> terms_of(const Slo& slo);

struct TallySpec {
  Loop loop = Loop::kOpen;
  std::int64_t begin_ns = 0;    // of the load, since the epoch
  std::int64_t warm_up_ns = 0;  // requests due before begin + warm_up are in no figure
  std::int64_t end_ns = 0;      // of the window, since the epoch
  std::vector<SloTerm> slo;
  AccuracySpec accuracy{};
};

// How the load ended.
struct LoadEnd {
  std::int64_t end_ns = 0;  // since the epoch; the window ends here, if the load was stopped
  bool complete = true;
  std::int64_t last_done_ns = 0;  // since the epoch; 0: not known
};

class Tally {
 public:
  explicit Tally(TallySpec spec);

  void take(const RequestRecord& record);
  // A request that was never sent because the load was stopped.
  void leave_out() { ++left_out_; }
  // Scores that a command gave after the load: so many answers to one input had this one.
  void take_score(std::uint32_t input, double score, std::uint64_t answers) { scores_[{input, score}] += answers; }
  // Another thread's share of the same load.
  void merge(Tally&& other);

  [[nodiscard]] std::size_t requests() const { return rows_.size(); }
  [[nodiscard]] std::int64_t last_done_ns() const { return last_done_ns_; }

  // Consumes it. Fills in everything that follows from the records: counts, failures, figures, slo,
  // tokens, curves, slices, and what a reader must know of them (validity).
  [[nodiscard]] LoadFigures figures(const LoadEnd& end) &&;

 private:
  friend class TallyReading;

  // Of a streamed answer and of the connection, due in the window.
  struct Histograms {
    stats::LogHistogram first_byte, first_byte_from_sent;
    stats::LogHistogram first_event, first_event_from_sent;
    stats::LogHistogram first_answer, first_answer_from_sent;
    stats::LogHistogram itl, itl_per_token;
    stats::LogHistogram read_delay, connect;
    stats::LogHistogram output_tokens, prompt_tokens;
    void merge(const Histograms& other);
  };
  // By input: how often which score.
  using Scores = std::map<std::pair<std::uint32_t, double>, std::uint64_t>;
  using Details = std::map<std::string, std::uint64_t>;

  [[nodiscard]] LoadRow row_of(const RequestRecord& record);
  [[nodiscard]] std::uint64_t kept(std::int64_t length_ns);
  [[nodiscard]] bool within_slo(const RequestRecord& record) const;
  void take_answer(const RequestRecord& record);
  void take_tokens(const Exchange& exchange, const RequestRecord& record);
  void take_failure(const RequestRecord& record);

  TallySpec spec_;
  LoadRows rows_;
  Histograms histograms_;
  TokenTotals tokens_;
  Scores scores_;
  std::map<std::string, Details> details_;  // by kind of failure
  std::uint64_t left_out_ = 0;
  std::uint64_t times_cut_ = 0;
  std::uint64_t new_connections_ = 0;
  std::uint64_t uncounted_chunks_ = 0;
  std::int64_t last_done_ns_ = 0;
};

}  // namespace lynxbench::metrics
