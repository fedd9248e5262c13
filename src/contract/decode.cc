#include "contract/decode.h"

#include "contract/decode_server.h"
#include "contract/figure_name.h"
#include "contract/value_reader.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

// The terms of the embedded target, and all that every target has. decode_server.h: the others.
class Decoder {
 public:
  Decoder(const YamlNode& root, const Findings& before) : values_(root, before) {}

  Contract contract();
  std::vector<Finding> take_findings() { return values_.take_findings(); }

 private:
  Decision decision(const Path& at);
  Workload workload(const Path& at);
  LayerDeclaration declaration(const Path& at);
  TargetSpec target(const Path& at);
  LoadProtocol load(const Path& at);
  LoadPoint point(const Path& at);
  WarmUpSpec warm_up(const Path& at);
  SearchSpec search(const Path& at);
  InstrumentLimits limits(const Path& at);
  Bound bound(const Path& at, const std::string& figure);

  ValueReader values_;
};

Bound Decoder::bound(const Path& at, const std::string& figure) {
  std::optional<FigureName> known = figure_named(figure);
  if (!known) return {};
  return {values_.quantity(at / "at_least", known->unit),
          values_.quantity(at / "at_most", known->unit)};
}

Decision Decoder::decision(const Path& at) {
  Decision read;
  read.question = values_.text(at / "question").value_or("");
  read.figure = values_.text(at / "figure").value_or("");
  read.bound = bound(at, read.figure);
  read.if_met = values_.text(at / "if_met").value_or("");
  read.if_missed = values_.text(at / "if_missed").value_or("");
  read.decided_by = values_.text(at / "decided_by").value_or("");
  return read;
}

Workload Decoder::workload(const Path& at) {
  Workload read;
  read.category = values_.word(at / "category").value_or(read.category);
  read.precision = values_.word(at / "precision").value_or(read.precision);
  read.seed = values_.seed(at / "seed").value_or(read.seed);
  read.prompts = prompts_of(values_, at / "prompts");
  read.accuracy = accuracy_of(values_, at / "accuracy");
  Path model = at / "model";
  read.model.name = values_.word(model / "name").value_or("");
  read.model.file = values_.text(model / "file");
  read.model.layers = values_.integer(model / "layers").value_or(read.model.layers);
  read.model.width = values_.integer(model / "width").value_or(read.model.width);
  read.model.heads = values_.integer(model / "heads").value_or(read.model.heads);
  read.model.vocabulary = values_.integer(model / "vocabulary").value_or(read.model.vocabulary);
  read.model.seed = values_.seed(model / "seed").value_or(read.model.seed);
  read.input.length = values_.integer(at / "input" / "length").value_or(read.input.length);
  read.input.distinct = values_.integer(at / "input" / "distinct").value_or(read.input.distinct);
  return read;
}

LayerDeclaration Decoder::declaration(const Path& at) {
  LayerDeclaration read;
  read.owner = values_.text(at / "owner").value_or("");
  read.facts = values_.texts_by_name(at / "facts");
  return read;
}

TargetSpec Decoder::target(const Path& at) {
  TargetSpec read;
  read.kind = values_.word(at / "kind").value_or(read.kind);
  read.runtime.threads = values_.integer(at / "runtime" / "threads").value_or(read.runtime.threads);
  if (auto found = values_.word(at / "runtime" / "graph_optimization")) {
    read.runtime.graph_optimization =
        graph_optimization_named(*found).value_or(read.runtime.graph_optimization);
  }
  Path serving = at / "serving";
  read.serving.instances = values_.integer(serving / "instances").value_or(read.serving.instances);
  read.serving.max_batch = values_.integer(serving / "max_batch").value_or(read.serving.max_batch);
  read.serving.batch_timeout =
      values_.duration(serving / "batch_timeout").value_or(read.serving.batch_timeout);
  read.serving.queue_capacity =
      values_.integer(serving / "queue_capacity").value_or(read.serving.queue_capacity);
  Path faults = at / "faults";
  read.faults.preprocess_sleep = values_.duration(faults / "preprocess_sleep").value_or(Nanos{0});
  read.faults.stall_after = values_.duration(faults / "stall_after").value_or(Nanos{0});
  read.faults.stall_for = values_.duration(faults / "stall_for").value_or(Nanos{0});
  read.endpoint = endpoint_of(values_, at / "endpoint", read.kind);
  return read;
}

WarmUpSpec Decoder::warm_up(const Path& at) {
  WarmUpSpec read;
  read.at_least = values_.duration(at / "at_least").value_or(read.at_least);
  read.at_most = values_.duration(at / "at_most").value_or(read.at_most);
  read.window = values_.duration(at / "window").value_or(read.window);
  read.windows = values_.integer(at / "windows").value_or(read.windows);
  read.tolerance = values_.ratio(at / "tolerance").value_or(read.tolerance);
  read.concurrency = values_.integer(at / "concurrency").value_or(read.concurrency);
  return read;
}

SearchSpec Decoder::search(const Path& at) {
  SearchSpec read;
  if (auto found = values_.word(at / "arrival"))
    read.arrival = arrival_named(*found).value_or(read.arrival);
  read.start_per_s = values_.rate(at / "start").value_or(read.start_per_s);
  read.at_most_per_s = values_.rate(at / "at_most").value_or(read.at_most_per_s);
  read.point = values_.duration(at / "point").value_or(read.point);
  read.extend_to = values_.duration(at / "extend_to").value_or(read.extend_to);
  read.resolution = values_.ratio(at / "resolution").value_or(read.resolution);
  read.repeats = values_.integer(at / "repeats").value_or(read.repeats);
  return read;
}

