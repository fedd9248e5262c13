#include "contract/decode.h"

#include <charconv>
#include <cmath>

#include "base/units.h"
#include "contract/figure_name.h"
#include "contract/schema.h"
#include "contract/wording.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

constexpr Nanos kLongest = std::chrono::hours(168);
constexpr std::size_t kLongestText = 2000;  // characters
constexpr std::size_t kLongestName = 64;

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Reads values by path. A value that is not there, or was objected to, is nullopt.
class Decoder {
 public:
  Decoder(const YamlNode& root, const Findings& before) : root_(root), before_(before) {}

  Contract contract();
  std::vector<Finding> take_findings() { return std::move(findings_); }

 private:
  const YamlNode* scalar(const Path& path) const;
  void refuse(const Path& path, std::string what, std::string_view allowed);

  std::optional<std::string> text(const Path& path);
  std::optional<std::string> name(const Path& path, std::string_view characters_allowed,
                                  std::string_view words);
  std::optional<std::string> word(const Path& path);
  std::optional<std::int64_t> integer(const Path& path);
  std::optional<std::uint64_t> seed(const Path& path);
  std::optional<Nanos> duration(const Path& path);
  std::optional<double> rate(const Path& path);
  std::optional<double> ratio(const Path& path);
  std::optional<double> quantity(const Path& path, FigureUnit unit);
  std::vector<std::string> texts(const Path& path);
  std::size_t count(const Path& path) const;

  Decision decision(const Path& at);
  Workload workload(const Path& at);
  LayerDeclaration declaration(const Path& at);
  TargetSpec target(const Path& at);
  LoadProtocol load(const Path& at);
  LoadPoint point(const Path& at);
  WarmUpSpec warm_up(const Path& at);
  SearchSpec search(const Path& at);
  Bound bound(const Path& at, const std::string& figure);

  const YamlNode& root_;
  const Findings& before_;
  std::vector<Finding> findings_;
};

const YamlNode* Decoder::scalar(const Path& path) const {
  const YamlNode* node = root_.at(path);
  if (node == nullptr || node->kind == YamlNode::Kind::kList ||
      node->kind == YamlNode::Kind::kMap) {
    return nullptr;
  }
  return before_.sound(path) ? node : nullptr;
}

void Decoder::refuse(const Path& path, std::string what, std::string_view allowed) {
  findings_.push_back({path, place_of(root_, path), std::move(what), std::string(allowed)});
}

std::optional<std::string> Decoder::text(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr || node->kind == YamlNode::Kind::kEmpty) return std::nullopt;
  if (characters(node->text) > kLongestText) {
    refuse(path, fmt::format("has {} characters", characters(node->text)),
           fmt::format("text of at most {} characters", kLongestText));
    return std::nullopt;
  }
  if (has_control_character(node->text)) {
    refuse(path, "has a control character", "text");
    return std::nullopt;
  }
  return node->text;
}

std::optional<std::string> Decoder::name(const Path& path, std::string_view characters_allowed,
                                         std::string_view words) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  bool fits = !node->text.empty() && node->text.size() <= kLongestName &&
              node->text.find_first_not_of(characters_allowed) == std::string::npos;
  if (!fits) {
    refuse(path, found(*node), words);
    return std::nullopt;
  }
  return node->text;
}

// One of an enum's words. Plain `null` is such a word for us, where YAML has an empty value.
std::optional<std::string> Decoder::word(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  if (node->text.empty() || node->text == "~") {
    refuse(path, "is empty", published().allowed(path));
    return std::nullopt;
  }
  return node->text;
}

std::optional<std::int64_t> Decoder::integer(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  std::optional<std::int64_t> value = whole_number<std::int64_t>(node->text);
  if (!value) refuse(path, found(*node), "a whole number");
  return value;
}

std::optional<std::uint64_t> Decoder::seed(const Path& path) {
  std::optional<std::int64_t> value = integer(path);
  if (!value) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<Nanos> Decoder::duration(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  Result<Nanos> value = parse_duration(node->text);
  if (!value.ok()) {
    refuse(path, found(*node), kDurationWords);
    return std::nullopt;
  }
  if (*value > kLongest) {
    refuse(path, found(*node), "at most 168h");
    return std::nullopt;
  }
  return *value;
}

std::optional<double> Decoder::rate(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  Result<double> value = parse_rate(node->text);
  if (!value.ok()) {
    refuse(path, found(*node), kRateWords);
    return std::nullopt;
  }
  return *value;
}

std::optional<double> Decoder::ratio(const Path& path) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  Result<double> value = parse_ratio(node->text);
  if (!value.ok()) {
    refuse(path, found(*node), kRatioWords);
    return std::nullopt;
  }
  return *value;
}

