#include <algorithm>
#include <set>

#include "base/text.h"
#include "contract/figure_name.h"
#include "contract/meaning_check.h"
#include "contract/target_kind.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

constexpr std::string_view kTokenCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";

bool is_environment_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos &&
         (name[0] < '0' || name[0] > '9');
}

// user:password@ between the scheme and the path, or a query whose name says that it is a secret.
bool holds_a_secret(std::string_view url) {
  std::size_t host = url.find("://");
  if (host == std::string_view::npos) return false;
  std::string_view rest = url.substr(host + 3);
  if (rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos) return true;
  std::size_t query = rest.find('?');
  if (query == std::string_view::npos) return false;
  for (const std::string& part : split(rest.substr(query + 1), '&')) {
    if (is_secret_header(part.substr(0, part.find('=')))) return true;
  }
  return false;
}

bool has_host(std::string_view url) {
  std::size_t host = url.find("://");
  if (host == std::string_view::npos || host + 3 >= url.size()) return false;
  char first = url[host + 3];
  return first != '/' && first != ':' && first != '?' && first != '#' &&
         url.find_first_of(" \t\n") == std::string_view::npos;
}

class ServerMeaning : MeaningCheck {
 public:
  using MeaningCheck::MeaningCheck;

  std::vector<Finding> check() {
    check_slo();
    if (given({"target", "kind"})) {
      check_sections();
      check_figures();
      if (has_endpoint(kind())) {
        check_endpoint();
        check_prompts();
        check_accuracy();
      }
    }
    return take_findings();
  }

 private:
  [[nodiscard]] const std::string& kind() const { return contract_.target.kind; }
  [[nodiscard]] bool streams() const {
    return can_stream(kind()) && contract_.target.endpoint.stream == Streaming::kOn;
  }
  void refuse_section(const Path& path) {
    if (!there(path)) return;
    refuse(path, fmt::format("has no effect on a target of kind {}", kind()),
           fmt::format("no key {}, or another target.kind", path.back()));
  }
  void require_term(const Path& path, const std::string& why, const std::string& example) {
    if (missing(path)) refuse(path, "is missing: " + why, "for example `" + example + "`");
  }

  void check_sections();
  void check_slo();
  void check_streamed(const Path& at, LatencyMetric metric);
  void check_figures();
  void check_figure(const Path& at, const std::string& figure);
  void check_endpoint();
  void check_keys();
  void check_url(const Path& at, std::string_view url, std::span<const std::string_view> schemes);
  void check_headers();
  void check_header(const Path& at, const std::string& name, const std::string& value);
  void check_tls();
  void check_tensors();
  void check_prompts();
  void check_lengths(const Path& at, const LengthSpec& lengths);
  void check_accuracy();
};

// Which sections go with which kind of target.
void ServerMeaning::check_sections() {
  if (has_endpoint(kind())) {
    for (const char* key : {"runtime", "serving", "faults"}) refuse_section(Path{"target"} / key);
    refuse_section({"load", "profile"});
    refuse_section({"workload", "input", "length"});
    return;
  }
  refuse_section({"target", "endpoint"});
  refuse_section({"workload", "prompts"});
  refuse_section({"workload", "accuracy"});
}

void ServerMeaning::check_streamed(const Path& at, LatencyMetric metric) {
  bool streamed = metric == LatencyMetric::kTtft || metric == LatencyMetric::kItl ||
                  metric == LatencyMetric::kTpot;
  bool known = sound({"target"}) && given({"target", "kind"});
  if (!streamed || !known || streams() || !given(at)) return;
  refuse(at, fmt::format("is {}, but the target's answers do not come in pieces", name_of(metric)),
         can_stream(kind()) ? "e2e or service; or `stream: on` in target.endpoint"
                            : "e2e or service");
}

