// The client's view of a load and the server's, side by side. A figure that the server does not tell
// has no value and says why.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace lynxbench {

// A quantile from a histogram's buckets: it lies somewhere in low .. high.
struct QuantileBound {
  double quantile = 0;
  double low_s = 0;
  std::optional<double> high_s = std::nullopt;  // nothing: beyond the last bucket
};

// A time that a server keeps of its requests, over the load.
struct ServerDuration {
  std::optional<double> mean_s;
  std::optional<double> sum_s;
  std::optional<double> count;             // requests, or gaps between tokens
  std::vector<QuantileBound> quantiles;
  std::string source;   // "vllm:request_queue_time_seconds"
  std::string missing;
};

struct ServerCount {
  std::optional<double> value;  // over the load
  std::string source;
  std::string missing;
};

// How many there were at once.
struct ServerGauge {
  std::optional<double> mean;  // over time, by the readings during the load
  std::optional<double> most;
  std::optional<double> standard_error;  // of the mean, neighbours being alike
  std::uint64_t readings = 0;
  std::string source;
  std::string missing;
};

// What a server tells of a load, by one set of names whatever the server:
//   durations  queue prefill decode inference compute_input compute_output validation e2e ttft itl
//   counts     requests_ok requests_failed prompt_tokens completion_tokens preemptions
//   gauges     running waiting
struct ServerView {
  std::string source;          // URL without credentials
  std::string server;          // "vLLM", "SGLang", "TGI", "Triton", "llama.cpp"; "" where unknown
  std::string model;           // whose figures they are; "": of all models together
  std::int64_t begin_ns = 0;   // since the epoch: the readings between which it counts
  std::int64_t end_ns = 0;
  std::uint64_t readings = 0;  // that had figures
  std::uint64_t failed_readings = 0;
  std::string first_failure;   // of those: "connection refused"
  // What reading cost, and whether all could be read.
  std::int64_t period_ns = 0;  // between two readings during the load
  std::int64_t longest_reading_ns = 0;
  std::uint64_t most_bytes = 0;   // of one reading
  std::int64_t cpu_ns = 0;        // of this client's processor, all readings together
  std::uint64_t malformed = 0;    // lines that were left out, of all readings
  std::string malformed_where;    // the first of them
  std::map<std::string, ServerDuration> durations;
  std::map<std::string, ServerCount> counts;
  std::map<std::string, ServerGauge> gauges;
  std::vector<std::string> parts;   // of e2e, in order, those durations that add up: queue, prefill ...
  std::vector<std::string> resets;  // "vllm:prompt_tokens_total went back at 12.3 s: restarted"
  std::string missing;         // why there is no view at all
};

// The same load as the client saw it. Times count from when a request was sent.
struct ClientView {
  std::int64_t begin_ns = 0;   // first sent
  std::int64_t end_ns = 0;     // last answered
  std::uint64_t sent = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;    // sent, and not answered well
  std::int64_t e2e_total_ns = 0;         // of the ok ones
  std::int64_t all_total_ns = 0;         // of all that came to an end
  std::uint64_t with_ttft = 0;
  std::int64_t ttft_total_ns = 0;        // to the first content, of those that had one
  std::uint64_t with_stream = 0;
  std::int64_t stream_total_ns = 0;      // from the first content to the last, of those that had two
  std::uint64_t with_prompt_tokens = 0;  // ok ones of which the server told it
  std::uint64_t prompt_tokens = 0;
  std::uint64_t with_completion_tokens = 0;
  std::uint64_t completion_tokens = 0;
};

enum class ViewsAgree { kAgree, kDisagree, kUnknown };
[[nodiscard]] std::string_view name_of(ViewsAgree value);  // "agree", "disagree", "unknown"

struct ViewComparison {
  std::string figure;   // "requests answered well", "ttft, mean"
  std::string unit;     // "1", "s", "tokens"
  std::optional<double> client;
  std::optional<double> server;
  std::optional<double> difference;   // client - server
  std::optional<double> ratio;        // client / server
  ViewsAgree agree = ViewsAgree::kUnknown;
  std::string meaning;  // what the difference says, or why there is none
};

// Where the mean request's time went, by both views. The parts add up to the client's total exactly.
struct TimePart {
  std::string name;     // "queue", "prefill", "decode" ... and "network, protocol and client"
  std::int64_t total_ns = 0;      // of all requests together; the last may be negative
  std::string source;
};
struct ViewSplit {
  std::uint64_t requests = 0;
  std::int64_t total_ns = 0;      // client: sent -> done, of the requests answered well
  std::vector<TimePart> parts;    // the last is the remainder
  std::vector<std::string> notes;
  std::string missing;
};

// Little's law: requests in the system = rate x time in it.
struct LittlesLaw {
  std::optional<double> gauges;       // server: running + waiting, mean over time
  std::optional<double> gauges_error; // standard error
  std::optional<double> server_law;   // server: completions per second x its e2e mean
  std::optional<double> client_law;   // client: sent per second x its mean time from sent to done
  ViewsAgree agree = ViewsAgree::kUnknown;  // gauges with server_law
  std::string meaning;
};

struct Reconciliation {
  ServerView server;
  ClientView client;
  std::vector<ViewComparison> comparisons;
  ViewSplit split;
  LittlesLaw littles_law;
  // Requests that the server answered in the time and that were not ours; negative: ours that it does
  // not count.
  std::optional<double> other_requests;
  std::vector<std::string> notices;
};

// Member for member.
void to_json(Json& out, const Reconciliation& value);
void from_json(const Json& in, Reconciliation& value);

}  // namespace lynxbench
