#include <algorithm>

#include "base/text.h"
#include "contract/contract.h"
#include "contract/target_kind.h"
#include "contract/wording.h"

namespace lynxbench::contract {
namespace {

// The text in its pieces: those that all contracts share, and those that the kind of target decides.
constexpr std::string_view kBeforeName =
    R"(# A contract: what all teams agree to measure, before anything is measured.
# Go through the lines marked with <-- ; the rest can stay as it is.
# Check it with:  lynxbench contract check FILE        Every key: docs/formats/contract.md
lynxbench: 1
name: )";

constexpr std::string_view kDecision =
    R"(

# What will be decided, by which figure, with what threshold.
decision:
  question: Can one instance carry the load that we expect?                   # <-- your question
  figure: capacity            # the highest request rate that keeps the SLO below
  at_least: 10/s              # <-- the rate that you need
  if_met: It goes into service as it is.                                      # <-- what follows
  if_missed: The layer with the largest share of the time is worked on first. # <-- what follows
  decided_by: product         # <-- who decides

)";

constexpr std::string_view kLayers =
    R"(# Nine layers make up the speed; each has an owner. Facts that a machine cannot find out by itself
# are declared here, such as  procurement: {owner: purchasing, facts: {price: 3200 EUR}}
layers:
  application:  {owner: ML research}            # <-- model, pre- and post-processing
  serving:      {owner: ML platform}            # <-- server, batching, queue
  runtime:      {owner: ML platform}            # <-- inference runtime, threads
  framework:    {owner: platform engineering}   # <-- framework version and build
  system:       {owner: infrastructure}         # <-- operating system, driver, container limits
  accelerator:  {owner: infrastructure}         # <-- CPU and GPU
  procurement:  {owner: procurement}            # <-- what was ordered, price
  facility:     {owner: facilities}             # <-- power, cooling
  demand:       {owner: product}                # <-- how many requests come, and of what kind

)";

constexpr std::string_view kWorkloadEmbedded =
    R"(workload:
  category: inference
  precision: fp32
  model:
    name: ppocr-v4-rec        # <-- or transformer, or `name: file` with `file: path/to/model.onnx`
  input:
    length: 160               # <-- pixels (text line) or tokens (transformer); 0: the default
    distinct: 16              # how many different inputs
  seed: 1                     # inputs and arrival times are drawn from it

)";

constexpr std::string_view kTargetEmbedded =
    R"(target:
  kind: embedded              # runs the model in this process
  runtime:
    threads: 1
    graph_optimization: all   # none, basic, extended or all
  serving:
    instances: 1
    max_batch: 1
    batch_timeout: 0s
    queue_capacity: 64

)";

constexpr std::string_view kSloEmbedded =
    R"(# At most 5 % of the requests may take longer than this, counted from when they were due, or fail.
slo:
  quantile: 0.95
  at_most: 100ms              # <-- the latency that your users accept

)";

constexpr std::string_view kLoadEmbedded =
    R"(load:
  warm_up: {at_least: 1s, at_most: 10s, window: 250ms, windows: 4, tolerance: 15%, concurrency: 1}
  search:
    arrival: poisson
    start: 5/s
    at_most: 10000/s
    point: 2s
    extend_to: 6s             # when 2 s decide nothing
    resolution: 10%
    repeats: 2
  sessions: 5                 # repetitions on a fresh target; intervals need 5 or more
  points:
    - {name: unloaded, loop: closed, concurrency: 1, duration: 2s}
    - {name: half, loop: open, arrival: poisson, of_capacity: 50%, duration: 3s}
    - {name: saturation, loop: open, arrival: poisson, of_capacity: 100%, duration: 3s}
  profile: {points: [half], every: 4, duration: 2s}
  max_in_flight: 1024

)";

constexpr std::string_view kMetricsEmbedded =
    R"(# Targets beside the decision.
metrics:
  - {figure: e2e.p95@half, at_most: 100ms}
  - {figure: errors@half, at_most: 1%}

# Two results agree when the ratio of each of these figures lies within 1 +- within.
tolerances:
  - {figure: throughput@half, within: 5%}
  - {figure: e2e.p50@unloaded, within: 10%}

)";

constexpr std::string_view kOwnersEmbedded =
    R"(# Which layers may own time of a class.
ownership:
  client_lateness: [system]
  queue: [serving, demand, accelerator]
  batching_wait: [serving]
  preprocessing: [application]
  framework_overhead: [runtime, framework]
  compute_bound: [application, runtime, accelerator]
  memory_bound: [application, runtime, accelerator]
  operator_unknown: [runtime]
  model_execution: [application, runtime, accelerator]
  postprocessing: [application]
  instrument: []
  unattributed: [serving, system]

)";