LoadPoint Decoder::point(const Path& at) {
  LoadPoint read;
  read.name = values_
                  .name(at / "name", "abcdefghijklmnopqrstuvwxyz0123456789-_",
                        "1 to 64 lower-case letters, digits, hyphens and underscores")
                  .value_or("");
  if (auto found = values_.word(at / "loop")) {
    read.load.loop = loop_named(*found).value_or(read.load.loop);
  }
  if (auto found = values_.word(at / "arrival")) {
    read.load.arrival = arrival_named(*found).value_or(read.load.arrival);
  }
  read.load.concurrency = values_.integer(at / "concurrency").value_or(read.load.concurrency);
  read.load.rate_per_s = values_.rate(at / "rate");
  read.load.of_capacity = values_.ratio(at / "of_capacity");
  read.load.gap_cv = values_.number(at / "gap_cv").value_or(read.load.gap_cv);
  read.load.ramp_to_per_s = values_.rate(at / "ramp_to").value_or(read.load.ramp_to_per_s);
  read.duration = values_.duration(at / "duration").value_or(Nanos{0});
  return read;
}

LoadProtocol Decoder::load(const Path& at) {
  LoadProtocol read;
  read.warm_up = warm_up(at / "warm_up");
  if (values_.there(at / "search")) read.search = search(at / "search");
  read.sessions = values_.integer(at / "sessions").value_or(read.sessions);
  for (std::size_t i = 0; i < values_.count(at / "points"); ++i) {
    read.points.push_back(point(at / "points" / std::to_string(i)));
  }
  Path profile = at / "profile";
  if (values_.there(profile)) {
    ProfileSpec spec;
    spec.points = values_.texts(profile / "points");
    spec.every = values_.integer(profile / "every").value_or(spec.every);
    spec.duration = values_.duration(profile / "duration").value_or(spec.duration);
    read.profile = spec;
  }
  read.max_in_flight = values_.integer(at / "max_in_flight").value_or(read.max_in_flight);
  return read;
}

InstrumentLimits Decoder::limits(const Path& at) {
  InstrumentLimits read;
  auto duration = [&](const char* key, Nanos& value) {
    value = values_.duration(at / key).value_or(value);
  };
  auto ratio = [&](const char* key, double& value) {
    value = values_.ratio(at / key).value_or(value);
  };
  duration("schedule_lag_p99", read.schedule_lag_p99);
  ratio("missed_ratio", read.missed_ratio);
  duration("telemetry_period", read.telemetry_period);
  ratio("client_cpu", read.client_cpu);
  duration("stall_longest", read.stall_longest);
  duration("clock_step", read.clock_step);
  ratio("arrival_p", read.arrival_p);
  ratio("rate_deficit", read.rate_deficit);
  return read;
}

Contract Decoder::contract() {
  Contract read;
  read.format = values_.integer({"lynxbench"}).value_or(read.format);
  read.name =
      values_
          .name({"name"}, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-",
                "1 to 64 letters, digits, blanks, dots, hyphens and underscores")
          .value_or("");
  read.decision = decision({"decision"});
  read.workload = workload({"workload"});
  for (Layer layer : kLayers) {
    Path at{"layers", std::string(name_of(layer))};
    if (values_.there(at)) read.layers[layer] = declaration(at);
  }
  read.target = target({"target"});
  read.load = load({"load"});
  read.slo = slo_of(values_, {"slo"});
  for (std::size_t i = 0; i < values_.count({"metrics"}); ++i) {
    Path at{"metrics", std::to_string(i)};
    std::string figure = values_.text(at / "figure").value_or("");
    read.metrics.push_back({figure, bound(at, figure)});
  }
  for (std::size_t i = 0; i < values_.count({"tolerances"}); ++i) {
    Path at{"tolerances", std::to_string(i)};
    Tolerance tolerance;
    tolerance.figure = values_.text(at / "figure").value_or("");
    tolerance.within = values_.ratio(at / "within").value_or(tolerance.within);
    read.tolerances.push_back(tolerance);
  }
  for (TimeClass time_class : kOwnableClasses) {
    Path at{"ownership", std::string(name_of(time_class))};
    if (!values_.there(at)) continue;
    std::vector<Layer>& layers = read.ownership[time_class];
    for (const std::string& name : values_.texts(at)) {
      if (std::optional<Layer> layer = layer_named(name)) layers.push_back(*layer);
    }
  }
  read.may_differ = values_.texts({"may_differ"});
  read.limits = limits({"limits"});
  read.signatories = values_.texts({"sign_off"});
  read.measured_by = values_.text({"measured_by"}).value_or(read.measured_by);
  read.limitations = values_.texts({"limitations"});
  return read;
}

}  // namespace

Decoded decode(const YamlNode& root, const Findings& before) {
  Decoder decoder(root, before);
  Decoded decoded;
  decoded.contract = decoder.contract();
  decoded.findings = decoder.take_findings();
  return decoded;
}

}  // namespace lynxbench::contract
