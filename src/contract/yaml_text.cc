// Contract -> YAML that reads back as the same contract.
#include <algorithm>

#include "base/units.h"
#include "contract/contract.h"
#include "contract/figure_name.h"
#include "contract/target_kind.h"
#include "contract/yaml_pieces.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

std::string quantity(double value, const std::string& figure) {
  std::optional<FigureName> known = figure_named(figure);
  if (known && known->unit == FigureUnit::kRate) return rate(value);
  if (known && known->unit == FigureUnit::kLatency) {
    return exact_duration(Nanos{static_cast<std::int64_t>(value)});
  }
  return number(value);
}

std::string bound(const Bound& bound, const std::string& figure, const std::string& before) {
  std::string text;
  if (bound.at_least) text += before + "at_least: " + quantity(*bound.at_least, figure);
  if (bound.at_most) text += before + "at_most: " + quantity(*bound.at_most, figure);
  return text;
}

std::string decision(const Decision& decision) {
  return fmt::format(
      "decision:\n  question: {}\n  figure: {}{}\n  if_met: {}\n  if_missed: {}\n  decided_by: "
      "{}\n",
      quoted(decision.question), quoted(decision.figure),
      bound(decision.bound, decision.figure, "\n  "), quoted(decision.if_met),
      quoted(decision.if_missed), quoted(decision.decided_by));
}

std::string workload(const Workload& workload) {
  const ModelSpec& model = workload.model;
  std::string text =
      fmt::format("workload:\n  category: {}\n  precision: {}\n  model:\n    name: {}\n",
                  quoted(workload.category), quoted(workload.precision), quoted(model.name));
  if (model.file) text += fmt::format("    file: {}\n", quoted(*model.file));
  if (model.name == "transformer") {
    text += fmt::format(
        "    layers: {}\n    width: {}\n    heads: {}\n    vocabulary: {}\n    seed: {}\n",
        model.layers, model.width, model.heads, model.vocabulary, model.seed);
  }
  text += "  input:\n";
  if (model.name != "served") text += fmt::format("    length: {}\n", workload.input.length);
  return text +
         fmt::format("    distinct: {}\n  seed: {}\n", workload.input.distinct, workload.seed);
}

std::string layers(const std::map<Layer, LayerDeclaration>& layers) {
  std::string text = "layers:\n";
  for (const auto& [layer, declaration] : layers) {
    text += fmt::format("  {}:\n    owner: {}\n", name_of(layer), quoted(declaration.owner));
    if (declaration.facts.empty()) continue;
    text += "    facts:\n";
    for (const auto& [name, value] : declaration.facts) {
      text += fmt::format("      ? {}\n      : {}\n", quoted(name), quoted(value));
    }
  }
  return text;
}

std::string target(const TargetSpec& target) {
  if (has_endpoint(target.kind)) {
    return fmt::format("target:\n  kind: {}\n", quoted(target.kind)) +
           endpoint_text(target.endpoint, target.kind);
  }
  return fmt::format(
      "target:\n  kind: {}\n  runtime:\n    threads: {}\n    graph_optimization: {}\n"
      "  serving:\n    instances: {}\n    max_batch: {}\n    batch_timeout: {}\n    "
      "queue_capacity: {}\n"
      "  faults:\n    preprocess_sleep: {}\n    stall_after: {}\n    stall_for: {}\n",
      quoted(target.kind), target.runtime.threads, name_of(target.runtime.graph_optimization),
      target.serving.instances, target.serving.max_batch,
      exact_duration(target.serving.batch_timeout), target.serving.queue_capacity,
      exact_duration(target.faults.preprocess_sleep), exact_duration(target.faults.stall_after),
      exact_duration(target.faults.stall_for));
}

std::string warm_up(const WarmUpSpec& warm_up) {
  return fmt::format(
      "  warm_up:\n    at_least: {}\n    at_most: {}\n    window: {}\n    windows: {}\n    "
      "tolerance: {}\n"
      "    concurrency: {}\n",
      exact_duration(warm_up.at_least), exact_duration(warm_up.at_most),
      exact_duration(warm_up.window), warm_up.windows, number(warm_up.tolerance),
      warm_up.concurrency);
}

std::string search(const SearchSpec& search) {
  return fmt::format(
      "  search:\n    arrival: {}\n    start: {}\n    at_most: {}\n    point: {}\n    extend_to: "
      "{}\n"
      "    resolution: {}\n    repeats: {}\n",
      name_of(search.arrival), rate(search.start_per_s), rate(search.at_most_per_s),
      exact_duration(search.point), exact_duration(search.extend_to), number(search.resolution),
      search.repeats);
}

