#include "contract/meaning.h"

#include <set>

#include "base/text.h"
#include "contract/figure_name.h"
#include "contract/meaning_check.h"
#include "contract/target_kind.h"
#include "contract/wording.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

class Meaning : MeaningCheck {
 public:
  using MeaningCheck::MeaningCheck;

  std::vector<Finding> check() {
    name_points();
    check_decision_and_metrics();
    check_tolerances();
    check_model();
    check_target();
    check_limits();
    check_warm_up();
    if (contract_.load.search) check_search(*contract_.load.search);
    for (std::size_t i = 0; i < contract_.load.points.size(); ++i) check_point(i);
    check_profile();
    check_may_differ();
    return take_findings();
  }

 private:
  void name_points();
  void check_decision_and_metrics();
  void check_bound(const Path& at, const std::string& figure, const Bound& bound);
  void check_figure(const Path& at, const std::string& figure);
  void check_tolerances();
  void check_model();
  void check_target();
  void check_limits();
  void check_warm_up();
  void check_search(const SearchSpec& search);
  void check_point(std::size_t index);
  void check_open_point(const Path& at, const LoadSpec& load);
  void check_closed_point(const Path& at, const LoadSpec& load);
  void check_rates(const Path& at, const LoadSpec& load);
  void check_arrival_terms(const Path& at, const LoadSpec& load);
  void check_profile();
  void check_may_differ();

  std::vector<std::string> points_;  // names of load.points
  bool points_known_ = true;         // all of them
};

void Meaning::name_points() {
  points_known_ = !contract_.load.points.empty();
  std::set<std::string> seen;
  for (std::size_t i = 0; i < contract_.load.points.size(); ++i) {
    Path at{"load", "points", std::to_string(i), "name"};
    const std::string& name = contract_.load.points[i].name;
    if (!given(at)) {
      points_known_ = false;
    } else if (!seen.insert(name).second) {
      refuse(at, fmt::format("is \"{}\", as a point before it", name),
             "a name of its own for each point");
    } else {
      points_.push_back(name);
    }
  }
}

void Meaning::check_figure(const Path& at, const std::string& figure) {
  if (!given(at)) return;
  std::optional<FigureName> known = figure_named(figure);
  if (!known) {
    NoFigure why = why_no_figure(figure, points_);
    refuse(at, why.what, why.allowed);
    return;
  }
  bool point_known = std::find(points_.begin(), points_.end(), known->point) != points_.end();
  if (!known->point.empty() && points_known_ && !point_known) {
    std::string what =
        fmt::format("is \"{}\", but load.points has no point \"{}\"", figure, shown(known->point));
    if (auto nearest = nearest_word(shown(known->point), points_))
      what += fmt::format("; did you mean {}?", *nearest);
    refuse(at, what,
           fmt::format("{}@ and one of the points {}", known->metric, joined(points_, "or")));
  }
  if (known->metric == "capacity" && missing({"load", "search"})) {
    refuse(at,
           "is \"capacity\", which only a search for the saturation point can find, and "
           "load.search is missing",
           "a section load.search, for example `search: {start: 5/s, at_most: 10000/s}`, or "
           "another figure");
  }
}

void Meaning::check_bound(const Path& at, const std::string& figure, const Bound& bound) {
  Path least = at / "at_least", most = at / "at_most";
  const YamlNode* section = root_.at(at);
  if (section == nullptr || section->kind != YamlNode::Kind::kMap) return;
  if (root_.at(least) != nullptr && root_.at(most) != nullptr) {
    refuse(most, "is given beside at_least: a figure has one threshold",
           "either at_least or at_most");
    return;
  }
  std::optional<FigureName> known = figure_named(figure);
  if (missing(least) && missing(most)) {
    std::string example = known && known->unit == FigureUnit::kLatency  ? "`at_most: 100ms`"
                          : known && known->unit == FigureUnit::kRatio  ? "`at_most: 1%`"
                          : known && known->unit == FigureUnit::kNumber ? "`at_most: 4`"
                                                                        : "`at_least: 10/s`";
    findings_.push_back(
        {least, place_of(root_, at), "is missing, and so is at_most: the figure has no threshold",
         fmt::format("exactly one of at_least and at_most, for example {}", example)});
    return;
  }
  if (known && known->unit == FigureUnit::kRatio) {
    require(bound.at_least.value_or(0) <= 1, least, "at most 100%");
    require(bound.at_most.value_or(0) <= 1, most, "at most 100%");
  }
}