std::optional<double> Decoder::quantity(const Path& path, FigureUnit unit) {
  const YamlNode* node = scalar(path);
  if (node == nullptr) return std::nullopt;
  std::optional<double> value;
  if (unit == FigureUnit::kRate) {
    if (Result<double> rate = parse_rate(node->text); rate.ok()) value = *rate;
  } else if (unit == FigureUnit::kLatency) {
    Result<Nanos> latency = parse_duration(node->text);
    if (latency.ok() && *latency <= kLongest) value = static_cast<double>(latency->count());
  } else if (unit == FigureUnit::kRatio || node->text.find('%') == std::string::npos) {
    if (Result<double> ratio = parse_ratio(node->text); ratio.ok()) value = *ratio;
  }
  if (!value)
    refuse(path, fmt::format("{}, but the figure is {}", found(*node), kind_of(unit)),
           spelling_of(unit));
  return value;
}

std::size_t Decoder::count(const Path& path) const {
  const YamlNode* node = root_.at(path);
  return node == nullptr ? 0 : node->items.size();
}

std::vector<std::string> Decoder::texts(const Path& path) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < count(path); ++i) {
    if (std::optional<std::string> item = text(path / std::to_string(i))) found.push_back(*item);
  }
  return found;
}

Bound Decoder::bound(const Path& at, const std::string& figure) {
  std::optional<FigureName> known = figure_named(figure);
  if (!known) return {};
  return {quantity(at / "at_least", known->unit), quantity(at / "at_most", known->unit)};
}

Decision Decoder::decision(const Path& at) {
  Decision read;
  read.question = text(at / "question").value_or("");
  read.figure = text(at / "figure").value_or("");
  read.bound = bound(at, read.figure);
  read.if_met = text(at / "if_met").value_or("");
  read.if_missed = text(at / "if_missed").value_or("");
  read.decided_by = text(at / "decided_by").value_or("");
  return read;
}

Workload Decoder::workload(const Path& at) {
  Workload read;
  read.category = word(at / "category").value_or(read.category);
  read.precision = word(at / "precision").value_or(read.precision);
  read.seed = seed(at / "seed").value_or(read.seed);
  Path model = at / "model";
  read.model.name = word(model / "name").value_or("");
  read.model.file = text(model / "file");
  read.model.layers = integer(model / "layers").value_or(read.model.layers);
  read.model.width = integer(model / "width").value_or(read.model.width);
  read.model.heads = integer(model / "heads").value_or(read.model.heads);
  read.model.vocabulary = integer(model / "vocabulary").value_or(read.model.vocabulary);
  read.model.seed = seed(model / "seed").value_or(read.model.seed);
  read.input.length = integer(at / "input" / "length").value_or(read.input.length);
  read.input.distinct = integer(at / "input" / "distinct").value_or(read.input.distinct);
  return read;
}

LayerDeclaration Decoder::declaration(const Path& at) {
  LayerDeclaration read;
  read.owner = text(at / "owner").value_or("");
  const YamlNode* facts = root_.at(at / "facts");
  if (facts == nullptr) return read;
  for (const YamlMember& fact : facts->members) {
    if (has_control_character(fact.key) || fact.key.size() > kLongestText) {
      findings_.push_back({at / "facts" / fact.key, fact.place,
                           "has a name with a control character, or a very long one",
                           "a short name, such as cpu.model"});
      continue;
    }
    if (std::optional<std::string> value = text(at / "facts" / fact.key))
      read.facts[fact.key] = *value;
  }
  return read;
}

TargetSpec Decoder::target(const Path& at) {
  TargetSpec read;
  read.kind = word(at / "kind").value_or(read.kind);
  read.runtime.threads = integer(at / "runtime" / "threads").value_or(read.runtime.threads);
  if (auto found = word(at / "runtime" / "graph_optimization")) {
    read.runtime.graph_optimization =
        graph_optimization_named(*found).value_or(read.runtime.graph_optimization);
  }
  Path serving = at / "serving";
  read.serving.instances = integer(serving / "instances").value_or(read.serving.instances);
  read.serving.max_batch = integer(serving / "max_batch").value_or(read.serving.max_batch);
  read.serving.batch_timeout =
      duration(serving / "batch_timeout").value_or(read.serving.batch_timeout);
  read.serving.queue_capacity =
      integer(serving / "queue_capacity").value_or(read.serving.queue_capacity);
  Path faults = at / "faults";
  read.faults.preprocess_sleep = duration(faults / "preprocess_sleep").value_or(Nanos{0});
  read.faults.stall_after = duration(faults / "stall_after").value_or(Nanos{0});
  read.faults.stall_for = duration(faults / "stall_for").value_or(Nanos{0});
  return read;
}

WarmUpSpec Decoder::warm_up(const Path& at) {
  WarmUpSpec read;
  read.at_least = duration(at / "at_least").value_or(read.at_least);
  read.at_most = duration(at / "at_most").value_or(read.at_most);
  read.window = duration(at / "window").value_or(read.window);
  read.windows = integer(at / "windows").value_or(read.windows);
  read.tolerance = ratio(at / "tolerance").value_or(read.tolerance);
  read.concurrency = integer(at / "concurrency").value_or(read.concurrency);
  return read;
}

