#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "report/sample_run.h"

namespace lynxbench::report::sample {
namespace {

Estimate over_sessions(std::vector<double> values, const std::string& unit, std::uint64_t samples) {
  Estimate out;
  out.unit = unit;
  out.samples = samples;
  out.by_session = values;
  out.value = nearest_rank(values, 0.5);
  out.low = nearest_rank(values, 0);
  out.high = nearest_rank(values, 1);
  out.confidence = 0.9375;
  out.method = "median of 5 sessions, order-statistic interval";
  return out;
}

std::vector<const Phase*> phases_at(const RunRecord& run, const std::string& point) {
  std::vector<const Phase*> out;
  for (const Phase& phase : run.phases) {
    if (phase.kind == PhaseKind::kMeasure && phase.point == point) out.push_back(&phase);
  }
  return out;
}

double seconds(const Phase& phase) { return static_cast<double>(phase.end_ns - phase.begin_ns) / 1e9; }

double mean_batch(const Phase& phase) {
  double sum = 0, batches = 0;
  std::uint64_t last = ~std::uint64_t{0};
  for (const RequestRecord& request : phase.requests) {
    if (!request.stages || request.stages->batch == last) continue;
    last = request.stages->batch;
    sum += request.stages->batch_size;
    batches += 1;
  }
  return batches == 0 ? 1 : sum / batches;
}

void add_latencies(const std::string& point, const std::vector<const Phase*>& phases, Figures& out) {
  const std::pair<const char*, double> wanted[] = {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}};
  for (const auto& [name, quantile] : wanted) {
    std::vector<double> e2e, service;
    std::uint64_t samples = 0;
    for (const Phase* phase : phases) {
      e2e.push_back(nearest_rank(e2e_of(*phase), quantile));
      service.push_back(nearest_rank(service_of(*phase), quantile));
      samples += phase->requests.size();
    }
    Estimate due = over_sessions(e2e, "ns", samples), sent = over_sessions(service, "ns", samples);
    if (quantile == 0.99 && samples < 1000) {
      for (Estimate* estimate : {&due, &sent}) {
        *estimate = {};
        estimate->unit = "ns";
        estimate->samples = samples;
        estimate->withheld = fmt::format("{} requests in a session: p99 needs 300", samples / phases.size());
      }
    }
    out.figures[fmt::format("e2e.{}@{}", name, point)] = due;
    out.figures[fmt::format("service.{}@{}", name, point)] = sent;
  }
}

void add_point(const Contract& contract, const RunRecord& run, const std::string& point, Figures& out) {
  std::vector<const Phase*> phases = phases_at(run, point);
  auto limit = static_cast<double>(contract.slo.at_most.count());
  std::vector<double> throughput, goodput, errors, concurrency, batch, cpu, lag;
  std::uint64_t samples = 0;
  for (const Phase* phase : phases) {
    std::vector<double> e2e = e2e_of(*phase);
    double busy = 0, late = 0;
    for (double value : e2e) busy += value;
    for (const RequestRecord& request : phase->requests) {
      late = std::max(late, static_cast<double>(request.sent_ns - request.due_ns));
    }
    auto all = static_cast<double>(phase->requests.size());
    throughput.push_back(static_cast<double>(e2e.size()) / seconds(*phase));
    goodput.push_back((1 - over_ratio(*phase, limit)) * all / seconds(*phase));
    errors.push_back(1 - static_cast<double>(e2e.size()) / all);
    concurrency.push_back(busy / 1e9 / seconds(*phase));
    batch.push_back(mean_batch(*phase));
    cpu.push_back(0.6 + 0.1 * concurrency.back() / 4);
    lag.push_back(late);
    samples += phase->requests.size();
  }
  out.figures["throughput@" + point] = over_sessions(throughput, "1/s", samples);
  out.figures["goodput@" + point] = over_sessions(goodput, "1/s", samples);
  out.figures["errors@" + point] = over_sessions(errors, "ratio", samples);
  out.figures["concurrency@" + point] = over_sessions(concurrency, "1", samples);
  out.figures["batch_size@" + point] = over_sessions(batch, "1", samples);
  out.figures["cpu@" + point] = over_sessions(cpu, "1", samples);
  out.figures["schedule_lag.max@" + point] = over_sessions(lag, "ns", samples);
  add_latencies(point, phases, out);
}

void add_search(const Contract& contract, const RunRecord& run, Figures& out) {
  const char* purposes[] = {"bracket", "bracket", "bracket", "bracket", "bracket",      "bracket",
                            "bisect",  "bisect",  "bisect",  "confirm fail",  "confirm pass"};
  auto limit = static_cast<double>(contract.slo.at_most.count());
  std::size_t index = 0;
  for (const Phase& phase : run.phases) {
    if (phase.kind != PhaseKind::kSearch) continue;
    SearchStep step;
    auto n = static_cast<double>(phase.requests.size());
    step.phase = phase.id;
    step.rate_per_s = *phase.offered_per_s;
    step.achieved_per_s = static_cast<double>(e2e_of(phase).size()) / seconds(phase);
    step.requests = phase.requests.size();
    step.over_ratio = over_ratio(phase, limit);
    step.effective_samples = step.rate_per_s < 100 ? n : n / 4;
    double half = 1.96 * std::sqrt((step.over_ratio * (1 - step.over_ratio) + 0.002) / step.effective_samples);
    step.over_low = std::max(0.0, step.over_ratio - half);
    step.over_high = std::min(1.0, step.over_ratio + half);
    step.latency_ns = nearest_rank(e2e_of(phase), 0.95);
    if (step.over_high <= 0.05) step.verdict = PointVerdict::kPass;
    if (step.over_low > 0.05) step.verdict = PointVerdict::kFail;
    step.reason = step.verdict == PointVerdict::kInconclusive ? "the interval contains 5 %" : "";
    step.purpose = purposes[index++];
    out.saturation.steps.push_back(step);
  }
  out.saturation.pass_per_s = 152.0;
  out.saturation.fail_per_s = 166.0;
  out.saturation.criterion = "at most 5 % of the requests take longer than 100 ms from due, or fail";
  out.saturation.outcome = "found: 152/s passed twice, 166/s failed twice";
}

void add_curve(const RunRecord& run, Figures& out) {
  for (const Phase& phase : run.phases) {
    if (phase.kind != PhaseKind::kSearch && phase.kind != PhaseKind::kMeasure) continue;
    std::vector<double> e2e = e2e_of(phase);
    CurvePoint point{phase.id, phase.kind == PhaseKind::kSearch ? "search" : "measure", phase.point, phase.session,
                     0, static_cast<double>(e2e.size()) / seconds(phase), {}};
    point.offered_per_s = phase.offered_per_s.value_or(point.achieved_per_s);
    point.e2e_ns = {{"p50", nearest_rank(e2e, 0.5)}, {"p95", nearest_rank(e2e, 0.95)}};
    out.curve.push_back(point);
  }
}

void add_request(const RequestRecord& request, const std::string& kind, TimeBreakdown& out) {
  auto at = [&](TimeClass time_class) -> std::int64_t& {
    return out.by_class_ns[static_cast<std::size_t>(time_class)];
  };
  const ServerStages& stages = *request.stages;
  std::int64_t total = request.done_ns - request.due_ns;
  std::int64_t before = std::accumulate(out.by_class_ns.begin(), out.by_class_ns.end(), std::int64_t{0});
  std::int64_t opened = std::max(stages.opened_ns, stages.accepted_ns);
  at(TimeClass::kClientLateness) += request.sent_ns - request.due_ns;
  at(TimeClass::kQueue) += opened - stages.accepted_ns;
  at(TimeClass::kBatchingWait) += std::max<std::int64_t>(0, stages.closed_ns - opened);
  at(TimeClass::kPreprocessing) += stages.pre_end_ns - stages.pre_begin_ns;
  std::int64_t run = stages.run_end_ns - stages.run_begin_ns;
  if (kind == "profiled") {
    std::int64_t profiler = run / 21, compute = run * 56 / 100, memory = run * 22 / 100, unknown = run * 9 / 100;
    at(TimeClass::kInstrument) += profiler;
    at(TimeClass::kComputeBound) += compute;
    at(TimeClass::kMemoryBound) += memory;
    at(TimeClass::kOperatorUnknown) += unknown;
    at(TimeClass::kFrameworkOverhead) += run - profiler - compute - memory - unknown;
  } else {
    at(TimeClass::kModelExecution) += run;
  }
  at(TimeClass::kPostprocessing) += stages.post_end_ns - stages.run_end_ns;
  std::int64_t after = std::accumulate(out.by_class_ns.begin(), out.by_class_ns.end(), std::int64_t{0});
  at(TimeClass::kUnattributed) += total - (after - before);
  out.total_ns += total;
  ++out.requests;
}

TimeBreakdown breakdown(const RunRecord& run, const std::string& point, const std::string& kind) {
  TimeBreakdown out;
  out.point = point;
  out.requests_kind = kind;
  for (const Phase& phase : run.phases) {
    bool wanted = phase.kind == (kind == "profiled" ? PhaseKind::kProfile : PhaseKind::kMeasure);
    if (!wanted || phase.point != point) continue;
    for (const RequestRecord& request : phase.requests) {
      if (request.status != RequestStatus::kOk) {
        ++out.left_out;
      } else if (kind == "all" || request.stages->profile) {
        add_request(request, kind, out);
      }
    }
  }
  return out;
}

OperatorFigure operator_figure(const std::string& node, const std::string& type, double share, double intensity,
                               double of_ceiling) {
  OperatorFigure out;
  out.node = node;
  out.op_type = type;
  out.calls = 220;
  out.total_ns = static_cast<std::int64_t>(share * 4.1e9);
  out.share = share;
  if (intensity <= 0) {
    out.bound = "unknown";
    out.reason = "no cost model for " + type;
    return out;
  }
  double ceiling = std::min(95e9, intensity * 11.8e9);
  out.intensity = intensity;
  out.flops_per_s = of_ceiling * ceiling;
  out.of_ceiling = of_ceiling;
  out.flops = *out.flops_per_s * static_cast<double>(out.total_ns) / 1e9 / 220;
  out.bytes = *out.flops / intensity;
  out.bound = intensity > 95.0 / 11.8 ? "compute" : "memory";
  return out;
}

void accumulate_shares(std::vector<OperatorFigure>& operators) {
  double sum = 0;
  for (OperatorFigure& one : operators) one.cumulative_share = sum += one.share;
}

void add_operators(Figures& out) {
  out.operators_by_type = {operator_figure("", "Conv", 0.462, 41, 0.63),  operator_figure("", "MatMul", 0.214, 22, 0.71),
                           operator_figure("", "Mul", 0.088, 0.12, 0.82),  operator_figure("", "Add", 0.067, 0.1, 0.77),
                           operator_figure("", "HardSigmoid", 0.049, 0.4, 0.55), operator_figure("", "Softmax", 0.041, 0.9, 0.4),
                           operator_figure("", "Transpose", 0.032, 0, 0),  operator_figure("", "ReduceMean", 0.02, 0.25, 0.6),
                           operator_figure("", "Concat", 0.015, 0, 0),     operator_figure("", "LayerNormalization", 0.007, 1.1, 0.35),
                           operator_figure("", "Slice", 0.005, 0, 0)};
  for (int i = 1; i <= 14; ++i) {
    double share = 0.14 / i;
    out.operators.push_back(operator_figure(fmt::format("backbone/stage_{}/conv2d_{}.dw", i % 4 + 1, i),
                                            i % 3 == 0 ? "MatMul" : "Conv", share, 60.0 / i, 0.7 - 0.02 * i));
  }
  accumulate_shares(out.operators_by_type);
  accumulate_shares(out.operators);
  out.roofline = {95.0e9, 11.8e9, 95.0 / 11.8, "ONNX Runtime MatMul 1024x1024x1024 fp32, 1 thread",
                  "triad a[i] = b[i] + s*c[i], 3 x 128 MiB, 1 thread", ""};
  out.profiling = {{"half", 28, 84, 15.1e6, 14.4e6, 15.1 / 14.4 - 1, ""},
                   {"saturation", 26, 77, {}, {}, {}, "8 profiled batches of matching size: 10 are needed"}};
  out.losses = {{Severity::kNotice, "operator without a shape", 12, "byte 10234"}};
}

void add_judgement(const Contract& contract, Figures& out) {
  Estimate capacity;
  capacity.value = 152.0;
  capacity.low = 152.0;
  capacity.high = 166.0;
  capacity.confidence = 0.95;
  capacity.unit = "1/s";
  capacity.samples = 1388;
  capacity.method = "highest rate that passed and lowest that failed, each confirmed with other seeds";
  out.figures["capacity"] = capacity;
  Estimate peak = out.figures.at("throughput@saturation");
  peak.by_session.clear();
  peak.low.reset();
  peak.high.reset();
  peak.confidence.reset();
  peak.value = 168.4;
  peak.method = "greatest completion rate of any phase";
  peak.withheld = "one phase: no interval";
  out.figures["peak_throughput"] = peak;
  out.decision = {"capacity", contract.decision.bound.at_least, {}, "1/s", "met", ""};
  out.targets = {{"e2e.p95@half", {}, 100e6, "ns", "met", ""},
                 {"e2e.p99@unloaded", {}, 50e6, "ns", "undecided", "the figure is withheld"},
                 {"errors@half", {}, 0.01, "ratio", "met", ""}};
  out.validity.notices = {"telemetry: 1 gap of 400 ms, in the search", "1 of 5 sessions did not reach steady state"};
  for (std::uint32_t session = 0; session <= 5; ++session) {
    bool steady = session != 3;
    out.warm_ups.push_back({session, steady, 1'000'000'000 + session * 50'000'000, 75 + session,
                            steady ? "" : "median latency differs by 18 % over the last 4 windows"});
  }
}

}  // namespace

Figures figures(const Contract& contract, const RunRecord& run) {
  Figures out;
  for (const LoadPoint& point : contract.load.points) add_point(contract, run, point.name, out);
  add_search(contract, run, out);
  add_curve(run, out);
  out.breakdowns = {breakdown(run, "unloaded", "all"), breakdown(run, "half", "all"),
                    breakdown(run, "saturation", "all"), breakdown(run, "half", "profiled"),
                    breakdown(run, "saturation", "profiled")};
  for (const auto& [time_class, layers] : contract.ownership) {
    ClassOwners rule{time_class, layers, {}};
    for (Layer layer : layers) rule.owners.push_back(contract.layers.at(layer).owner);
    out.owners.push_back(rule);
  }
  add_operators(out);
  add_judgement(contract, out);
  return out;
}

}  // namespace lynxbench::report::sample