constexpr std::string_view kWorkloadPrompts =
    R"(workload:
  category: inference
  precision: bf16             # <-- of the model that is served: part of its identity
  model:
    name: served              # the one behind target.endpoint
  input:
    distinct: 200             # how many different prompts
  seed: 1                     # prompts and arrival times are drawn from it
  prompts:
    source: synthetic         # or file (a JSON line per input), or trace (a request log)
    prompt: {shape: log_normal, median: 256, sigma: 0.6, low: 16, high: 1024}   # <-- tokens, one per word
    output: {shape: uniform, low: 32, high: 128}                                # <-- tokens asked for

)";

constexpr std::string_view kWorkloadServed =
    R"(workload:
  category: inference
  precision: fp32             # <-- of the model that is served: part of its identity
  model:
    name: served              # the one behind target.endpoint
  input:
    distinct: 16              # how many different inputs
  seed: 1                     # inputs and arrival times are drawn from it

)";

constexpr std::string_view kWorkloadFile =
    R"(workload:
  category: inference
  precision: fp32             # <-- of the model that is served: part of its identity
  model:
    name: served              # the one behind target.endpoint
  seed: 1                     # the order of inputs and arrival times are drawn from it
  prompts:
    source: file              # a JSON line per input: {"body": "...", "expected": "..."}
    file: inputs.jsonl        # <-- the requests' bodies

)";

constexpr std::string_view kTargetOpenAi =
    R"(target:
  kind: {}
  endpoint:
    url: "http://127.0.0.1:8000"   # <-- where the server listens; /v1 is added where it is missing
    model: mine                    # <-- the model's name there
    stream: "on"                   # server-sent events: needed for ttft, itl and tpot
    extra_body: '{{"temperature": 0}}'   # decoding settings: part of the identity
    # headers: {{Authorization: "env:SERVER_AUTHORIZATION"}}   # read when the run starts, written nowhere
    # metrics_url: "http://127.0.0.1:8000/metrics"
    timeout: 60s

)";

constexpr std::string_view kTargetKServe =
    R"(target:
  kind: {}
  endpoint:
    url: "{}"   # <-- where the server listens
    model: mine                    # <-- the model's name there
    # tensors: [{{name: INPUT0, shape: [1, 16]}}]   # left out: those that the server's metadata names
    # metrics_url: "http://127.0.0.1:8002/metrics"
    timeout: 60s

)";

constexpr std::string_view kTargetHttp =
    R"(target:
  kind: http
  endpoint:
    url: "http://127.0.0.1:8000/predict"   # <-- where the server listens
    method: POST
    headers: {Content-Type: application/json}
    timeout: 60s

)";

constexpr std::string_view kTargetCommand =
    R"(target:
  kind: command
  endpoint:
    command: [python3, predict.py]   # <-- the program; a request is a line of its input
    command_mode: pipe               # or per_request: started anew for each
    timeout: 60s

)";

constexpr std::string_view kSloStreams =
    R"(# At most 5 % of the requests may take longer than this, counted from when they were due, or fail.
slo:
  metric: ttft                # until the first content; e2e is the whole answer
  quantile: 0.95
  at_most: 500ms              # <-- the wait that your users accept
  also:
    - {metric: tpot, quantile: 0.95, at_most: 50ms}   # <-- time per token after the first

)";

constexpr std::string_view kLoadServer =
    R"(load:
  warm_up: {at_least: 2s, at_most: 20s, window: 500ms, windows: 4, tolerance: 25%, concurrency: 2}
  search:
    arrival: poisson
    start: 1/s                # <-- a rate that the server surely carries
    at_most: 1000/s
    point: 10s
    extend_to: 30s            # when 10 s decide nothing
    resolution: 15%
    repeats: 2
  sessions: 5                 # repetitions with a fresh client, warmed up again; intervals need 5 or more
  points:
    - {name: unloaded, loop: closed, concurrency: 1, duration: 10s}
    # Evenly spaced: every session offers the same load, so that re-runs compare closely.
    - {name: half, loop: open, arrival: constant, of_capacity: 50%, duration: 20s}
    - {name: saturation, loop: open, arrival: poisson, of_capacity: 100%, duration: 20s}
  max_in_flight: 1024

)";

constexpr std::string_view kMetricsStreams =
    R"(# Targets beside the decision.
metrics:
  - {figure: ttft.p95@half, at_most: 500ms}
  - {figure: errors@half, at_most: 1%}