SearchSpec Decoder::search(const Path& at) {
  SearchSpec read;
  if (auto found = word(at / "arrival"))
    read.arrival = arrival_named(*found).value_or(read.arrival);
  read.start_per_s = rate(at / "start").value_or(read.start_per_s);
  read.at_most_per_s = rate(at / "at_most").value_or(read.at_most_per_s);
  read.point = duration(at / "point").value_or(read.point);
  read.extend_to = duration(at / "extend_to").value_or(read.extend_to);
  read.resolution = ratio(at / "resolution").value_or(read.resolution);
  read.repeats = integer(at / "repeats").value_or(read.repeats);
  return read;
}

LoadPoint Decoder::point(const Path& at) {
  LoadPoint read;
  read.name = name(at / "name", "abcdefghijklmnopqrstuvwxyz0123456789-_",
                   "1 to 64 lower-case letters, digits, hyphens and underscores")
                  .value_or("");
  if (auto found = word(at / "loop")) read.load.loop = loop_named(*found).value_or(read.load.loop);
  if (auto found = word(at / "arrival")) {
    read.load.arrival = arrival_named(*found).value_or(read.load.arrival);
  }
  read.load.concurrency = integer(at / "concurrency").value_or(read.load.concurrency);
  read.load.rate_per_s = rate(at / "rate");
  read.load.of_capacity = ratio(at / "of_capacity");
  read.duration = duration(at / "duration").value_or(Nanos{0});
  return read;
}

LoadProtocol Decoder::load(const Path& at) {
  LoadProtocol read;
  read.warm_up = warm_up(at / "warm_up");
  if (root_.at(at / "search") != nullptr) read.search = search(at / "search");
  read.sessions = integer(at / "sessions").value_or(read.sessions);
  for (std::size_t i = 0; i < count(at / "points"); ++i) {
    read.points.push_back(point(at / "points" / std::to_string(i)));
  }
  Path profile = at / "profile";
  if (root_.at(profile) != nullptr) {
    ProfileSpec spec;
    spec.points = texts(profile / "points");
    spec.every = integer(profile / "every").value_or(spec.every);
    spec.duration = duration(profile / "duration").value_or(spec.duration);
    read.profile = spec;
  }
  read.max_in_flight = integer(at / "max_in_flight").value_or(read.max_in_flight);
  return read;
}

Contract Decoder::contract() {
  Contract read;
  read.format = integer({"lynxbench"}).value_or(read.format);
  read.name = name({"name"}, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-",
                   "1 to 64 letters, digits, blanks, dots, hyphens and underscores")
                  .value_or("");
  read.decision = decision({"decision"});
  read.workload = workload({"workload"});
  for (Layer layer : kLayers) {
    Path at{"layers", std::string(name_of(layer))};
    if (root_.at(at) != nullptr) read.layers[layer] = declaration(at);
  }
  read.target = target({"target"});
  read.load = load({"load"});
  read.slo.quantile = ratio({"slo", "quantile"}).value_or(read.slo.quantile);
  read.slo.at_most = duration({"slo", "at_most"}).value_or(read.slo.at_most);
  for (std::size_t i = 0; i < count({"metrics"}); ++i) {
    Path at{"metrics", std::to_string(i)};
    std::string figure = text(at / "figure").value_or("");
    read.metrics.push_back({figure, bound(at, figure)});
  }
  for (std::size_t i = 0; i < count({"tolerances"}); ++i) {
    Path at{"tolerances", std::to_string(i)};
    Tolerance tolerance;
    tolerance.figure = text(at / "figure").value_or("");
    tolerance.within = ratio(at / "within").value_or(tolerance.within);
    read.tolerances.push_back(tolerance);
  }
  for (TimeClass time_class : kTimeClasses) {
    Path at{"ownership", std::string(name_of(time_class))};
    if (root_.at(at) == nullptr) continue;
    std::vector<Layer>& layers = read.ownership[time_class];
    for (const std::string& name : texts(at)) {
      if (std::optional<Layer> layer = layer_named(name)) layers.push_back(*layer);
    }
  }
  read.may_differ = texts({"may_differ"});
  read.limits.schedule_lag_p99 =
      duration({"limits", "schedule_lag_p99"}).value_or(read.limits.schedule_lag_p99);
  read.limits.missed_ratio = ratio({"limits", "missed_ratio"}).value_or(read.limits.missed_ratio);
  read.limits.telemetry_period =
      duration({"limits", "telemetry_period"}).value_or(read.limits.telemetry_period);
  read.signatories = texts({"sign_off"});
  read.measured_by = text({"measured_by"}).value_or(read.measured_by);
  read.limitations = texts({"limitations"});
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
