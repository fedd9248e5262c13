// What came of one load: the document that `lynxbench load` prints. Every figure has its unit and the
// number of requests it rests on, an interval where there can be one, or the reason why not.
//
// Figure ids (Q: p50 p90 p95 p99 p99.9 max; docs/methodology.md says from when to when):
//   e2e.Q  service.Q                  due -> done, sent -> done
//   ttft.Q  ttft_from_sent.Q          -> first content in any channel; and of the other variants
//   ttft_first_byte.Q  ttft_first_event.Q  ttft_first_answer.Q    from due; each also _from_sent
//   itl.Q                             gaps between content chunks
//   itl_per_token.Q                   the same per token, where the server counts them
//   tpot.Q                            per output token, of each request
//   schedule_lag.Q  read_delay.Q      due -> sent; kernel's receipt -> ours: the client's own
//   connect.Q                         opening a connection, of those that were opened
//   throughput  goodput               answered (within the SLO) per second of the window
//   tokens_per_s  prompt_tokens_per_s as the server counts them
//   output_tokens.Q  prompt_tokens.Q  per request
//   errors                            ratio of the requests due that were not answered well
//   concurrency                       requests in the server, mean over the window
//   accuracy                          mean score of the answers, every input counting once
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/audit.h"
#include "model/figures.h"
#include "model/server_view.h"

namespace lynxbench {

// Requests that fell due in the window, by what came of them. The parts add up to `due`.
struct LoadCounts {
  std::uint64_t due = 0;
  std::uint64_t ok = 0;          // answered well
  std::uint64_t good = 0;        // of those: within every limit of the SLO
  std::uint64_t rejected = 0;
  std::uint64_t failed = 0;
  std::uint64_t unfinished = 0;  // no answer when the load was over
  std::uint64_t unsent = 0;      // never sent, since max_in_flight were out
  // Outside the window.
  std::uint64_t warm_up = 0;         // before it: in no figure
  std::uint64_t warm_up_failed = 0;
  std::uint64_t left_out = 0;        // never sent, since the load was stopped
};

struct FailureDetail {
  std::string text;  // "HTTP 500: out of memory"
  std::uint64_t count = 0;
};
struct FailureCount {
  std::string kind;  // Failure's name, "rejected", "failed", "unfinished" or "unsent"
  std::uint64_t count = 0;
  double ratio = 0;  // of the requests due
  std::vector<FailureDetail> details;  // the first few kinds of text
};

// Was a term of the SLO kept?
struct SloOutcome {
  std::string term;        // "p99 ttft ≤ 200 ms"
  std::string metric;      // LatencyMetric's name
  double quantile = 0.95;
  std::int64_t at_most_ns = 0;
  SearchStep step;         // the share over the limit with its interval, the verdict and why
};

// Were the answers right enough? Below the floor a load is no-go, however fast.
struct AccuracyOutcome {
  std::string method;  // ScoreMethod's name
  double floor = 0;    // ratio
  PointVerdict verdict = PointVerdict::kInconclusive;
  std::string reason;
};

// A piece of the window, for plots.
struct LoadSlice {
  double at_s = 0;           // its middle, since the window began
  double length_s = 0;
  std::uint64_t due = 0;
  std::uint64_t answered = 0;  // done in it
  std::uint64_t failed = 0;    // of those due
  std::int64_t in_flight = 0;  // at its end
  std::optional<std::int64_t> e2e_p50_ns, e2e_p99_ns;    // of those due
  std::optional<std::int64_t> ttft_p50_ns, ttft_p99_ns;
};

// value[i] is exceeded by a share 1 - quantile[i]: the whole distribution, for plots.
struct QuantileCurve {
  std::string metric;
  std::vector<double> quantile;
  std::vector<double> value_ns;
};

struct TokenTotals {
  std::uint64_t completion = 0;
  std::uint64_t prompt = 0;
  std::uint64_t reasoning = 0;
  std::uint64_t cached = 0;
  std::uint64_t answers = 0;             // answered well, due in the window
  std::uint64_t without_completion = 0;  // of those: the tokens of the answer are unknown
  std::uint64_t without_prompt = 0;
  std::uint64_t content_chunks = 0;
  std::uint64_t chunks_dropped = 0;      // beyond kMostChunks of a request
};

struct LoadFigures {
  std::string asked;                      // "Poisson at 100/s", "closed loop, 8 at a time"
  std::string target;                     // "openai-chat at http://localhost:8000, model m"
  std::optional<double> offered_per_s;    // open loop: due in the window
  std::optional<std::int64_t> concurrency;  // closed loop
  std::int64_t max_in_flight = 0;
  std::int64_t warm_up_ns = 0;
  std::int64_t window_ns = 0;
  std::int64_t drain_ns = 0;              // after the window, until the last answer
  std::uint64_t seed = 0;
  std::string inputs_digest;              // of all that is sent
  std::string connection_policy;          // "reused; 12 connections opened, 8 at most at once"
  bool complete = true;
  std::string incomplete_reason;
  LoadCounts counts;
  std::vector<FailureCount> failures;     // most frequent first
  std::map<std::string, Estimate> figures;
  std::vector<SloOutcome> slo;
  std::optional<AccuracyOutcome> accuracy;  // where answers were to be scored
  TokenTotals tokens;
  std::vector<QuantileCurve> curves;
  std::vector<LoadSlice> slices;
  std::uint64_t times_cut = 0;            // longer than can be kept exactly
  InstrumentAudit audit;
  Validity validity;
  // The server's own figures beside the client's, of all requests; nothing where they were not asked for.
  std::optional<Reconciliation> reconciliation;
  // Of a saturation search; the rest is then about the highest rate that passed, or empty.
  std::optional<Saturation> search;
};

// Member for member; times in ns, null with `withheld` beside it where there is no value.
void to_json(Json& out, const LoadFigures& value);

}  // namespace lynxbench