void Meaning::check_decision_and_metrics() {
  check_figure({"decision", "figure"}, contract_.decision.figure);
  check_bound({"decision"}, contract_.decision.figure, contract_.decision.bound);
  for (std::size_t i = 0; i < contract_.metrics.size(); ++i) {
    Path at{"metrics", std::to_string(i)};
    check_figure(at / "figure", contract_.metrics[i].figure);
    check_bound(at, contract_.metrics[i].figure, contract_.metrics[i].bound);
  }
}

void Meaning::check_tolerances() {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < contract_.tolerances.size(); ++i) {
    Path at{"tolerances", std::to_string(i)};
    const Tolerance& tolerance = contract_.tolerances[i];
    check_figure(at / "figure", tolerance.figure);
    if (given(at / "figure") && !seen.insert(tolerance.figure).second) {
      refuse(at / "figure",
             fmt::format("is \"{}\", which has a tolerance already", shown(tolerance.figure)),
             "one tolerance for each figure");
    }
    require(tolerance.within > 0 && tolerance.within < 1, at / "within",
            "a ratio of more than 0% and less than 100%");
  }
}

void Meaning::check_model() {
  const ModelSpec& model = contract_.workload.model;
  Path at{"workload", "model"};
  if (!given(at / "name")) return;
  if (model.name == "file" && missing(at / "file")) {
    refuse(at / "file", "is missing (the path of the .onnx file, as the model's name is file)",
           "for example `file: models/mine.onnx`");
  } else if (model.name != "file" && root_.at(at / "file") != nullptr) {
    refuse(at / "file", fmt::format("has no effect on the model {}", model.name),
           "`name: file`, or no key file");
  }
  for (const char* key : {"layers", "width", "heads", "vocabulary", "seed"}) {
    if (model.name != "transformer" && root_.at(at / key) != nullptr) {
      refuse(at / key, fmt::format("has no effect on the model {}", model.name),
             fmt::format("`name: transformer`, or no key {}", key));
    }
  }
  bool sized = sound(at / "width") && sound(at / "heads");
  if (model.name == "transformer" && sized && model.width % model.heads != 0) {
    refuse(at / "width",
           fmt::format("is {}, which {} heads do not divide", model.width, model.heads),
           "a multiple of heads");
  }
  bool measured_as_it_is = model.name == "ppocr-v4-rec" && given({"workload", "precision"});
  if (measured_as_it_is && contract_.workload.precision != "fp32") {
    refuse({"workload", "precision"},
           fmt::format("is {}, but the model {} is fp32", contract_.workload.precision, model.name),
           "fp32; or name: file with a model of that precision");
  }
  if (!given({"target", "kind"})) return;
  const std::string& kind = contract_.target.kind;
  if (kind == "embedded" && (model.name == "null" || model.name == "served")) {
    refuse(at / "name", fmt::format("is {}, but target.kind embedded runs a model", model.name),
           "ppocr-v4-rec, transformer or file; or another target.kind");
  } else if (has_endpoint(kind) && model.name != "served") {
    refuse(at / "name",
           fmt::format("is {}, but the model of target.kind {} is the server's", model.name, kind),
           "`name: served`; what the server calls it stands in target.endpoint.model");
  } else if (kind == "null" && model.name == "served") {
    refuse(at / "name", "is served, but target.kind null is no server", "null");
  }
}

void Meaning::check_target() {
  const ServingSpec& serving = contract_.target.serving;
  Path at{"target", "serving"};
  bool known = sound(at / "max_batch") && sound(at / "queue_capacity");
  if (known && serving.max_batch > serving.queue_capacity) {
    Path said = given(at / "max_batch") ? at / "max_batch" : at / "queue_capacity";
    refuse(said,
           fmt::format("makes batches of up to {} requests, but the queue holds {}",
                       serving.max_batch, serving.queue_capacity),
           "max_batch of at most queue_capacity");
  }
}

void Meaning::check_limits() {
  const InstrumentLimits& limits = contract_.limits;
  Path at{"limits"};
  require_positive(limits.schedule_lag_p99, at / "schedule_lag_p99");
  require(limits.missed_ratio <= 1, at / "missed_ratio", "a ratio of at most 100%");
  require(limits.telemetry_period >= std::chrono::milliseconds(1), at / "telemetry_period",
          "a duration of at least 1ms, such as 50ms");
  require(limits.client_cpu > 0 && limits.client_cpu <= 1, at / "client_cpu",
          "a ratio of more than 0% and at most 100% of a core");
  require_positive(limits.stall_longest, at / "stall_longest");
  require_positive(limits.clock_step, at / "clock_step");
  require(limits.arrival_p < 0.5, at / "arrival_p", "a probability below 50%, such as 0.001");
  require(limits.rate_deficit <= 1, at / "rate_deficit", "a ratio of at most 100%");
}

