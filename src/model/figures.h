// Everything that lynxbench prints of a run, derived from its raw data and its contract alone.
//
// A figure that cannot be given has no value and says why: it is never 0 or NaN.
//
// Figure ids: "capacity" and "peak_throughput" (1/s), and for each point P of the contract
//   throughput@P  goodput@P        completed (within the SLO) per second of the phase
//   errors@P                       ratio of requests that were not answered well
//   e2e.Q@P                        due -> done, Q one of p50 p90 p95 p99
//   service.Q@P                    sent -> done
//   schedule_lag.Q@P               due -> sent, Q one of p50 p99 max
//   concurrency@P                  requests in the server, mean over time
//   batch_size@P                   requests per batch, mean over batches
//   cpu@P                          processor cores kept busy by this process, mean over time
// and of targets on the network, where they can be known:
//   ttft.Q@P                       due -> first content in any channel
//   ttft_first_byte.Q@P            due -> first byte of the answer
//   ttft_first_event.Q@P           due -> first event, also an empty one
//   ttft_first_answer.Q@P          due -> first content of the answer itself
//   itl.Q@P  tpot.Q@P              between content chunks; per output token
//   tokens_per_s@P                 tokens of the answers, as the server counts them
//   prompt_tokens_per_s@P          tokens of the prompts, as the server counts them
//   accuracy@P                     ratio of right answers to those that were compared
//   failures.KIND@P                ratio of requests that failed so (model/request.h: Failure)
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/contract.h"
#include "model/layer.h"
#include "model/server_view.h"
#include "model/time_class.h"
#include "model/timeline.h"

