#include "trace/otlp/span.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "trace/civil_time.h"
#include "trace/decimal.h"

namespace lynxbench::trace::otlp {
namespace {

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::optional<std::string> hex_of_base64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string hex;
  unsigned bits = 0;
  unsigned held = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (char c : text) {
    if (c == '-' || c == '_') c = c == '-' ? '+' : '/';
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<unsigned>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    hex += fmt::format("{:02x}", (bits >> held) & 0xffU);
  }
  return hex;
}

// All zeros means that there is none.
bool is_none(std::string_view id) { return id.find_first_not_of('0') == std::string_view::npos; }

std::string key_of(std::string_view trace, std::string_view span) {
  if (is_none(trace) || is_none(span)) return "";
  return normal_id(trace) + '/' + normal_id(span);
}

// The scalar of {"stringValue": "x"}, {"intValue": "7"}, ... or of a value that stands alone. Lists and
// lists of pairs give nothing: no attribute that is needed is one.
std::string_view attribute_value(JsonCursor& json) {
  if (json.peek() != '{') return json.scalar();
  std::string_view value;
  if (!json.enter('{')) return value;
  while (json.key()) {
    const std::string_view found = json.scalar();
    if (value.empty()) value = found;
  }
  return value;
}

// Seconds, as vLLM writes them; nothing when there are less than none.
std::optional<std::int64_t> seconds(std::string_view value) {
  const std::optional<std::int64_t> ns = nanoseconds_of_seconds(value);
  return ns && *ns >= 0 ? ns : std::nullopt;
}

struct LatencyName {
  std::string_view name;
  std::optional<std::int64_t> Latencies::*member;
};
constexpr std::array<LatencyName, 8> kLatencies = {{
    {"gen_ai.latency.time_in_queue", &Latencies::queue_ns},
    {"gen_ai.latency.time_to_first_token", &Latencies::first_token_ns},
    {"gen_ai.latency.e2e", &Latencies::e2e_ns},
    {"gen_ai.latency.time_in_model_prefill", &Latencies::prefill_ns},
    {"gen_ai.latency.time_in_model_decode", &Latencies::decode_ns},
    {"gen_ai.latency.time_in_model_inference", &Latencies::inference_ns},
    {"gen_ai.latency.time_in_model_execute", &Latencies::inference_ns},
    {"gen_ai.latency.time_in_model_forward", &Latencies::inference_ns},
}};

void take_attribute(std::string_view name, std::string_view value, Span& span) {
  if (name == "service.name") {
    span.service = unescaped(value);
  } else if (name == "gen_ai.request.id") {
    span.request_id = unescaped(value);
  } else if (name == "triton.trace_id") {
    span.triton_id = unescaped(value);
  } else if (name == "gen_ai.response.model" || name == "triton.model_name") {
    span.model = unescaped(value);
  } else if (name == "gen_ai.request.model") {
    if (span.model.empty()) span.model = unescaped(value);
  } else {
    for (const LatencyName& latency : kLatencies) {
      std::optional<std::int64_t>& member = span.latencies.*(latency.member);
      if (latency.name == name && !member) member = seconds(value);
    }
  }
}

// "1544712660000000000", or a date and a time where another tool wrote the spans anew.
std::optional<std::int64_t> time_ns(std::string_view text, Span& span) {
  if (const std::optional<std::int64_t> ns = scaled_decimal(text, 0)) return ns;
  const std::optional<CivilTime> time = civil_time(text);
  if (!time) return std::nullopt;
  span.zone_known = span.zone_known && time->zone_known;
  return time->ns;
}

void take_events(JsonCursor& json, Span& span) {
  const auto is_time = [](std::string_view key) {
    return key == "timeUnixNano" || key == "time_unix_nano";
  };
  // Events of other names have no moment; one without a time is none.
  static_cast<void>(triton::read_stamps(json, is_time, span.stamps));
}

bool take_status(JsonCursor& json) {
  bool failed = false;
  if (!json.enter('{')) {
    json.skip();
    return failed;
  }
  while (const std::optional<std::string_view> key = json.key()) {
    if (*key == "code") {
      const std::string_view code = json.scalar();
      failed = code == "2" || code == "STATUS_CODE_ERROR" || code == "ERROR";
    } else {
      json.skip();
    }
  }
  return failed;
}

struct Ids {
  std::string_view trace;
  std::string_view span;
  std::string_view parent;
};

void take_member(std::string_view key, JsonCursor& json, Span& span, Ids& ids) {
  if (key == "traceId" || key == "trace_id") {
    ids.trace = json.scalar();
  } else if (key == "spanId" || key == "span_id") {
    ids.span = json.scalar();
  } else if (key == "parentSpanId" || key == "parent_span_id") {
    const bool is_text = json.peek() == '"';
    const std::string_view parent = json.scalar();
    if (is_text) ids.parent = parent;
  } else if (key == "name") {
    const std::string name = unescaped(json.string());
    span.name = name.substr(0, name.find('?'));
  } else if (key == "startTimeUnixNano" || key == "start_time_unix_nano" || key == "start_time") {
    span.begin_ns = time_ns(json.scalar(), span);
  } else if (key == "endTimeUnixNano" || key == "end_time_unix_nano" || key == "end_time") {
    span.end_ns = time_ns(json.scalar(), span);
  } else if (key == "attributes" || key == "resource_attributes") {
    each_attribute(json, [&span](std::string_view name, std::string_view value) {
      take_attribute(name, value, span);
    });
  } else if (key == "events") {
    take_events(json, span);
  } else if (key == "status") {
    span.failed = take_status(json);
  } else {
    json.skip();
  }
}

}  // namespace