void Meaning::check_warm_up() {
  const WarmUpSpec& warm_up = contract_.load.warm_up;
  Path at{"load", "warm_up"};
  require_positive(warm_up.at_most, at / "at_most");
  require_positive(warm_up.window, at / "window");
  require(warm_up.tolerance > 0 && warm_up.tolerance <= 1, at / "tolerance",
          "a ratio of more than 0% and at most 100%");
  bool known = sound(at / "at_least") && sound(at / "at_most");
  if (known && warm_up.at_least > warm_up.at_most) {
    refuse(given(at / "at_least") ? at / "at_least" : at / "at_most",
           "makes the shortest warm-up longer than the longest", "at_least of at most at_most");
  }
  known = sound(at / "window") && sound(at / "windows") && sound(at / "at_most");
  if (known && warm_up.at_most > Nanos{0} && warm_up.window * warm_up.windows > warm_up.at_most) {
    refuse(given(at / "windows") ? at / "windows" : at / "at_most",
           fmt::format("asks for {} windows in a row, which do not fit into the longest warm-up",
                       warm_up.windows),
           "windows x window of at most at_most");
  }
}

void Meaning::check_search(const SearchSpec& search) {
  Path at{"load", "search"};
  require(search.start_per_s > 0, at / "start", "a rate of more than 0, such as 5/s");
  require(search.at_most_per_s <= 1e9, at / "at_most", "a rate of at most 1000000000/s");
  bool known = sound(at / "start") && sound(at / "at_most");
  if (known && search.start_per_s >= search.at_most_per_s) {
    refuse(given(at / "start") ? at / "start" : at / "at_most",
           "makes the search begin at or above the rate where it ends",
           "start of less than at_most");
  }
  require_positive(search.point, at / "point");
  known = sound(at / "point") && sound(at / "extend_to");
  if (known && search.extend_to < search.point) {
    refuse(given(at / "extend_to") ? at / "extend_to" : at / "point",
           "makes a continued look shorter than the first", "extend_to of at least point");
  }
  require(search.resolution >= 0.005 && search.resolution <= 0.5, at / "resolution",
          "a ratio from 0.5% to 50%");
}

void Meaning::check_rates(const Path& at, const LoadSpec& load) {
  bool rate = root_.at(at / "rate") != nullptr, share = root_.at(at / "of_capacity") != nullptr;
  // A trace has a rate of its own; one that is given stretches it.
  bool recorded = given(at / "arrival") && load.arrival == Arrival::kTrace;
  if (rate && share) {
    refuse(at / "of_capacity", "is given beside rate: a point has one request rate",
           "either rate or of_capacity");
  } else if (!recorded && missing(at / "rate") && missing(at / "of_capacity")) {
    findings_.push_back({at / "rate", place_of(root_, at),
                         "is missing, and so is of_capacity: an open loop needs a request rate",
                         "exactly one of the two, for example `rate: 20/s` or `of_capacity: 50%`"});
  }
  require(load.rate_per_s.value_or(1) > 0 && load.rate_per_s.value_or(1) <= 1e9, at / "rate",
          "a rate of more than 0 and at most 1000000000/s, such as 20/s");
  require(load.of_capacity.value_or(1) > 0 && load.of_capacity.value_or(1) <= 10,
          at / "of_capacity", "a ratio of more than 0% and at most 1000%");
  if (missing({"load", "search"}) && given(at / "of_capacity")) {
    refuse(at / "of_capacity",
           "needs the capacity, which only a search finds, and load.search is missing",
           "a section load.search, for example `search: {start: 5/s, at_most: 10000/s}`, or `rate` "
           "in place of of_capacity");
  }
}

// gap_cv goes with gamma, ramp_to with ramp, a trace with the file that it is in.
void Meaning::check_arrival_terms(const Path& at, const LoadSpec& load) {
  if (!given(at / "arrival")) return;
  bool gamma = load.arrival == Arrival::kGamma, ramp = load.arrival == Arrival::kRamp;
  if (gamma && missing(at / "gap_cv")) {
    refuse(at / "gap_cv", "is missing: it says how bursty the arrivals are",
           "for example `gap_cv: 3`; 1 would be `arrival: poisson`");
  } else if (!gamma && root_.at(at / "gap_cv") != nullptr) {
    refuse(at / "gap_cv", fmt::format("has no effect on the arrival {}", name_of(load.arrival)),
           "`arrival: gamma`, or no key gap_cv");
  }
  if (ramp && missing(at / "ramp_to")) {
    refuse(at / "ramp_to", "is missing: it is the rate at which the ramp ends",
           "for example `ramp_to: 100/s`");
  } else if (!ramp && root_.at(at / "ramp_to") != nullptr) {
    refuse(at / "ramp_to", fmt::format("has no effect on the arrival {}", name_of(load.arrival)),
           "`arrival: ramp`, or no key ramp_to");
  }
  require(!ramp || (load.ramp_to_per_s > 0 && load.ramp_to_per_s <= 1e9), at / "ramp_to",
          "a rate of more than 0 and at most 1000000000/s, such as 100/s");
  if (ramp && given(at / "of_capacity")) {
    refuse(at / "of_capacity", "is no beginning of a ramp, whose end is a rate",
           "`rate` in place of of_capacity");
  }
  bool recorded = contract_.workload.prompts.source == PromptSource::kTrace;
  bool known = sound({"workload", "prompts"}) && sound({"target", "kind"});
  if (load.arrival == Arrival::kTrace && known && !recorded) {
    refuse(at / "arrival", "is trace, but workload.prompts has no trace to take the times from",
           "another arrival; or `prompts: {source: trace, file: log.csv}` in workload");
  }
}

