// The contract: what all teams agreed to measure, before anything was measured. One struct per
// section of the YAML file; docs/formats/contract.md describes each key.
//
// A figure is named by a string: "capacity", "peak_throughput", or METRIC@POINT with POINT one of
// load.points, such as "e2e.p95@half", "throughput@saturation" (model/figures.h lists them).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/layer.h"
#include "model/time_class.h"

namespace lynxbench {

// A bound on a figure: exactly one of the two is set. Latencies in ns, rates per second, ratios.
struct Bound {
  std::optional<double> at_least;
  std::optional<double> at_most;
};

// What will be decided, by which figure, with what threshold: recorded before the run.
struct Decision {
  std::string question;
  std::string figure;
  Bound bound;
  std::string if_met;     // what will be done
  std::string if_missed;
  std::string decided_by;
};

// What runs. Identity: results of different identities are never ranked.
struct ModelSpec {
  std::string name;                 // "ppocr-v4-rec", "transformer" (generated), "null", or "file"
  std::optional<std::string> file;  // with name "file": an .onnx file
  // With name "transformer": its size. Weights are drawn from `seed`.
  std::int64_t layers = 2;
  std::int64_t width = 256;
  std::int64_t heads = 4;
  std::int64_t vocabulary = 1000;
  std::uint64_t seed = 1;
};

struct InputSpec {
  std::int64_t length = 0;     // pixels wide (text line), tokens (transformer); 0: the model's default
  std::int64_t distinct = 16;  // different inputs, used in turn by seeded draw
};

// Lengths in tokens, drawn anew for each input. Uniform over low..high, or log-normal with this
// median and spread, cut to low..high.
enum class LengthShape { kFixed, kUniform, kLogNormal };
struct LengthSpec {
  LengthShape shape = LengthShape::kFixed;
  std::int64_t low = 128;    // fixed: the length
  std::int64_t high = 128;
  double median = 128;       // log-normal
  double sigma = 0.5;        // of the logarithm
};

enum class PromptSource {
  kSynthetic,  // words drawn by the seed, lengths by `prompt` and `output`
  kFile,       // a JSON line per input: messages or prompt or body, max_tokens, expected
  kTrace,      // a request log or trace: lengths and times from it, words drawn by the seed
};

// What is asked of a language model, or sent to another server.
struct PromptSpec {
  PromptSource source = PromptSource::kSynthetic;
  std::optional<std::string> file;  // of kFile and kTrace
  LengthSpec prompt;
  LengthSpec output;
  // Multi-turn: each session asks so many times, each request carrying what went before. 1: single.
  std::int64_t turns = 1;
  // Tokens at the head of every prompt that all inputs of a group share (a system prompt).
  std::int64_t shared_prefix = 0;
  std::int64_t prefix_groups = 1;
};

// How right the answers must be, whatever the speed.
enum class ScoreMethod { kNone, kExact, kContains, kCommand };
struct AccuracySpec {
  ScoreMethod method = ScoreMethod::kNone;
  std::vector<std::string> command;  // kCommand: gets a JSON line {"input", "expected", "answer"}
                                     // per answer and prints a number in 0..1 for each
  double floor = 0;                  // mean score below this: no-go
};

struct Workload {
  std::string category = "inference";
  std::string precision = "fp32";
  ModelSpec model;
  InputSpec input;
  std::uint64_t seed = 1;
  PromptSpec prompts{};
  AccuracySpec accuracy{};
};

struct LayerDeclaration {
  std::string owner;
  std::map<std::string, std::string> facts;  // declared facts, by name
};

enum class GraphOptimization { kNone, kBasic, kExtended, kAll };

struct RuntimeSpec {
  std::int64_t threads = 1;  // intra-operator threads of each instance
  GraphOptimization graph_optimization = GraphOptimization::kAll;
};

struct ServingSpec {
  std::int64_t instances = 1;
  std::int64_t max_batch = 1;
  Nanos batch_timeout{0};  // longest wait of the oldest request for company, once an instance is free
  std::int64_t queue_capacity = 64;  // requests waiting; one more is rejected
};

// Known faults, put in on purpose so that a test (or a sceptic) can see where they land.
struct FaultSpec {
  Nanos preprocess_sleep{0};  // in every batch's pre-processing
  Nanos stall_after{0};       // counted from the start of each measured phase
  Nanos stall_for{0};         // 0: no stall. The instances do nothing for that long
};

enum class Streaming { kOff, kOn };
enum class KeepAlive { kReuse, kPerRequest };  // connections are used again, or one for each request
enum class Certificates { kVerify, kTrustAny };
enum class TensorEncoding { kBinary, kJson };
enum class CommandMode { kPerRequest, kPipe };  // a process for each request, or one that goes on

// A tensor that a KServe server is sent. Shapes of the server's metadata may hold -1.
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;      // empty: the server's, with -1 as 1
  std::optional<std::string> file;      // raw little-endian bytes; else drawn by the seed
};