void each_attribute(JsonCursor& json, const TakeAttribute& take) {
  if (json.peek() == '{') {
    if (!json.enter('{')) return;
    while (const std::optional<std::string_view> key = json.key()) {
      const std::string_view value = attribute_value(json);
      if (json.fault() == JsonFault::kNone) take(*key, value);
    }
    return;
  }
  if (!json.enter('[')) return json.skip();
  while (json.element()) {
    std::string_view name;
    std::string_view value;
    if (!json.enter('{')) {
      json.skip();
      continue;
    }
    while (const std::optional<std::string_view> key = json.key()) {
      if (*key == "key") {
        name = json.string();
      } else if (*key == "value") {
        value = attribute_value(json);
      } else {
        json.skip();
      }
    }
    if (json.fault() == JsonFault::kNone) take(name, value);
  }
}

std::optional<Span> parse_span(std::string_view text) {
  JsonCursor json(text);
  if (!json.enter('{')) return std::nullopt;
  Span span;
  Ids ids;
  while (const std::optional<std::string_view> key = json.key()) take_member(*key, json, span, ids);
  if (json.fault() != JsonFault::kNone) return std::nullopt;
  span.key = key_of(ids.trace, ids.span);
  span.parent = key_of(ids.trace, ids.parent);
  return span;
}

std::string service_of_resource(std::string_view resource) {
  JsonCursor json(resource);
  std::string service;
  if (!json.enter('{')) return service;
  while (const std::optional<std::string_view> key = json.key()) {
    if (*key != "attributes") {
      json.skip();
      continue;
    }
    each_attribute(json, [&service](std::string_view name, std::string_view value) {
      if (name == "service.name") service = unescaped(value);
    });
  }
  return service;
}

std::string normal_id(std::string_view id) {
  std::string normal(id);
  if (is_hex(id)) {
    std::transform(normal.begin(), normal.end(), normal.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return normal;
  }
  const bool has_length = id.size() == 24 || id.size() == 12 || id.size() == 22 || id.size() == 11;
  if (!has_length) return normal;
  const std::optional<std::string> hex = hex_of_base64(id);
  const bool is_id = hex && (hex->size() == 32 || hex->size() == 16);
  return is_id ? *hex : normal;
}

}  // namespace lynxbench::trace::otlp