void ServerMeaning::check_slo() {
  const Slo& slo = contract_.slo;
  Path at{"slo"};
  constexpr std::string_view kQuantile = "a number between 0 and 1, both excluded, such as 0.95";
  require(slo.quantile > 0 && slo.quantile < 1, at / "quantile", kQuantile);
  require_positive(slo.at_most, at / "at_most");
  check_streamed(at / "metric", slo.metric);
  std::set<std::pair<LatencyMetric, double>> seen{{slo.metric, slo.quantile}};
  for (std::size_t i = 0; i < slo.also.size(); ++i) {
    Path term = at / "also" / std::to_string(i);
    const SloTerm& limit = slo.also[i];
    require(limit.quantile > 0 && limit.quantile < 1, term / "quantile", kQuantile);
    require_positive(limit.at_most, term / "at_most");
    check_streamed(term / "metric", limit.metric);
    bool first = seen.insert({limit.metric, limit.quantile}).second;
    if (first || !given(term / "quantile") || !given(term / "metric")) continue;
    refuse(term / "quantile",
           fmt::format("limits {} at this quantile a second time", name_of(limit.metric)),
           "one limit for each metric and quantile");
  }
}

// A figure that this target can never give would be withheld in every run.
void ServerMeaning::check_figure(const Path& at, const std::string& figure) {
  std::optional<FigureName> known = figure_named(figure);
  if (!known || !given(at)) return;
  std::string said = fmt::format("is \"{}\", but ", shown(figure));
  if (known->needs == Needs::kScores) {
    bool compared = contract_.workload.accuracy.method != ScoreMethod::kNone;
    if (compared || !sound({"workload", "accuracy"})) return;
    refuse(at, said + "workload.accuracy compares no answers",
           "another figure; or `accuracy: {method: contains, floor: 95%}` in workload");
  } else if (known->needs == Needs::kStream && !streams()) {
    refuse(at, said + "the target's answers do not come in pieces",
           can_stream(kind()) ? "another figure; or `stream: on` in target.endpoint"
                              : "another figure");
  } else if (known->needs == Needs::kTokens && !is_language_model(kind())) {
    refuse(at, said + fmt::format("a target of kind {} counts no tokens", kind()),
           "another figure");
  } else if (known->needs == Needs::kEndpoint && !has_endpoint(kind())) {
    refuse(at, said + fmt::format("a target of kind {} has no endpoint", kind()), "another figure");
  }
}

void ServerMeaning::check_figures() {
  if (!sound({"target", "endpoint", "stream"})) return;
  check_figure({"decision", "figure"}, contract_.decision.figure);
  for (std::size_t i = 0; i < contract_.metrics.size(); ++i) {
    check_figure({"metrics", std::to_string(i), "figure"}, contract_.metrics[i].figure);
  }
  for (std::size_t i = 0; i < contract_.tolerances.size(); ++i) {
    check_figure({"tolerances", std::to_string(i), "figure"}, contract_.tolerances[i].figure);
  }
}

void ServerMeaning::check_keys() {
  const YamlNode* endpoint = root_.at({"target", "endpoint"});
  for (const YamlMember& member : endpoint->members) {
    Path at{"target", "endpoint", member.key};
    std::vector<std::string> kinds = kinds_with(member.key);
    if (kinds.empty() || has_effect(member.key, kind()) || !sound(at)) continue;
    refuse(at, fmt::format("has no effect on a target of kind {}", kind()),
           fmt::format("no key {}; it belongs to {}", member.key, joined(kinds, "and")));
  }
}

void ServerMeaning::check_url(const Path& at, std::string_view url,
                              std::span<const std::string_view> schemes) {
  if (!given(at)) return;
  std::vector<std::string> beginnings(schemes.begin(), schemes.end());
  bool fits = std::any_of(schemes.begin(), schemes.end(),
                          [&](std::string_view scheme) { return url.starts_with(scheme); });
  if (!fits || !has_host(url)) {
    refuse(at, found(*root_.at(at)),
           fmt::format("{} and a host, such as {}127.0.0.1:8000", joined(beginnings, "or"),
                       beginnings.front()));
  } else if (holds_a_secret(url)) {
    findings_.push_back({at, place_of(root_, at),
                         "holds a secret, which everybody who reads the result would get",
                         "the URL without it, and a header with a value env:NAME"});
  }
}