std::string point(const LoadPoint& point) {
  std::string text =
      fmt::format("    - name: {}\n      loop: {}\n", quoted(point.name), name_of(point.load.loop));
  if (point.load.loop == Loop::kClosed)
    text += fmt::format("      concurrency: {}\n", point.load.concurrency);
  if (point.load.loop == Loop::kOpen)
    text += fmt::format("      arrival: {}\n", name_of(point.load.arrival));
  if (point.load.rate_per_s) text += fmt::format("      rate: {}\n", rate(*point.load.rate_per_s));
  if (point.load.of_capacity)
    text += fmt::format("      of_capacity: {}\n", number(*point.load.of_capacity));
  if (point.load.arrival == Arrival::kGamma)
    text += fmt::format("      gap_cv: {}\n", number(point.load.gap_cv));
  if (point.load.arrival == Arrival::kRamp)
    text += fmt::format("      ramp_to: {}\n", rate(point.load.ramp_to_per_s));
  return text + fmt::format("      duration: {}\n", exact_duration(point.duration));
}

std::string load(const LoadProtocol& load) {
  std::string text = "load:\n" + warm_up(load.warm_up);
  if (load.search) text += search(*load.search);
  text += fmt::format("  sessions: {}\n  points:\n", load.sessions);
  for (const LoadPoint& item : load.points) text += point(item);
  if (load.profile) {
    text += fmt::format("  profile:\n    points: {}\n    every: {}\n    duration: {}\n",
                        list(load.profile->points, quoted), load.profile->every,
                        exact_duration(load.profile->duration));
  }
  return text + fmt::format("  max_in_flight: {}\n", load.max_in_flight);
}

std::string figures(const Contract& contract) {
  std::string text;
  if (!contract.metrics.empty()) text += "metrics:\n";
  for (const MetricTarget& metric : contract.metrics) {
    text += fmt::format("  - figure: {}{}\n", quoted(metric.figure),
                        bound(metric.bound, metric.figure, "\n    "));
  }
  text += "tolerances:\n";
  for (const Tolerance& tolerance : contract.tolerances) {
    text += fmt::format("  - figure: {}\n    within: {}\n", quoted(tolerance.figure),
                        number(tolerance.within));
  }
  return text;
}

std::string ownership(const std::map<TimeClass, std::vector<Layer>>& ownership) {
  if (ownership.empty()) return "ownership: {}\n";
  std::string text = "ownership:\n";
  for (const auto& [time_class, layers] : ownership) {
    text += fmt::format("  {}: {}\n", name_of(time_class),
                        list(layers, [](Layer layer) { return std::string(name_of(layer)); }));
  }
  return text;
}

std::string limits(const InstrumentLimits& limits) {
  return fmt::format(
      "limits:\n  schedule_lag_p99: {}\n  missed_ratio: {}\n  telemetry_period: {}\n"
      "  client_cpu: {}\n  stall_longest: {}\n  clock_step: {}\n  arrival_p: {}\n"
      "  rate_deficit: {}\n",
      exact_duration(limits.schedule_lag_p99), number(limits.missed_ratio),
      exact_duration(limits.telemetry_period), number(limits.client_cpu),
      exact_duration(limits.stall_longest), exact_duration(limits.clock_step),
      number(limits.arrival_p), number(limits.rate_deficit));
}

}  // namespace

std::string to_yaml(const Contract& contract) {
  std::string text =
      fmt::format("lynxbench: {}\nname: {}\n", contract.format, quoted(contract.name));
  text += decision(contract.decision) + workload(contract.workload);
  if (has_endpoint(contract.target.kind)) text += workload_text_of_server(contract.workload);
  text += layers(contract.layers);
  text += target(contract.target);
  text += slo_text(contract.slo);
  text += load(contract.load) + figures(contract) + ownership(contract.ownership);
  text += fmt::format("may_differ: {}\n", list(contract.may_differ, quoted));
  text += limits(contract.limits);
  text += fmt::format("sign_off: {}\nmeasured_by: {}\nlimitations: {}\n",
                      list(contract.signatories, quoted), quoted(contract.measured_by),
                      list(contract.limitations, quoted));
  return text;
}

}  // namespace lynxbench::contract
