#include "trace/redact/edit_otlp.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "trace/civil_time.h"
#include "trace/decimal.h"
#include "trace/json_cursor.h"
#include "trace/json_text.h"
#include "trace/loss_count.h"
#include "trace/otlp/documents.h"
#include "trace/otlp/span.h"
#include "trace/redact/values.h"
#include "trace/redact/words.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;

enum class Keep : std::uint8_t { kNumber, kName, kId, kWord };
struct Attribute {
  std::string_view name;
  Keep keep;
};

// Semantic conventions for generative AI, vLLM's and Triton's; what prompts, answers, users, hosts and
// addresses stand in is not here.
constexpr std::array kAttributes{
    Attribute{"gen_ai.latency.time_in_queue", Keep::kNumber},
    Attribute{"gen_ai.latency.time_to_first_token", Keep::kNumber},
    Attribute{"gen_ai.latency.e2e", Keep::kNumber},
    Attribute{"gen_ai.latency.time_in_scheduler", Keep::kNumber},
    Attribute{"gen_ai.latency.time_in_model_prefill", Keep::kNumber},
    Attribute{"gen_ai.latency.time_in_model_decode", Keep::kNumber},
    Attribute{"gen_ai.latency.time_in_model_inference", Keep::kNumber},
    Attribute{"gen_ai.latency.time_in_model_execute", Keep::kNumber},
    Attribute{"gen_ai.latency.time_in_model_forward", Keep::kNumber},
    Attribute{"gen_ai.usage.prompt_tokens", Keep::kNumber},
    Attribute{"gen_ai.usage.completion_tokens", Keep::kNumber},
    Attribute{"gen_ai.usage.input_tokens", Keep::kNumber},
    Attribute{"gen_ai.usage.output_tokens", Keep::kNumber},
    Attribute{"gen_ai.usage.num_sequences", Keep::kNumber},
    Attribute{"gen_ai.request.max_tokens", Keep::kNumber},
    Attribute{"gen_ai.request.temperature", Keep::kNumber},
    Attribute{"gen_ai.request.top_p", Keep::kNumber},
    Attribute{"gen_ai.request.n", Keep::kNumber},
    Attribute{"gen_ai.request.id", Keep::kId},
    Attribute{"gen_ai.request.model", Keep::kName},
    Attribute{"gen_ai.response.model", Keep::kName},
    Attribute{"gen_ai.operation.name", Keep::kWord},
    Attribute{"http.status_code", Keep::kNumber},
    Attribute{"http.response.status_code", Keep::kNumber},
    Attribute{"rpc.grpc.status_code", Keep::kNumber},
    Attribute{"triton.trace_id", Keep::kId},
    Attribute{"triton.trace_parent_id", Keep::kId},
    Attribute{"triton.model_name", Keep::kName},
    Attribute{"triton.model_version", Keep::kNumber},
    Attribute{"service.name", Keep::kName},
};
constexpr std::array kOperations{"chat"sv, "completion"sv, "text_completion"sv, "embeddings"sv,
                                 "generate_content"sv, "execute_tool"sv, "invoke_agent"sv,
                                 "create_agent"sv};

// Names that servers themselves give to spans and events.
constexpr std::array kSpanNames{
    "llm_request"sv, "InferRequest"sv, "compute"sv, "queue"sv, "POST"sv, "GET"sv, "chat"sv,
    "completion"sv, "text_completion"sv, "embeddings"sv, "POST /v1/chat/completions"sv,
    "POST /v1/completions"sv, "POST /v1/embeddings"sv, "POST /v1/responses"sv, "POST /generate"sv,
    "GET /health"sv, "GET /metrics"sv, "/v1/chat/completions"sv, "/v1/completions"sv,
    "http receive"sv, "http send"sv, "inference.GRPCInferenceService/ModelInfer"sv};
constexpr std::array kStatusCodes{"STATUS_CODE_ERROR"sv, "ERROR"sv, "STATUS_CODE_OK"sv, "OK"sv,
                                  "STATUS_CODE_UNSET"sv, "UNSET"sv};
constexpr std::array kSpanKinds{"SPAN_KIND_INTERNAL"sv, "SPAN_KIND_SERVER"sv, "SPAN_KIND_CLIENT"sv,
                                "SPAN_KIND_PRODUCER"sv, "SPAN_KIND_CONSUMER"sv};

