#include "stub/options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include "base/number.h"
#include "base/text.h"
#include "base/units.h"

namespace lynxbench::stub {
namespace {

constexpr std::array<std::string_view, kFaults> kFaultNames{
    "none", "500", "503", "429", "mid-stream", "cut", "reset", "html", "half-chunk", "silence"};

template <typename Number>
Result<Number> whole_number(std::string_view name, std::string_view text, Number least, Number most) {
  const std::optional<Number> value = number_in<Number>(text);
  if (!value || *value < least || *value > most) {
    return error(ErrorCode::kInvalidArgument, "{}: \"{}\" is no number from {} to {}", name, text, least, most);
  }
  return *value;
}

Result<bool> truth_value(std::string_view name, std::string_view text) {
  if (text == "true" || text == "1" || text.empty()) return true;
  if (text == "false" || text == "0") return false;
  return error(ErrorCode::kInvalidArgument, "{}: \"{}\" is neither true nor false", name, text);
}

Result<double> time_of(std::string_view text) {
  Nanos value = TRY(parse_duration(text));
  return static_cast<double>(value.count());
}

Result<double> count_of(std::string_view text) {
  return static_cast<double>(TRY(whole_number<std::int64_t>("count", text, 0, 100'000'000)));
}

using ValueOf = Result<double> (*)(std::string_view);

Result<double> sigma_of(std::string_view text) {
  const std::optional<double> value = number_in<double>(text);
  if (!value || !(*value >= 0 && *value <= 10)) {
    return error(ErrorCode::kInvalidArgument, "\"{}\" is no standard deviation from 0 to 10", text);
  }
  return *value;
}

Result<Distribution> parse_distribution(std::string_view text, ValueOf value, std::string_view example) {
  std::vector<std::string> parts = split(text, ':');
  Distribution made;
  if (parts.size() == 1) {
    made.a = TRY(value(parts[0]));
    return made;
  }
  if (parts.size() == 2 && parts[0] == "exp") {
    made.kind = Distribution::Kind::kExponential;
    made.a = TRY(value(parts[1]));
    return made;
  }
  if (parts.size() == 3 && parts[0] == "uniform") {
    made.kind = Distribution::Kind::kUniform;
    made.a = TRY(value(parts[1]));
    made.b = TRY(value(parts[2]));
    if (made.a <= made.b) return made;
  }
  if (parts.size() == 3 && parts[0] == "lognormal") {
    made.kind = Distribution::Kind::kLogNormal;
    made.a = TRY(value(parts[1]));
    made.b = TRY(sigma_of(parts[2]));
    return made;
  }
  return error(ErrorCode::kInvalidArgument, "\"{}\" is no distribution; {}", text, example);
}

Result<std::vector<FaultRate>> parse_faults(std::string_view text) {
  std::vector<FaultRate> rates;
  double sum = 0;
  for (const std::string& part : split(text, ',')) {
    if (part.empty() || part == "none") continue;
    std::vector<std::string> words = split(part, ':');
    auto found = std::find(kFaultNames.begin() + 1, kFaultNames.end(), words[0]);
    if (found == kFaultNames.end() || words.size() > 2) {
      return error(ErrorCode::kInvalidArgument,
                   "errors: \"{}\" is none; for example 500:1%,reset:0.5%; there is 500, 503, 429, mid-stream, cut, "
                   "reset, html, half-chunk and silence", part);
    }
    FaultRate rate{static_cast<Fault>(found - kFaultNames.begin()), 1.0};
    if (words.size() == 2) rate.ratio = TRY(parse_ratio(words[1]));
    if (rate.ratio < 0) return error(ErrorCode::kInvalidArgument, "errors: {} is below 0", words[1]);
    sum += rate.ratio;
    rates.push_back(rate);
  }
  if (sum > 1 + 1e-9) return error(ErrorCode::kInvalidArgument, "errors: more than 100 % in all: {}", text);
  return rates;
}

Result<StallSpec> parse_stall(std::string_view text) {
  std::vector<std::string> parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) {
    return error(ErrorCode::kInvalidArgument, "stall: \"{}\" is none; AT:LENGTH or AT:LENGTH:EVERY, as in 5s:2s:10s", text);
  }
  StallSpec stall;
  stall.at_ns = TRY(parse_duration(parts[0])).count();
  stall.length_ns = TRY(parse_duration(parts[1])).count();
  if (parts.size() == 3) stall.every_ns = TRY(parse_duration(parts[2])).count();
  if (stall.length_ns <= 0 || (stall.every_ns != 0 && stall.every_ns <= stall.length_ns)) {
    return error(ErrorCode::kInvalidArgument, "stall: \"{}\": the length is above 0 and below that of the period", text);
  }
  return stall;
}

Result<RoleChunk> parse_role(std::string_view text) {
  if (text == "at-once") return RoleChunk::kAtOnce;
  if (text == "with-content") return RoleChunk::kWithContent;
  if (text == "none") return RoleChunk::kNone;
  return error(ErrorCode::kInvalidArgument, "role: \"{}\" is none of at-once, with-content and none", text);
}

using SetBehaviour = Status (*)(Behaviour&, std::string_view);
using SetOptions = Status (*)(Options&, std::string_view);

struct Entry {
  OptionName name;
  SetBehaviour behaviour = nullptr;
  SetOptions options = nullptr;
};

// A setter of a request's behaviour.
#define OF_REQUEST(NAME, HELP, MEMBER, VALUE) \
  Entry{{NAME, HELP, true}, [](Behaviour& b, std::string_view text) -> Status { b.MEMBER = TRY(VALUE); return ok_status(); }, nullptr}
#define OF_SERVER(NAME, HELP, ...) \
  Entry{{NAME, HELP, false}, nullptr, [](Options& o, std::string_view text) -> Status { __VA_ARGS__; return ok_status(); }}

constexpr std::int64_t kMany = 1'000'000'000;

Status set_waiting_limit(Options& o, std::string_view text) {
  if (text == "none") o.queue.limit.reset();
  else o.queue.limit = TRY(whole_number<std::int64_t>("queue-limit", text, 0, kMany));
  return ok_status();
}

const std::array kEntries{
    OF_REQUEST("ttft", "streams: end of service to the first content: 20ms, uniform:10ms:30ms, exp:20ms, lognormal:20ms:0.5", ttft, parse_times(text)),
    OF_REQUEST("itl", "streams: from one chunk of content to the next", itl, parse_times(text)),
    OF_REQUEST("delay", "unary answers: end of service to the answer", delay, parse_times(text)),
    OF_REQUEST("tokens", "tokens of an answer: 128, uniform:1:4, exp:128, lognormal:128:1; as many as asked for, else 16", tokens, parse_counts(text)),
    OF_REQUEST("tokens-per-chunk", "tokens in a chunk", tokens_per_chunk, parse_counts(text)),
    OF_REQUEST("reasoning-tokens", "the first so many tokens come in the reasoning channel", reasoning_tokens, whole_number<std::int64_t>("reasoning-tokens", text, 0, kMany)),
    OF_REQUEST("tool-calls", "so many chunks of a tool call end the content", tool_calls, whole_number<std::int64_t>("tool-calls", text, 0, 1000)),
    OF_REQUEST("role", "the chunk with the role: at-once, with-content or none", role, parse_role(text)),
    OF_REQUEST("usage", "true: the usage chunk also where it was not asked for", usage, truth_value("usage", text)),
    OF_REQUEST("service", "how long a server of the queue is held; the whole answer", service, parse_times(text)),
    OF_REQUEST("errors", "500:1%,429:1%,503:1%,mid-stream:1%,cut:1%,reset:1%,html:1%,half-chunk:1%,silence:1%", faults, parse_faults(text)),
    OF_REQUEST("retry-after", "seconds that a 429 asks for", retry_after_s, whole_number<std::int64_t>("retry-after", text, 0, 86400)),
    OF_REQUEST("bytes", "size of the plain answer: 128, 64KiB", bytes, (text.find_first_not_of("0123456789") == text.npos ? whole_number<std::int64_t>("bytes", text, 0, kMany) : parse_bytes(text))),
    OF_SERVER("servers", "first come, first served by so many servers; without limit", o.queue.kind = QueueSpec::Kind::kServers; o.queue.servers = TRY(whole_number<std::int64_t>("servers", text, 1, 1'000'000))),
    OF_SERVER("batch", "requests are served in batches of at most so many", o.queue.kind = QueueSpec::Kind::kBatch; o.queue.batch = TRY(whole_number<std::int64_t>("batch", text, 1, 1'000'000))),
    OF_SERVER("batch-fixed", "time of a batch: this, and", o.queue.batch_fixed_ns = TRY(time_of(text))),
    OF_SERVER("batch-per-item", "this for each request in it", o.queue.batch_per_item_ns = TRY(time_of(text))),
    OF_SERVER("batch-timeout", "a batch waits so long for company", o.queue.batch_timeout_ns = TRY(parse_duration(text)).count()),
    OF_SERVER("batch-servers", "batches at once", o.queue.servers = TRY(whole_number<std::int64_t>("batch-servers", text, 1, 1'000'000))),
    OF_SERVER("queue-limit", "requests that may wait; one more is answered 503", TRY_STATUS(set_waiting_limit(o, text))),
    OF_SERVER("stall", "AT:LENGTH or AT:LENGTH:EVERY since the start: 5s:2s:10s", o.stalls.push_back(TRY(parse_stall(text)))),
    OF_SERVER("seed", "of all that is drawn", o.seed = TRY(whole_number<std::uint64_t>("seed", text, 0, UINT64_MAX))),
    OF_SERVER("model", "the model's name", o.model = std::string(text)),
    OF_SERVER("host", "address to listen on", o.host = std::string(text)),
    OF_SERVER("spin", "the last of a wait is spun for", o.spin = TRY(parse_duration(text))),
    OF_SERVER("cpu", "the processor to run on", o.cpu = TRY(whole_number<int>("cpu", text, 0, 1023))),
};
#undef OF_REQUEST
#undef OF_SERVER

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x == '_' ? '-' : x) == (y == '_' ? '-' : y); });
}