// A server or program to be measured. `url`: http://, https://, or for gRPC grpc://, grpcs://.
struct EndpointSpec {
  std::string url;
  std::string model;                    // the name that requests carry
  std::string model_version;
  Streaming stream = Streaming::kOn;    // OpenAI: SSE; KServe gRPC: ModelStreamInfer
  KeepAlive keep_alive = KeepAlive::kReuse;
  std::int64_t connections = 0;         // at most so many at once; 0: as many as requests are out
  std::int64_t streams_per_connection = 100;  // HTTP/2: requests at once on a connection
  Nanos timeout{60'000'000'000};        // from sent
  std::int64_t most_answer_bytes = 268'435'456;
  std::map<std::string, std::string> headers;  // values of the form env:NAME are read from there
  Certificates certificates = Certificates::kVerify;
  std::optional<std::string> ca_file;
  std::string extra_body;               // OpenAI: a JSON object whose members join the request's
  TensorEncoding tensor_encoding = TensorEncoding::kBinary;
  std::vector<TensorSpec> tensors;
  std::string method = "POST";          // of "http"
  std::vector<std::string> command;     // of "command"
  CommandMode command_mode = CommandMode::kPerRequest;
  // Where the server tells its own figures (Prometheus text): the /metrics URL; "": not read.
  std::string metrics_url;
};

// kind: "embedded", "null" (answers at once), "openai-chat", "openai-completions", "kserve-http",
// "kserve-grpc", "http", "command".
struct TargetSpec {
  std::string kind = "embedded";
  EndpointSpec endpoint{};  // of all but the first two
  RuntimeSpec runtime;
  ServingSpec serving;
  FaultSpec faults;
};

enum class Loop { kClosed, kOpen };
enum class Arrival {
  kConstant,
  kPoisson,
  kGamma,  // gaps of coefficient of variation LoadSpec::gap_cv: bursts above 1, evener below
  kRamp,   // Poisson, the rate going evenly from rate_per_s to ramp_to_per_s over the duration
  kTrace,  // the times of PromptSpec::file
};

// Load of one kind. Open: rate_per_s or of_capacity is set; closed: concurrency.
struct LoadSpec {
  Loop loop = Loop::kOpen;
  Arrival arrival = Arrival::kPoisson;
  std::int64_t concurrency = 1;
  std::optional<double> rate_per_s;
  std::optional<double> of_capacity;  // ratio of the capacity that the search found
  double gap_cv = 1;                  // kGamma
  double ramp_to_per_s = 0;           // kRamp
};

struct LoadPoint {
  std::string name;
  LoadSpec load;
  Nanos duration{0};
};

// Steady state: over the last `windows` windows, the largest median latency is at most
// (1 + tolerance) x the smallest, and so is the completion rate.
struct WarmUpSpec {
  Nanos at_least{1'000'000'000};
  Nanos at_most{10'000'000'000};
  Nanos window{250'000'000};
  std::int64_t windows = 4;
  double tolerance = 0.1;
  std::int64_t concurrency = 1;  // closed loop
};

struct SearchSpec {
  Arrival arrival = Arrival::kPoisson;
  double start_per_s = 5;
  double at_most_per_s = 10'000;
  Nanos point{2'000'000'000};      // first look at a rate
  Nanos extend_to{6'000'000'000};  // an inconclusive look is continued up to this long
  double resolution = 0.08;        // stop when (fail - pass) / pass is at most this
  std::int64_t repeats = 2;        // looks with other seeds that must agree at the decisive rates
};

struct ProfileSpec {
  std::vector<std::string> points;  // names of load.points
  std::int64_t every = 4;           // one batch in so many is profiled
  Nanos duration{2'000'000'000};
};

struct LoadProtocol {
  WarmUpSpec warm_up;
  std::optional<SearchSpec> search;  // required when a point is of_capacity
  std::int64_t sessions = 5;         // fresh server processes or instances: the unit of repetition
  std::vector<LoadPoint> points;
  std::optional<ProfileSpec> profile;
  std::int64_t max_in_flight = 1024;
};

// A time of one request that a limit can be set on (docs/methodology.md defines each).
enum class LatencyMetric {
  kE2e,      // due -> done
  kService,  // sent -> done
  kTtft,     // due -> first content in any channel
  kItl,      // between content chunks, per token where the server counts them: the request's mean
  kTpot,     // (last content - first content) / (tokens - 1)
};

struct SloTerm {
  LatencyMetric metric = LatencyMetric::kE2e;
  double quantile = 0.95;
  Nanos at_most{0};
};

// The service level objective: at most (1 - quantile) of the requests may take longer than `at_most`
// or fail. Counted from due. Every term of `also` must be kept too.
struct Slo {
  double quantile = 0.95;
  Nanos at_most{0};
  LatencyMetric metric = LatencyMetric::kE2e;
  std::vector<SloTerm> also{};
};

// The first term and the others, in order.
[[nodiscard]] inline std::vector<SloTerm> every_term(const Slo& slo) {
  std::vector<SloTerm> terms{{slo.metric, slo.quantile, slo.at_most}};
  terms.insert(terms.end(), slo.also.begin(), slo.also.end());
  return terms;
}

struct MetricTarget {
  std::string figure;
  Bound bound;
};

// Two results agree on `figure` when their ratio lies within 1 +- within.
struct Tolerance {
  std::string figure;
  double within = 0.1;
};

// Beyond these the run is invalid: the client was the bottleneck.
struct InstrumentLimits {
  Nanos schedule_lag_p99{5'000'000};
  double missed_ratio = 0.0;       // requests due that were never sent
  Nanos telemetry_period{50'000'000};
  double client_cpu = 0.95;        // of a core, any thread of the load generator, mean over a phase
  Nanos stall_longest{100'000'000};  // of the client's own threads (hiccup probe)
  Nanos clock_step{1'000'000};     // of the wall clock against the monotonic one, within a phase
  double arrival_p = 0.001;        // p-value below which the arrivals are not those asked for
  double rate_deficit = 0.02;      // sent later than due + schedule_lag_p99, or not at all
};

struct Contract {
  std::int64_t format = 1;
  std::string name;
  Decision decision;
  Workload workload;
  std::map<Layer, LayerDeclaration> layers;
  TargetSpec target;
  LoadProtocol load;
  Slo slo;
  std::vector<MetricTarget> metrics;
  std::vector<Tolerance> tolerances;
  std::map<TimeClass, std::vector<Layer>> ownership;  // class -> layers that may own it
  std::vector<std::string> may_differ;  // facts "layer/name" that verify lets differ
  InstrumentLimits limits;
  std::vector<std::string> signatories;  // teams
  std::string measured_by = "unknown";   // vendor, buyer, third party: for the first page
  std::vector<std::string> limitations;
};

}  // namespace lynxbench