namespace lynxbench {

struct Estimate {
  std::optional<double> value;
  std::optional<double> low;    // of the interval
  std::optional<double> high;
  std::optional<double> confidence;  // of the interval: 0.9375
  std::string unit;             // "ns", "1/s", "ratio", "1"
  std::uint64_t samples = 0;    // requests, or points, that it rests on
  std::vector<double> by_session;  // the repetitions
  std::string method;           // "median of 5 sessions, order-statistic interval"
  std::string withheld;         // why there is no value, or no interval
};

enum class PointVerdict { kPass, kFail, kInconclusive };

// One term of the SLO in a look.
struct SearchTerm {
  LatencyMetric metric = LatencyMetric::kE2e;
  double quantile = 0.95;
  std::int64_t at_most_ns = 0;
  std::uint64_t requests = 0;    // that have this time, or were not answered well
  double over_ratio = 0;         // share of them over the limit, or not answered well
  double over_low = 0;           // its interval
  double over_high = 1;
  double effective_samples = 0;  // after autocorrelation
  std::optional<double> latency_ns;  // at the quantile, failures counting as the slowest
  PointVerdict verdict = PointVerdict::kInconclusive;
};

// One look at one rate. What concerns one term (over_ratio, over_low, over_high, effective_samples,
// latency_ns) is that of the term nearest to its limit, or beyond it.
struct SearchStep {
  std::uint32_t phase = 0;     // the last of `phases`
  double rate_per_s = 0;
  double achieved_per_s = 0;   // answered well
  std::uint64_t requests = 0;  // that were judged
  double over_ratio = 0;       // share of requests over the limit or failed
  double over_low = 0;         // its interval
  double over_high = 0;
  double effective_samples = 0;  // after autocorrelation
  std::optional<double> latency_ns;  // at the SLO's quantile
  PointVerdict verdict = PointVerdict::kInconclusive;
  std::string reason;
  std::string purpose;  // "bracket", "bisect", "confirm pass", "confirm fail", "check below", "climb"
  std::vector<std::uint32_t> phases{};   // judged together: the look and its continuations
  std::int64_t length_ns = 0;          // of their windows together
  std::uint64_t ramp_up_requests = 0;  // left out at the start of each phase
  std::int64_t ramp_up_ns = 0;         // the longest stretch left out
  std::optional<double> needed_requests{};  // inconclusive: so many in all would decide, about
  double turned_away_ratio = 0;        // of the judged: rejected, or the server was busy
  std::optional<double> answered_ns{};   // e2e latency at the SLO's quantile among those answered well
  double rate_deficit = 0;             // 1 - left / arrived, both within the windows
  double rate_deficit_noise = 0;       // above this the deficit is no chance
  double in_system = 0;                // mean number in the system, and the same by Little's law
  std::optional<double> in_system_by_law{};
  std::optional<double> attempts_per_request{};  // of clients that retry, where known
  std::vector<SearchTerm> terms{};       // of the SLO, in its order
};

struct Saturation {
  std::optional<double> pass_per_s;  // highest rate that passed and was confirmed
  std::optional<double> fail_per_s;  // lowest rate that failed and was confirmed
  std::string criterion;
  std::string outcome;               // "found", "inconclusive", ... in words
  std::vector<SearchStep> steps;
  // What was completed: sustained at pass_per_s, and at most in any look (whatever the latency).
  std::optional<double> sustained_per_s{};
  std::optional<double> peak_per_s{};
  std::optional<double> peak_offered_per_s{};  // at which rate that was
  std::vector<std::string> findings{};  // "not monotone: ...", "goodput cliff: ...", "retry storm: ..."
};

struct CurvePoint {  // throughput against latency
  std::uint32_t phase = 0;
  std::string kind;   // "search", "measure"
  std::string point;
  std::uint32_t session = 0;
  double offered_per_s = 0;
  double achieved_per_s = 0;
  std::map<std::string, double> e2e_ns;  // "p50", "p95" ... those with enough samples
};

// Mean time per request of one kind of load, by class; sums are exact.
struct TimeBreakdown {
  std::string point;
  std::string requests_kind;   // "all" or "profiled"
  std::uint64_t requests = 0;
  std::uint64_t left_out = 0;  // failed, or neither the server's stages nor a client's exchange
  std::int64_t total_ns = 0;   // of all requests together
  std::array<std::int64_t, kTimeClassCount> by_class_ns{};  // adds up to total_ns
};

struct ClassOwners {
  TimeClass time_class = TimeClass::kUnattributed;
  std::vector<Layer> layers;       // candidates, by the contract's rules
  std::vector<std::string> owners; // of those layers
};

struct OperatorFigure {
  std::string node;     // "" for a sum over a type
  std::string op_type;
  std::uint64_t calls = 0;
  std::int64_t total_ns = 0;
  double share = 0;       // of all operator time
  double cumulative_share = 0;
  std::optional<double> flops;           // per call, by the cost model
  std::optional<double> bytes;           // per call, compulsory traffic
  std::optional<double> flops_per_s;     // achieved
  std::optional<double> intensity;       // flops / byte
  std::optional<double> of_ceiling;      // achieved / roofline at this intensity
  std::string bound;      // "compute", "memory", "unknown"
  std::string reason;     // why unknown
};

struct Roofline {
  std::optional<double> flops_per_s;  // median of the ceiling's repeats
  std::optional<double> bytes_per_s;
  std::optional<double> ridge;        // flops / byte
  std::string matmul_method;
  std::string stream_method;
  std::string missing;
};

// What profiling did to the time of the runtime's call.
struct ProfilingCost {
  std::string point;
  std::uint64_t profiled = 0;    // batches
  std::uint64_t plain = 0;
  std::optional<double> profiled_ns;  // median time of the call, batch sizes matched
  std::optional<double> plain_ns;
  std::optional<double> ratio;        // profiled / plain - 1
  std::string withheld;
};

struct WarmUpFigure {
  std::uint32_t session = 0;
  bool steady = false;
  std::int64_t length_ns = 0;
  std::uint64_t requests = 0;  // excluded from every figure
  std::string reason;
};

struct TargetOutcome {  // of a MetricTarget, or of the decision
  std::string figure;
  std::optional<double> at_least;
  std::optional<double> at_most;
  std::string unit;
  std::string verdict;  // "met", "missed", "undecided"
  std::string reason;
};

struct Validity {
  bool valid = true;
  std::vector<std::string> reasons;  // why not
  std::vector<std::string> notices;  // what a reader should know all the same
};

// Of one phase: what the server said of it, held against what the client saw.
struct PhaseServerView {
  std::uint32_t phase = 0;
  std::uint32_t session = 0;
  std::string point;
  Reconciliation reconciliation;
};

struct Figures {
  std::map<std::string, Estimate> figures;  // by id
  Saturation saturation;
  std::vector<CurvePoint> curve;
  std::vector<WarmUpFigure> warm_ups;
  std::vector<TimeBreakdown> breakdowns;
  std::vector<ClassOwners> owners;
  std::vector<OperatorFigure> operators_by_type;
  std::vector<OperatorFigure> operators;  // by node, longest first
  Roofline roofline;
  std::vector<ProfilingCost> profiling;
  Losses losses;  // of the trace readers
  TargetOutcome decision;
  std::vector<TargetOutcome> targets;
  Validity validity;
  std::vector<PhaseServerView> server_views;  // not in the JSON where there are none
};

}  // namespace lynxbench