# Two results agree when the ratio of each of these figures lies within 1 +- within.
tolerances:
  - {figure: throughput@half, within: 5%}
  - {figure: ttft.p50@unloaded, within: 15%}
  - {figure: e2e.p50@unloaded, within: 10%}

)";

constexpr std::string_view kOwnersServer =
    R"(# Which layers may own time of a class. A server on the network does not tell what it does: its time is
# one class, from the request's last byte to the answer's first content.
ownership:
  client_lateness: [system]
  connection: [system, serving]
  server: [application, serving, runtime, framework, accelerator, demand]
  generation: [application, serving, runtime, accelerator]
  network_protocol: [system, serving]
  unattributed: [serving, system]
  # Of a device's time, for traces that are attributed under this contract (lynxbench attribute):
  compute_bound: [application, runtime, accelerator]
  memory_bound: [application, runtime, accelerator]
  operator_unknown: [application, runtime, accelerator]
  communication: [application, runtime, system, accelerator]
  transfer: [application, serving, system, accelerator]
  framework_overhead: [runtime, framework]
  host_code: [application, framework]
  preprocessing: [application, system]
  kernel_launch: [runtime, framework, system]
  synchronisation: [application, runtime, framework]
  no_request: [demand]
  requests_queued: [serving]
  idle: []
  throttled: [accelerator, facility]

)";

constexpr std::string_view kTail =
    R"(# Facts that may differ when another machine repeats the measurement, such as system/hostname.
may_differ: []

# Beyond these the client was the bottleneck and the run is invalid.
limits: {schedule_lag_p99: 5ms, missed_ratio: 0%, telemetry_period: 50ms}

sign_off: [ML research, ML platform, infrastructure, product]   # <-- the teams that sign
measured_by: unknown          # <-- vendor, buyer or a third party
limitations:
  - One machine, minutes and not hours.
)";

// `name` as a name that a contract can have.
std::string fitting(const std::string& name) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == ' ';
  };
  std::string fitted = name.substr(0, 64);
  std::replace_if(
      fitted.begin(), fitted.end(), [&](char c) { return !allowed(c); }, '-');
  std::size_t first = fitted.find_first_not_of(" .-_");
  return first == std::string::npos ? "contract" : fitted.substr(first);
}

// What the kind of target decides.
struct Pieces {
  std::string workload, target, slo, load, metrics, owners;
};

Pieces pieces_of(const std::string& kind) {
  if (kind == "embedded") {
    return {std::string(kWorkloadEmbedded), std::string(kTargetEmbedded), std::string(kSloEmbedded),
            std::string(kLoadEmbedded),     std::string(kMetricsEmbedded),
            std::string(kOwnersEmbedded)};
  }
  Pieces pieces{std::string(kWorkloadServed), "", std::string(kSloEmbedded),
                std::string(kLoadServer),     std::string(kMetricsEmbedded),
                std::string(kOwnersServer)};
  if (is_language_model(kind)) {
    pieces.workload = kWorkloadPrompts;
    pieces.target = fmt::format(kTargetOpenAi, kind);
    pieces.slo = kSloStreams;
    pieces.metrics = kMetricsStreams;
  } else if (kind == "kserve-http") {
    pieces.target = fmt::format(kTargetKServe, kind, "http://127.0.0.1:8000");
  } else if (kind == "kserve-grpc") {
    pieces.target = fmt::format(kTargetKServe, kind, "grpc://127.0.0.1:8001");
  } else {
    pieces.workload = kWorkloadFile;
    pieces.target = kind == "http" ? kTargetHttp : kTargetCommand;
  }
  return pieces;
}

}  // namespace

Result<std::string> initial(const std::string& name, const std::string& kind) {
  if (kind != "embedded" && !has_endpoint(kind)) {
    std::vector<std::string> kinds = kinds_with("timeout");
    kinds.insert(kinds.begin(), "embedded");
    std::optional<std::string> nearest = kind.size() > 100 ? std::nullopt : nearest_word(kind, kinds);
    return error(ErrorCode::kInvalidArgument, "there is no kind of target \"{}\"; {}allowed: {}",
                 shown(kind), nearest ? "did you mean " + *nearest + "? " : "", joined(kinds, "or"));
  }
  Pieces pieces = pieces_of(kind);
  return fmt::format("{}\"{}\"{}{}{}{}{}{}{}{}{}", kBeforeName, fitting(name), kDecision,
                     pieces.workload, kLayers, pieces.target, pieces.slo, pieces.load,
                     pieces.metrics, pieces.owners, kTail);
}

}  // namespace lynxbench::contract