void Meaning::check_open_point(const Path& at, const LoadSpec& load) {
  check_rates(at, load);
  check_arrival_terms(at, load);
  if (missing(at / "arrival")) {
    refuse(at / "arrival",
           "is missing: an open loop needs to know how requests are spread over time",
           "`arrival: poisson`, constant, gamma, ramp or trace");
  }
  if (root_.at(at / "concurrency") != nullptr) {
    refuse(at / "concurrency",
           "has no effect in an open loop, where requests are sent when they are due",
           "`loop: closed`, or no key concurrency");
  }
}

void Meaning::check_closed_point(const Path& at, const LoadSpec& load) {
  if (missing(at / "concurrency")) {
    refuse(at / "concurrency", "is missing: a closed loop keeps this many requests in the target",
           "for example `concurrency: 1`");
  }
  for (const char* key : {"arrival", "rate", "of_capacity", "gap_cv", "ramp_to"}) {
    if (root_.at(at / key) != nullptr) {
      refuse(at / key,
             "has no effect in a closed loop, which sends a request when one was answered",
             fmt::format("`loop: open`, or no key {}", key));
    }
  }
  bool known = sound({"load", "max_in_flight"});
  require(!known || load.concurrency <= contract_.load.max_in_flight, at / "concurrency",
          fmt::format("at most load.max_in_flight, which is {}", contract_.load.max_in_flight));
}

void Meaning::check_point(std::size_t index) {
  Path at{"load", "points", std::to_string(index)};
  const LoadPoint& point = contract_.load.points[index];
  require_positive(point.duration, at / "duration");
  if (!given(at / "loop")) return;
  if (point.load.loop == Loop::kOpen) {
    check_open_point(at, point.load);
  } else {
    check_closed_point(at, point.load);
  }
}

void Meaning::check_profile() {
  if (!contract_.load.profile) return;
  Path at{"load", "profile"};
  require_positive(contract_.load.profile->duration, at / "duration");
  const YamlNode* listed = root_.at(at / "points");
  for (std::size_t i = 0; listed != nullptr && points_known_ && i < listed->items.size(); ++i) {
    Path item = at / "points" / std::to_string(i);
    const std::string& name = listed->items[i].text;
    if (!given(item) || std::find(points_.begin(), points_.end(), name) != points_.end()) continue;
    std::string what = fmt::format("is \"{}\", but load.points has no such point", shown(name));
    if (auto nearest = nearest_word(shown(name), points_))
      what += fmt::format("; did you mean {}?", *nearest);
    refuse(item, what, joined(points_, "or"));
  }
}

void Meaning::check_may_differ() {
  const YamlNode* listed = root_.find("may_differ");
  for (std::size_t i = 0; listed != nullptr && i < listed->items.size(); ++i) {
    Path at{"may_differ", std::to_string(i)};
    if (!given(at)) continue;
    const std::string& fact = listed->items[i].text;
    std::size_t slash = fact.find('/');
    bool fits =
        slash != std::string::npos && slash + 1 < fact.size() && layer_named(fact.substr(0, slash));
    if (fits) continue;
    std::vector<std::string> layers;
    for (Layer layer : kLayers) layers.emplace_back(name_of(layer));
    refuse(at, found(*root_.at(at)) + ", which is no layer, slash and fact",
           fmt::format("for example system/hostname; the layers are {}", joined(layers, "and")));
  }
}

}  // namespace

std::vector<Finding> check_meaning(const Contract& contract, const YamlNode& root,
                                   const Findings& before) {
  std::vector<Finding> findings = Meaning(contract, root, before).check();
  std::vector<Finding> of_server = check_server_meaning(contract, root, before);
  findings.insert(findings.end(), of_server.begin(), of_server.end());
  return findings;
}

}  // namespace lynxbench::contract
