#include "cli/load_options.h"

#include <algorithm>

#include "base/files.h"
#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "base/units.h"
#include "model/json.h"
#include "run/server_watch.h"
#include "workload/workload.h"

namespace lynxbench::cli {
namespace {

Error wrong(const std::string& option, const std::string& read, const std::string& right) {
  return error(ErrorCode::kInvalidArgument, "{} takes {}, not \"{}\"", option, right, read);
}

// "; did you mean "p"?", or what there is.
std::string instead(const std::string& word, const std::vector<std::string>& allowed) {
  std::optional<std::string> nearest = nearest_word(word, allowed);
  std::string all = joined(allowed, "or");
  return nearest ? fmt::format("did you mean \"{}\"? It takes {}", *nearest, all) : "it takes " + all;
}

Result<std::int64_t> parse_count(const std::string& option, const std::string& text, std::int64_t least,
                                 std::int64_t most) {
  const std::optional<std::int64_t> value = number_in<std::int64_t>(text);
  if (!value || *value < least || *value > most) {
    return wrong(option, text, fmt::format("a whole number from {} to {}", least, most));
  }
  return *value;
}

Result<double> parse_number(const std::string& option, const std::string& text, const std::string& right) {
  const std::optional<double> value = number_in<double>(text);
  if (!value || !(*value > 0) || *value > 1e12) return wrong(option, text, right);
  return *value;
}

// "100" is per second; "100/s", "6000/min".
Result<double> parse_load_rate(const std::string& option, const std::string& text) {
  const std::string right = "a rate such as 100 (per second) or 6000/min";
  if (text.find('/') == std::string::npos) return parse_number(option, text, right);
  Result<double> rate = parse_rate(text);
  if (!rate.ok() || !(*rate > 0)) return wrong(option, text, right);
  return rate;
}

Result<Nanos> parse_length_of_time(const std::string& option, const std::string& text, Nanos least) {
  Result<Nanos> value = parse_duration(text);
  if (!value.ok() || *value < least) return wrong(option, text, "a duration such as 30s, 500ms or 2min");
  return value;
}

Status set_count(std::int64_t& to, const std::string& option, const std::string& text, std::int64_t least,
                 std::int64_t most) {
  if (!text.empty()) to = TRY(parse_count(option, text, least, most));
  return ok_status();
}

bool is_language(const std::string& protocol) { return protocol.starts_with("openai"); }
bool is_kserve(const std::string& protocol) { return protocol.starts_with("kserve"); }
bool is_command(const std::string& protocol) { return protocol == "command"; }

// Options that mean something to some protocols alone.
struct Belonging {
  const char* option;
  bool given;
  bool fits;
  const char* to;
};

Status check_belonging(const LoadArguments& a) {
  const bool language = is_language(a.protocol), kserve = is_kserve(a.protocol), command = is_command(a.protocol);
  const bool http = a.protocol == "http", over_http = !command && a.protocol != "kserve-grpc";
  const bool prompts = language;
  const Belonging rows[] = {
      {"--url", !a.url.empty(), !command, "servers"},
      {"--model", !a.model.empty(), language || kserve, "openai-* and kserve-*"},
      {"--prompt-tokens", !a.prompt_tokens.empty(), prompts, "openai-*"},
      {"--output-tokens", !a.output_tokens.empty(), prompts, "openai-*"},
      {"--turns", !a.turns.empty(), a.protocol == "openai-chat", "openai-chat"},
      {"--shared-prefix", !a.shared_prefix.empty(), prompts, "openai-*"},
      {"--stream", a.stream, language || a.protocol == "kserve-grpc", "openai-* and kserve-grpc"},
      {"--no-stream", a.no_stream, language || a.protocol == "kserve-grpc", "openai-* and kserve-grpc"},
      {"--extra-body", !a.extra_body.empty(), language, "openai-*"},
      {"--header", !a.headers.empty(), !command, "servers"},
      {"--connections", !a.connections.empty(), !command, "servers"},
      {"--keep-alive", !a.keep_alive.empty(), over_http, "protocols over HTTP/1.1"},
      {"--ca", !a.ca.empty(), !command, "servers"},
      {"--insecure", a.insecure, !command, "servers"},
      {"--metrics", !a.metrics.empty(), !command, "servers"},
      {"--tensor", !a.tensors.empty(), kserve, "kserve-*"},
      {"--json-tensors", a.json_tensors, a.protocol == "kserve-http", "kserve-http"},
      {"--method", !a.method.empty(), http, "http"},
      {"--body", !a.body.empty(), http || command, "http and command"},
      {"--pipe", a.pipe, command, "command"},
      {"-- COMMAND", !a.command.empty(), command, "command"}};
  for (const Belonging& row : rows) {
    if (row.given && !row.fits) {
      return error(ErrorCode::kInvalidArgument, "{} belongs to {}; the protocol is {}", row.option, row.to, a.protocol);
    }
  }
  return ok_status();
}

Status check_url(const LoadArguments& a) {
  if (is_command(a.protocol)) {
    if (a.command.empty()) return error(ErrorCode::kInvalidArgument, "the protocol command needs a command: -- COMMAND ...");
    return ok_status();
  }
  const bool grpc = a.protocol == "kserve-grpc";
  const std::string right = grpc ? "grpc://HOST:PORT or grpcs://HOST:PORT" : "http://HOST:PORT or https://HOST:PORT";
  if (a.url.empty()) return error(ErrorCode::kInvalidArgument, "--url is missing: {}", right);
  bool fits = grpc ? a.url.starts_with("grpc://") || a.url.starts_with("grpcs://")
                   : a.url.starts_with("http://") || a.url.starts_with("https://");
  if (!fits) return wrong("--url", a.url, right + " with " + a.protocol);
  return ok_status();
}

Status check_metrics(const LoadArguments& a) {
  if (a.metrics.empty() || run::check_metrics_url(a.metrics).ok()) return ok_status();
  return wrong("--metrics", a.metrics, "the http:// or https:// URL of the server's own figures, such as http://localhost:8000/metrics");
}

Result<LoadSpec> load_of(const LoadArguments& a, PromptSpec& prompts) {
  LoadSpec load;
  if (!a.arrival.empty()) {
    workload::ArrivalChoice choice = TRY(workload::parse_arrival(a.arrival));
    load = choice.load;
    if (choice.trace_file) {
      prompts.source = PromptSource::kTrace;
      prompts.file = choice.trace_file;
    }
  }
  if (!a.concurrency.empty()) {
    if (!a.rate.empty()) return error(ErrorCode::kInvalidArgument, "--concurrency (a closed loop) and --rate (an open one) exclude each other");
    if (!a.arrival.empty()) return error(ErrorCode::kInvalidArgument, "--arrival belongs to an open loop: give --rate instead of --concurrency");
    load.loop = Loop::kClosed;
    load.concurrency = TRY(parse_count("--concurrency", a.concurrency, 1, 1'000'000));
    return load;
  }
  load.loop = Loop::kOpen;
  if (!a.rate.empty() && load.arrival == Arrival::kRamp) {
    return error(ErrorCode::kInvalidArgument, "--arrival ramp:FROM:TO has its own rates: leave --rate out");
  }
  if (!a.rate.empty()) load.rate_per_s = TRY(parse_load_rate("--rate", a.rate));
  if (!load.rate_per_s && load.arrival != Arrival::kTrace && !a.search) {
    return error(ErrorCode::kInvalidArgument, "give the load: --rate R (an open loop) or --concurrency N (a closed one)");
  }
  return load;
}

Result<PromptSpec> prompts_of(const LoadArguments& a) {
  PromptSpec prompts;
  if (!a.prompt_tokens.empty()) prompts.prompt = TRY(parse_length("--prompt-tokens", a.prompt_tokens));
  if (!a.output_tokens.empty()) prompts.output = TRY(parse_length("--output-tokens", a.output_tokens));
  TRY_STATUS(set_count(prompts.turns, "--turns", a.turns, 1, 1000));
  TRY_STATUS(set_count(prompts.shared_prefix, "--shared-prefix", a.shared_prefix, 0, 10'000'000));
  if (!a.input.empty()) {
    prompts.source = PromptSource::kFile;
    prompts.file = a.input;
  }
  return prompts;
}

// So many that a server's prefix cache does not know most of them, and no more than four million tokens.
std::int64_t default_prompts(const PromptSpec& prompts) {
  double tokens = prompts.prompt.shape == LengthShape::kLogNormal ? prompts.prompt.median : static_cast<double>(prompts.prompt.high);
  tokens = (tokens + static_cast<double>(prompts.shared_prefix)) * static_cast<double>(prompts.turns);
  return static_cast<std::int64_t>(std::clamp(4e6 / std::max(tokens, 1.0), 16.0, 1000.0));
}

Status set_headers(EndpointSpec& endpoint, const LoadArguments& a) {
  for (const std::string& header : a.headers) {
    std::size_t at = header.find(':');
    if (at == std::string::npos || at == 0) return wrong("--header", header, "\"Name: value\" (env:VARIABLE as the value reads it from there)");
    endpoint.headers[std::string(trim(header.substr(0, at)))] = std::string(trim(header.substr(at + 1)));
  }
  return ok_status();
}

Result<EndpointSpec> endpoint_of(const LoadArguments& a) {
  EndpointSpec endpoint;
  endpoint.url = a.url;
  endpoint.model = a.model;
  if (a.stream && a.no_stream) return error(ErrorCode::kInvalidArgument, "--stream and --no-stream exclude each other");
  // Streams are the rule of the OpenAI protocols; KServe's answers come in one piece unless they are asked for as a stream.
  endpoint.stream = a.stream || (is_language(a.protocol) && !a.no_stream) ? Streaming::kOn : Streaming::kOff;
  if (a.keep_alive == "per-request") endpoint.keep_alive = KeepAlive::kPerRequest;
  else if (!a.keep_alive.empty() && a.keep_alive != "reuse") return wrong("--keep-alive", a.keep_alive, "reuse or per-request");
  TRY_STATUS(set_count(endpoint.connections, "--connections", a.connections, 1, 1'000'000));
  if (!a.timeout.empty()) endpoint.timeout = TRY(parse_length_of_time("--timeout", a.timeout, Nanos{1'000'000}));
  TRY_STATUS(set_headers(endpoint, a));
  if (a.insecure) endpoint.certificates = Certificates::kTrustAny;
  if (!a.ca.empty()) endpoint.ca_file = a.ca;
  endpoint.metrics_url = a.metrics;
  if (!a.extra_body.empty()) {
    Result<Json> parsed = parse_json(a.extra_body, "--extra-body");
    if (!parsed.ok() || !parsed->is_object()) return wrong("--extra-body", a.extra_body, "a JSON object such as '{\"temperature\": 0}'");
    endpoint.extra_body = a.extra_body;
  }
  if (a.json_tensors) endpoint.tensor_encoding = TensorEncoding::kJson;
  for (const std::string& tensor : a.tensors) endpoint.tensors.push_back(TRY(parse_tensor(tensor)));
  if (!a.method.empty()) endpoint.method = a.method;
  endpoint.command = a.command;
  if (a.pipe) endpoint.command_mode = CommandMode::kPipe;
  return endpoint;
}

bool is_of_stream(LatencyMetric metric) {
  return metric == LatencyMetric::kTtft || metric == LatencyMetric::kItl || metric == LatencyMetric::kTpot;
}

Status set_slo(Slo& slo, const LoadArguments& a, const EndpointSpec& endpoint) {
  for (std::size_t i = 0; i < a.slo.size(); ++i) {
    SloTerm term = TRY(parse_slo(a.slo[i]));
    const bool may_stream = is_language(a.protocol) || a.protocol == "kserve-grpc";
    if (is_of_stream(term.metric) && may_stream && endpoint.stream == Streaming::kOff) {
      return error(ErrorCode::kInvalidArgument, "--slo {}: an answer that is not streamed has no {} ({})", a.slo[i],
                   name_of(term.metric), a.no_stream ? "--no-stream" : "--stream asks for a stream");
    }
    if (i == 0) slo = {term.quantile, term.at_most, term.metric, {}};
    else slo.also.push_back(term);
  }
  if (a.slo.empty() && a.require_slo) {
    return error(ErrorCode::kInvalidArgument, "--require-slo: there is no --slo, such as --slo e2e.p99=500ms");
  }
  if (a.slo.empty() && a.search) {
    return error(ErrorCode::kInvalidArgument, "--search needs an --slo: the criterion that a rate must keep");
  }
  return ok_status();
}

Status set_accuracy(AccuracySpec& accuracy, const LoadArguments& a) {
  if (!a.score_command.empty()) {
    if (!a.score.empty()) return error(ErrorCode::kInvalidArgument, "--score and --score-command exclude each other");
    accuracy.method = ScoreMethod::kCommand;
    accuracy.command = {"sh", "-c", a.score_command};
  } else if (!a.score.empty()) {
    if (a.score != "exact" && a.score != "contains") {
      return wrong("--score", a.score, "exact or contains (or use --score-command)");
    }
    if (a.input.empty()) {
      return error(ErrorCode::kInvalidArgument, "--score {} needs --input FILE, whose lines have what is \"expected\"", a.score);
    }
    accuracy.method = *score_method_named(a.score);
  }
  if (a.accuracy.empty()) return ok_status();
  Result<double> ratio = parse_ratio(a.accuracy);
  if (!ratio.ok() || !(*ratio > 0) || *ratio > 1) return wrong("--accuracy", a.accuracy, "a ratio such as 95%");
  if (accuracy.method == ScoreMethod::kNone) {
    return error(ErrorCode::kInvalidArgument, "--accuracy needs --score exact|contains or --score-command");
  }
  accuracy.floor = *ratio;
  return ok_status();
}

// By how much of the window; what ramps or replays has its own beginning.
Nanos default_warm_up(const LoadSpec& load, Nanos duration) {
  if (load.arrival == Arrival::kRamp || load.arrival == Arrival::kTrace) return Nanos{0};
  return std::min(duration / 10, Nanos{5'000'000'000});
}

Result<SearchSpec> search_of(const LoadArguments& a, const LoadSpec& load, Nanos duration) {
  SearchSpec search;
  if (load.loop == Loop::kClosed) return error(ErrorCode::kInvalidArgument, "--search looks for a rate: it goes with --rate (where it starts) and not with --concurrency");
  if (load.arrival == Arrival::kRamp || load.arrival == Arrival::kTrace) {
    return error(ErrorCode::kInvalidArgument, "--search needs arrivals at one rate: constant, poisson or gamma");
  }
  search.arrival = load.arrival;
  search.start_per_s = load.rate_per_s.value_or(search.start_per_s);
  if (!a.at_most.empty()) search.at_most_per_s = TRY(parse_load_rate("--at-most", a.at_most));
  if (search.at_most_per_s < search.start_per_s) {
    return error(ErrorCode::kInvalidArgument, "--at-most {} is below the rate at which the search starts, {}",
                 rate_text(search.at_most_per_s), rate_text(search.start_per_s));
  }
  if (!a.resolution.empty()) {
    Result<double> ratio = parse_ratio(a.resolution);
    if (!ratio.ok() || !(*ratio > 0) || *ratio > 1) return wrong("--resolution", a.resolution, "a ratio such as 5%");
    search.resolution = *ratio;
  }
  search.point = duration;
  search.extend_to = duration * 3;
  return search;
}

}  // namespace

const std::vector<std::string>& load_protocols() {
  static const std::vector<std::string> protocols{"openai-chat", "openai-completions", "kserve-http", "kserve-grpc", "http", "command"};
  return protocols;
}

Result<LengthSpec> parse_length(const std::string& option, const std::string& text) {
  const std::string right = "a length in tokens: 128, 100..200, or lognormal:MEDIAN:SIGMA";
  constexpr std::int64_t kMost = 10'000'000;
  LengthSpec length;
  std::vector<std::string> words = split(text, ':');
  if (words[0] == "lognormal") {
    if (words.size() != 3) return wrong(option, text, right);
    length.shape = LengthShape::kLogNormal;
    length.median = TRY(parse_number(option, words[1], right));
    length.sigma = TRY(parse_number(option, words[2], right));
    if (length.sigma > 4 || length.median < 1 || length.median > static_cast<double>(kMost)) return wrong(option, text, right + " with SIGMA at most 4");
    length.low = 1;
    length.high = static_cast<std::int64_t>(std::min(length.median * 50, static_cast<double>(kMost)));
    return length;
  }
  std::size_t dots = text.find("..");
  Result<std::int64_t> low = parse_count(option, text.substr(0, dots), 1, kMost);
  Result<std::int64_t> high = dots == std::string::npos ? low : parse_count(option, text.substr(dots + 2), 1, kMost);
  if (!low.ok() || !high.ok() || *low > *high) return wrong(option, text, right);
  length.shape = dots == std::string::npos ? LengthShape::kFixed : LengthShape::kUniform;
  length.low = *low;
  length.high = *high;
  return length;
}

Result<SloTerm> parse_slo(const std::string& text) {
  const std::string right = "METRIC.pQ=DURATION such as ttft.p99=200ms";
  std::size_t equals = text.find('='), dot = text.find(".p");
  if (equals == std::string::npos || dot == std::string::npos || dot > equals) return wrong("--slo", text, right);
  SloTerm term;
  std::string metric = text.substr(0, dot), percentile = text.substr(dot + 2, equals - dot - 2);
  std::optional<LatencyMetric> named = latency_metric_named(metric);
  if (!named) {
    return error(ErrorCode::kInvalidArgument, "--slo {}: there is no latency \"{}\"; {}", text, metric,
                 instead(metric, {"e2e", "service", "ttft", "itl", "tpot"}));
  }
  term.metric = *named;
  double percent = TRY(parse_number("--slo", percentile, right));
  if (!(percent < 100)) return wrong("--slo", text, right + ", with Q below 100");
  term.quantile = percent / 100;
  Result<Nanos> limit = parse_duration(text.substr(equals + 1));
  if (!limit.ok() || *limit <= Nanos{0}) return wrong("--slo", text, right);
  term.at_most = *limit;
  return term;
}

Result<TensorSpec> parse_tensor(const std::string& text) {
  const std::string right = "NAME:SHAPE or NAME:SHAPE:FILE, such as image:1x3x224x224";
  std::vector<std::string> words = split(text, ':');
  if (words.empty() || words[0].empty() || words.size() > 3) return wrong("--tensor", text, right);
  TensorSpec tensor;
  tensor.name = words[0];
  if (words.size() > 1 && !words[1].empty()) {
    std::string shape = words[1];
    std::replace(shape.begin(), shape.end(), ',', 'x');
    for (const std::string& size : split(shape, 'x')) {
      Result<std::int64_t> parsed = parse_count("--tensor", size, 1, 1'000'000'000);
      if (!parsed.ok()) return wrong("--tensor", text, right);
      tensor.shape.push_back(*parsed);
    }
  }
  if (words.size() == 3) tensor.file = words[2];
  return tensor;
}

Result<run::LoadJob> load_job(const LoadArguments& a) {
  if (a.protocol.empty()) return error(ErrorCode::kInvalidArgument, "--protocol is missing: {}", joined(load_protocols(), "or"));
  if (std::find(load_protocols().begin(), load_protocols().end(), a.protocol) == load_protocols().end()) {
    return error(ErrorCode::kInvalidArgument, "there is no protocol \"{}\"; {}", a.protocol, instead(a.protocol, load_protocols()));
  }
  TRY_STATUS(check_belonging(a));
  TRY_STATUS(check_url(a));
  TRY_STATUS(check_metrics(a));
  run::LoadJob job;
  Contract& contract = job.contract;
  contract.name = "load";
  contract.target.kind = a.protocol;
  contract.target.endpoint = TRY(endpoint_of(a));
  contract.workload.model.name = a.model;
  contract.workload.seed = static_cast<std::uint64_t>(TRY(parse_count("--seed", a.seed, 0, INT64_MAX)));
  TRY_STATUS(set_count(contract.workload.input.distinct, "--inputs", a.distinct, 1, 1'000'000));
  contract.workload.prompts = TRY(prompts_of(a));
  if (is_language(a.protocol) && a.distinct.empty()) contract.workload.input.distinct = default_prompts(contract.workload.prompts);
  LoadPoint point;
  point.name = "load";
  point.load = TRY(load_of(a, contract.workload.prompts));
  point.duration = TRY(parse_length_of_time("--duration", a.duration, Nanos{1'000'000}));
  contract.load.points = {point};
  contract.load.sessions = 1;
  contract.load.max_in_flight = 10'000;
  TRY_STATUS(set_count(contract.load.max_in_flight, "--max-in-flight", a.max_in_flight, 1, 10'000'000));
  contract.slo.at_most = Nanos{0};  // none, until one is given
  TRY_STATUS(set_slo(contract.slo, a, contract.target.endpoint));
  TRY_STATUS(set_accuracy(contract.workload.accuracy, a));
  if (a.search) contract.load.search = TRY(search_of(a, point.load, point.duration));
  job.warm_up = a.warm_up.empty() ? default_warm_up(point.load, point.duration)
                                  : TRY(parse_length_of_time("--warm-up", a.warm_up, Nanos{0}));
  if (!a.threads.empty()) job.threads = static_cast<int>(TRY(parse_count("--threads", a.threads, 1, 256)));
  if (!a.cpu.empty()) job.cpu = static_cast<int>(TRY(parse_count("--cpu", a.cpu, 0, 4095)));
  if (!a.record.empty()) job.record = a.record;
  return job;
}

}  // namespace lynxbench::cli