const Entry* entry_of(std::string_view name) {
  for (const Entry& entry : kEntries) {
    if (same_name(entry.name.name, name)) return &entry;
  }
  return nullptr;
}

Error unknown(std::string_view name, bool of_request) {
  std::vector<std::string> known;
  for (const Entry& entry : kEntries) {
    if (entry.name.of_request || !of_request) known.emplace_back(entry.name.name);
  }
  std::optional<std::string> nearest = nearest_word(name, known);
  return error(ErrorCode::kInvalidArgument, "the stub has no option \"{}\"{}{}", name, of_request ? " of a request" : "",
               nearest ? "; did you mean \"" + *nearest + "\"?" : "; there is " + joined(known, "and"));
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

double Distribution::mean() const {
  switch (kind) {
    case Kind::kFixed:
    case Kind::kExponential: return a;
    case Kind::kUniform: return (a + b) / 2;
    case Kind::kLogNormal: return a * std::exp(b * b / 2);
  }
  return a;
}

double Distribution::draw(Random& random) const {
  switch (kind) {
    case Kind::kFixed: return a;
    case Kind::kUniform: return a + (b - a) * random.uniform();
    case Kind::kExponential: return a * random.exponential();
    case Kind::kLogNormal: {
      // Box and Muller (1958).
      double radius = std::sqrt(2 * random.exponential());
      return a * std::exp(b * radius * std::cos(2 * std::numbers::pi * random.uniform()));
    }
  }
  return a;
}

std::string_view name_of(Fault fault) { return kFaultNames[static_cast<std::size_t>(fault)]; }

Result<Distribution> parse_times(std::string_view text) {
  return parse_distribution(text, time_of, "times are 20ms, uniform:10ms:30ms, exp:20ms or lognormal:20ms:0.5");
}

Result<Distribution> parse_counts(std::string_view text) {
  return parse_distribution(text, count_of, "counts are 128, uniform:1:4, exp:128 or lognormal:128:1");
}

std::span<const OptionName> option_names() {
  static const std::vector<OptionName> names = [] {
    std::vector<OptionName> all;
    for (const Entry& entry : kEntries) all.push_back(entry.name);
    return all;
  }();
  return names;
}

Status set_option(Options& options, std::string_view name, std::string_view text) {
  const Entry* entry = entry_of(name);
  if (entry == nullptr) return unknown(name, false);
  Status set = entry->behaviour != nullptr ? entry->behaviour(options.behaviour, text) : entry->options(options, text);
  if (!set.ok()) return Error{ErrorCode::kInvalidArgument, set.error().message, std::string(name)};
  return ok_status();
}

Status set_behaviour(Behaviour& behaviour, std::string_view name, std::string_view text) {
  const Entry* entry = entry_of(name);
  if (entry == nullptr || entry->behaviour == nullptr) return unknown(name, true);
  Status set = entry->behaviour(behaviour, text);
  if (!set.ok()) return Error{ErrorCode::kInvalidArgument, set.error().message, std::string(name)};
  return ok_status();
}

Status set_options(Options& options, const Json& document) {
  if (!document.is_object()) return error(ErrorCode::kInvalidArgument, "the stub's options are an object of names and values");
  for (const auto& [name, value] : document.items()) {
    if (value.is_array()) {
      for (const Json& item : value) TRY_STATUS(set_option(options, name, text_of(item)));
    } else {
      TRY_STATUS(set_option(options, name, text_of(value)));
    }
  }
  return ok_status();
}

std::optional<double> capacity_per_s(const Options& options, bool streamed) {
  const QueueSpec& queue = options.queue;
  const Behaviour& behaviour = options.behaviour;
  if (queue.kind == QueueSpec::Kind::kInfinite) return std::nullopt;
  double servers = static_cast<double>(queue.servers);
  if (queue.kind == QueueSpec::Kind::kBatch) {
    double size = static_cast<double>(queue.batch);
    double batch_ns = queue.batch_fixed_ns + size * queue.batch_per_item_ns;
    return batch_ns > 0 ? std::optional(servers * size / batch_ns * 1e9) : std::nullopt;
  }
  double held_ns = behaviour.delay.mean();
  if (behaviour.service) {
    held_ns = behaviour.service->mean();
  } else if (streamed) {
    double tokens = behaviour.tokens ? behaviour.tokens->mean() : 16;
    double chunks = std::max(1.0, tokens / std::max(1.0, behaviour.tokens_per_chunk.mean()));
    held_ns = behaviour.ttft.mean() + (chunks - 1) * behaviour.itl.mean();
  }
  return held_ns > 0 ? std::optional(servers / held_ns * 1e9) : std::nullopt;
}

}  // namespace lynxbench::stub
