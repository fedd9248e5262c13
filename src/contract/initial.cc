#include <algorithm>

#include "contract/contract.h"

namespace lynxbench::contract {
namespace {

// Between its two parts stands the name.
constexpr std::string_view kBeforeName =
    R"(# A contract: what all teams agree to measure, before anything is measured.
# Go through the lines marked with <-- ; the rest can stay as it is.
# Check it with:  lynxbench contract check FILE        Every key: docs/formats/contract.md
lynxbench: 1
name: )";

constexpr std::string_view kAfterName = R"(

# What will be decided, by which figure, with what threshold.
decision:
  question: Can one instance on this machine carry the load that we expect?   # <-- your question
  figure: capacity            # the highest request rate that keeps the SLO below
  at_least: 10/s              # <-- the rate that you need
  if_met: It goes into service as it is.                                      # <-- what follows
  if_missed: The layer with the largest share of the time is worked on first. # <-- what follows
  decided_by: product         # <-- who decides

workload:
  category: inference
  precision: fp32
  model:
    name: ppocr-v4-rec        # <-- or transformer, or `name: file` with `file: path/to/model.onnx`
  input:
    length: 160               # <-- pixels (text line) or tokens (transformer); 0: the default
    distinct: 16              # how many different inputs
  seed: 1                     # inputs and arrival times are drawn from it

# Nine layers make up the speed; each has an owner. Facts that a machine cannot find out by itself
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

target:
  kind: embedded              # runs the model in this process
  runtime:
    threads: 1
    graph_optimization: all   # none, basic, extended or all
  serving:
    instances: 1
    max_batch: 1
    batch_timeout: 0s
    queue_capacity: 64

# At most 5 % of the requests may take longer than this, counted from when they were due, or fail.
slo:
  quantile: 0.95
  at_most: 100ms              # <-- the latency that your users accept

load:
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

# Targets beside the decision.
metrics:
  - {figure: e2e.p95@half, at_most: 100ms}
  - {figure: errors@half, at_most: 1%}

# Two results agree when the ratio of each of these figures lies within 1 +- within.
tolerances:
  - {figure: throughput@half, within: 5%}
  - {figure: e2e.p50@unloaded, within: 10%}

# Which layers may own time of a class.
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

# Facts that may differ when another machine repeats the measurement, such as system/hostname.
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

}  // namespace

std::string initial(const std::string& name) {
  return fmt::format("{}\"{}\"{}", kBeforeName, fitting(name), kAfterName);
}

}  // namespace lynxbench::contract