std::optional<Attribute> attribute_named(std::string_view name) {
  const auto* const found = std::find_if(kAttributes.begin(), kAttributes.end(),
                                         [&](const Attribute& one) { return one.name == name; });
  return found == kAttributes.end() ? std::nullopt : std::optional(*found);
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class SpanCopy {
 public:
  SpanCopy(Names& names, Redaction& redaction) : names_(names), redaction_(redaction) {}

  // Of the text of a span that the reader can read.
  std::string of(std::string_view text) {
    out_ = "{";
    JsonCursor json(text);
    if (json.enter('{')) {
      while (const std::optional<std::string_view> key = json.key()) member(*key, json);
    }
    if (!attributes_.empty()) {
      add("attributes", "[" + std::exchange(attributes_, "") + "]");
    }
    return out_ + "}";
  }

  // [{"key": "service.name", "value": {"stringValue": "name-..."}}]
  std::string service(std::string_view name) {
    return fmt::format(R"([{{"key": "service.name", "value": {{"stringValue": {}}}}}])",
                       json_text(names_.of(NameOf::kAnnotation, name)));
  }

 private:
  void add(std::string_view name, const std::string& value) {
    out_ += fmt::format("{}\"{}\": {}", out_.size() > 1 ? ", " : "", name, value);
  }

  void member(std::string_view key, JsonCursor& json) {
    if (key == "traceId" || key == "trace_id") {
      add("traceId", id(json.scalar()));
    } else if (key == "spanId" || key == "span_id") {
      add("spanId", id(json.scalar()));
    } else if (key == "parentSpanId" || key == "parent_span_id") {
      const bool is_text = json.peek() == '"';
      const std::string_view parent = json.scalar();
      if (is_text) add("parentSpanId", id(parent));
    } else if (key == "name") {
      add("name", json_text(span_name(unescaped(json.string()))));
    } else if (key == "kind") {
      const std::string_view kind = json.scalar();
      if (is_number(kind)) add("kind", std::string(kind));
      if (is_one_of(kSpanKinds, kind)) add("kind", json_text(kind));
    } else if (key == "startTimeUnixNano" || key == "start_time_unix_nano" || key == "start_time") {
      add("startTimeUnixNano", time(json.scalar()));
    } else if (key == "endTimeUnixNano" || key == "end_time_unix_nano" || key == "end_time") {
      add("endTimeUnixNano", time(json.scalar()));
    } else if (key == "attributes" || key == "resource_attributes") {
      otlp::each_attribute(json, [this](std::string_view name, std::string_view value) {
        attribute(name, value);
      });
    } else if (key == "events") {
      events(json);
    } else if (key == "status") {
      status(json);
    } else {
      ++redaction_.removed["members of spans (links, state, scopes)"];
      json.skip();
    }
  }

  // Ids are random numbers in hex or base64; other words become digests.
  std::string id(std::string_view text) {
    const std::string normal = otlp::normal_id(text);
    if (is_hex(normal)) return json_text(normal);
    ++redaction_.removed["ids that are no numbers"];
    return json_text("id-" + names_.digest(normal));
  }

  std::string span_name(const std::string& full) {
    const std::string name = full.substr(0, full.find('?'));
    if (is_one_of(kSpanNames, name)) return name;
    return names_.of(NameOf::kAnnotation, name);
  }

  // Nanoseconds, or a date and a time, whose zone must stay as it is.
  static std::string time(std::string_view text) {
    if (const auto ns = scaled_decimal(text, 0)) return fmt::format("\"{}\"", *ns);
    const bool is_date = civil_time(text).has_value() &&
                         text.find_first_not_of("0123456789-/:.,+TtZz ") == std::string_view::npos;
    return is_date ? json_text(text) : "null";
  }

  void attribute(std::string_view name, std::string_view value) {
    const std::optional<Attribute> known = attribute_named(name);
    if (!known) {
      ++redaction_.removed["attributes of spans"];
      return;
    }
    const std::string kept = value_of(*known, value);
    if (kept.empty()) return;
    attributes_ += fmt::format(R"({}{{"key": "{}", "value": {{{}}}}})",
                               attributes_.empty() ? "" : ", ", name, kept);
  }

  // "stringValue": "x", and so on; "": nothing of it.
  std::string value_of(const Attribute& attribute, std::string_view value) {
    const auto text = [](std::string_view kept) {
      return "\"stringValue\": " + json_text(kept);
    };
    const bool whole = whole_number(value).has_value();
    switch (attribute.keep) {
      case Keep::kNumber:
        if (whole) return fmt::format("\"intValue\": \"{}\"", *whole_number(value));
        if (const std::string kept = number_text(value); is_number(kept)) {
          return "\"doubleValue\": " + kept;
        }
        break;
      case Keep::kId:
        if (whole) return text(value);
        ++redaction_.removed["ids that are no numbers"];
        return value.empty() ? text("") : text("id-" + names_.digest(unescaped(value)));
      case Keep::kName:
        return text(names_.of(NameOf::kAnnotation, unescaped(value)));
      case Keep::kWord:
        if (is_one_of(kOperations, value)) return text(value);
        break;
    }
    ++redaction_.removed["attributes of spans"];
    return "";
  }

  void events(JsonCursor& json) {
    if (!json.enter('[')) return json.skip();
    std::string list;
    while (json.element()) {
      std::string_view name;
      std::optional<std::int64_t> ns;
      if (!json.enter('{')) {
        json.skip();
        continue;
      }
      while (const std::optional<std::string_view> key = json.key()) {
        if (*key == "name") {
          name = json.string();
        } else if (*key == "timeUnixNano" || *key == "time_unix_nano") {
          ns = scaled_decimal(json.scalar(), 0);
        } else {
          json.skip();
        }
      }
      if (!is_one_of(kTritonMoments, name) || !ns) {
        ++redaction_.removed["events of spans"];
        continue;
      }
      list += fmt::format(R"({}{{"name": "{}", "timeUnixNano": "{}"}})", list.empty() ? "" : ", ",
                          name, *ns);
    }
    add("events", "[" + list + "]");
  }

  // Its message is a server's text about a request.
  void status(JsonCursor& json) {
    if (!json.enter('{')) return json.skip();
    std::string kept;
    while (const std::optional<std::string_view> key = json.key()) {
      if (*key != "code") {
        ++redaction_.removed["messages of a span's status"];
        json.skip();
        continue;
      }
      const std::string_view code = json.scalar();
      if (is_number(code)) kept = "\"code\": " + std::string(code);
      if (is_one_of(kStatusCodes, code)) kept = "\"code\": " + json_text(code);
    }
    add("status", "{" + kept + "}");
  }

  Names& names_;
  Redaction& redaction_;
  std::string out_;
  std::string attributes_;
};

// Spans of the same service stand together as they did.
class OtlpCopy {
 public:
  OtlpCopy(OutputFile& out, Names& names, Redaction& redaction)
      : out_(out), redaction_(redaction), span_(names, redaction) {}

  Status run(ByteSource& source) {
    out_.write("{\"resourceSpans\": [");
    otlp::each_span(
        source,
        [this](std::string_view text, std::string_view service, std::size_t byte) {
          take(text, service, byte);
        },
        losses_);
    out_.write(service_ ? "\n]}]}]}\n" : "]}\n");
    redaction_.losses = losses_.take();
    for (Loss& loss : source.losses()) redaction_.losses.push_back(std::move(loss));
    if (redaction_.events != 0) return ok_status();
    return Error{ErrorCode::kInvalidInput, "has no span that can be read", source.name()};
  }

 private:
  void take(std::string_view text, std::string_view service, std::size_t byte) {
    if (!otlp::parse_span(text)) {
      return losses_.add(Severity::kDamage, "span that is cut or no JSON", byte);
    }
    if (!service_ || *service_ != service) {
      if (service_) out_.write("\n]}]},\n");
      out_.write("{\"resource\": {\"attributes\": " + span_.service(service) +
                 "}, \"scopeSpans\": [{\"spans\": [");
      service_ = std::string(service);
      joint_ = "\n";
    }
    out_.write(std::exchange(joint_, ",\n") + span_.of(text));
    ++redaction_.events;
  }

  OutputFile& out_;
  Redaction& redaction_;
  LossCount losses_;
  SpanCopy span_;
  std::optional<std::string> service_;
  const char* joint_ = "\n";
};

}  // namespace

Status redact_otlp(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  return OtlpCopy(out, names, redaction).run(source);
}

}  // namespace lynxbench::trace::redact