void ServerMeaning::check_header(const Path& at, const std::string& name,
                                 const std::string& value) {
  bool from_environment = value.starts_with("env:");
  bool carries_secret = is_secret_header(name) || value.starts_with("Bearer ") ||
                        value.starts_with("Basic ");
  if (name.empty() || name.find_first_not_of(kTokenCharacters) != std::string::npos) {
    refuse(at, "is no name of a header", "letters, digits and hyphens, such as X-Request-Source");
  } else if (is_protocol_header(name)) {
    refuse(at, "is set by the protocol itself", "no header of this name");
  } else if (from_environment && !is_environment_name(std::string_view(value).substr(4))) {
    refuse(at, found(*root_.at(at)), "env: and the name of an environment variable");
  } else if (!from_environment && carries_secret) {
    // The value is not repeated: messages end up in logs.
    refuse(at, "lets its holder in, and a contract is read by everybody",
           "env: and the name of the environment variable that holds it, such as env:SERVER_TOKEN");
  } else if (value.find_first_of("\r\n\t") != std::string::npos) {
    refuse(at, "has a line end or a tab", "text on one line");
  }
}

void ServerMeaning::check_headers() {
  Path at{"target", "endpoint", "headers"};
  std::set<std::string> seen;
  for (const auto& [name, value] : contract_.target.endpoint.headers) {
    if (!given(at / name)) continue;
    check_header(at / name, name, value);
    std::string lowered = name;
    std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (!seen.insert(lowered).second) {
      refuse(at / name, "is given twice: small and capital letters are the same in a header's name",
             "each header once");
    }
  }
}

void ServerMeaning::check_tls() {
  const EndpointSpec& endpoint = contract_.target.endpoint;
  Path at{"target", "endpoint"};
  if (!given(at / "url") || is_encrypted(endpoint.url)) return;
  for (const char* key : {"certificates", "ca_file"}) {
    // A default that is written out does no harm.
    bool idle = std::string_view(key) == "certificates" &&
                endpoint.certificates == Certificates::kVerify;
    if (!given(at / key) || idle) continue;
    refuse(at / key, "has no effect on a connection that is not encrypted",
           fmt::format("an https:// or grpcs:// URL, or no key {}", key));
  }
}

void ServerMeaning::check_tensors() {
  Path at{"target", "endpoint", "tensors"};
  std::set<std::string> seen;
  const std::vector<TensorSpec>& tensors = contract_.target.endpoint.tensors;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    Path name = at / std::to_string(i) / "name";
    if (!given(name) || seen.insert(tensors[i].name).second) continue;
    refuse(name, fmt::format("is \"{}\", as a tensor before it", shown(tensors[i].name)),
           "a name of its own for each tensor");
  }
}

void ServerMeaning::check_endpoint() {
  Path at{"target", "endpoint"};
  if (missing(at)) {
    refuse(at, fmt::format("is missing: it says where the target of kind {} is", kind()),
           kind() == "command" ? "for example `endpoint: {command: [python3, predict.py]}`"
                               : "for example `endpoint: {url: \"http://127.0.0.1:8000\"}`");
    return;
  }
  const YamlNode* section = root_.at(at);
  if (section == nullptr || section->kind != YamlNode::Kind::kMap) return;
  const EndpointSpec& endpoint = contract_.target.endpoint;
  check_keys();
  if (kind() == "command") {
    require_term(at / "command", "it is the program that is run", "command: [python3, predict.py]");
  } else {
    std::span<const std::string_view> schemes = schemes_of(kind());
    require_term(at / "url", "it says where the server listens",
                 fmt::format("url: \"{}127.0.0.1:8000\"", schemes.front()));
    check_url(at / "url", endpoint.url, schemes);
    check_headers();
    check_tls();
  }
  if (has_effect("model", kind())) {
    require_term(at / "model", "requests name the model that shall answer them", "model: mine");
  }
  check_url(at / "metrics_url", endpoint.metrics_url, schemes_of("http"));
  require_positive(endpoint.timeout, at / "timeout");
  check_tensors();
}

void ServerMeaning::check_lengths(const Path& at, const LengthSpec& lengths) {
  if (!there(at) || !sound(at / "shape")) return;
  bool fixed = lengths.shape == LengthShape::kFixed;
  bool log_normal = lengths.shape == LengthShape::kLogNormal;
  auto allow = [&](const char* key, bool fits) {
    if (fits || !there(at / key)) return;
    refuse(at / key, fmt::format("has no effect on the shape {}", name_of(lengths.shape)),
           fmt::format("another shape, or no key {}", key));
  };
  allow("length", fixed);
  for (const char* key : {"low", "high"}) {
    allow(key, !fixed);
    if (!fixed) {
      require_term(at / key, fmt::format("the shape {} needs it", name_of(lengths.shape)),
                   fmt::format("{}: {}", key, std::string_view(key) == "low" ? 64 : 256));
    }
  }
  allow("median", log_normal);
  allow("sigma", log_normal);
  if (log_normal) require_term(at / "median", "the shape log_normal needs it", "median: 128");
  if (fixed || !given(at / "low") || !given(at / "high")) return;
  require(lengths.low <= lengths.high, at / "high", "a number of at least low");
}

void ServerMeaning::check_prompts() {
  const PromptSpec& prompts = contract_.workload.prompts;
  Path at{"workload", "prompts"};
  if (!there(at) || !sound(at / "source")) return;
  bool synthetic = prompts.source == PromptSource::kSynthetic;
  if (synthetic && there(at / "file")) {
    refuse(at / "file", "has no effect on prompts that are synthetic",
           "`source: file` or `source: trace`, or no key file");
  } else if (!synthetic) {
    require_term(at / "file", fmt::format("the source {} needs it", name_of(prompts.source)),
                 prompts.source == PromptSource::kFile ? "file: prompts.jsonl" : "file: log.csv");
  }
  for (const char* key : {"prompt", "output", "turns"}) {
    if (synthetic || !there(at / key)) continue;
    refuse(at / key,
           fmt::format("has no effect: the source {} has lengths and turns of its own",
                       name_of(prompts.source)),
           fmt::format("`source: synthetic`, or no key {}", key));
  }
  for (const char* key : {"shared_prefix", "prefix_groups"}) {
    if (prompts.source != PromptSource::kFile || !there(at / key)) continue;
    refuse(at / key, "has no effect on prompts that come from a file as they are",
           fmt::format("another source, or no key {}", key));
  }
  check_lengths(at / "prompt", prompts.prompt);
  check_lengths(at / "output", prompts.output);
  bool idle = prompts.prefix_groups > 1 && prompts.shared_prefix == 0;
  if (idle && given(at / "prefix_groups") && sound(at / "shared_prefix")) {
    refuse(at / "prefix_groups", "has no effect without a shared_prefix",
           "a shared_prefix of more than 0, or no key prefix_groups");
  }
}

void ServerMeaning::check_accuracy() {
  const AccuracySpec& accuracy = contract_.workload.accuracy;
  Path at{"workload", "accuracy"};
  if (!there(at) || !sound(at / "method")) return;
  bool command = accuracy.method == ScoreMethod::kCommand, none = accuracy.method == ScoreMethod::kNone;
  if (command) {
    require(!accuracy.command.empty(), at / "method", "`command: [PROGRAM, ...]` beside it: what scores the answers");
  } else if (there(at / "command")) {
    refuse(at / "command", fmt::format("has no effect with the method {}", name_of(accuracy.method)),
           "`method: command`, or no key command");
  }
  require(accuracy.floor <= 1, at / "floor", "a ratio of at most 100%");
  if (command) return;
  if (none) {
    require(accuracy.floor == 0, at / "floor",
            "no floor, or a method that compares the answers: exact, contains or command");
    return;
  }
  if (contract_.workload.prompts.source != PromptSource::kFile && sound({"workload", "prompts"})) {
    refuse(at / "method",
           fmt::format("is {}, but only prompts from a file have expected answers",
                       name_of(accuracy.method)),
           "none; or `prompts: {source: file, file: prompts.jsonl}`, whose lines have `expected`");
  }
}

}  // namespace

std::vector<Finding> check_server_meaning(const Contract& contract, const YamlNode& root,
                                          const Findings& before) {
  return ServerMeaning(contract, root, before).check();
}

}  // namespace lynxbench::contract
