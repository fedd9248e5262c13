// One span as it stands in the JSON, with those of its attributes that are needed.
//
//   std::optional<Span> span = parse_span(R"({"traceId": "5B8E...", "name": "llm_request", ...})");
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trace/json_cursor.h"
#include "trace/triton/stages.h"

namespace lynxbench::trace::otlp {

// How long the parts of a request took, in ns: vLLM's gen_ai.latency.*.
struct Latencies {
  std::optional<std::int64_t> queue_ns;
  std::optional<std::int64_t> first_token_ns;
  std::optional<std::int64_t> e2e_ns;
  std::optional<std::int64_t> prefill_ns;
  std::optional<std::int64_t> decode_ns;
  std::optional<std::int64_t> inference_ns;  // the model, whole
  [[nodiscard]] bool any() const {
    return queue_ns || first_token_ns || e2e_ns || prefill_ns || decode_ns || inference_ns;
  }
};

struct Span {
  std::string key;     // of its trace and itself; "" when one is not there
  std::string parent;  // key of its parent; "": a root
  std::string name;    // without a URL's query
  std::string service; // where the span itself says it; otherwise its resource does
  std::optional<std::int64_t> begin_ns;
  std::optional<std::int64_t> end_ns;
  bool zone_known = true;  // false: times spelled without a zone
  bool failed = false;
  Latencies latencies;
  std::string model;          // gen_ai.response.model, gen_ai.request.model, triton.model_name
  std::string request_id;     // gen_ai.request.id
  std::string triton_id;      // triton.trace_id
  triton::Stamps stamps;      // of its events, where they are Triton's
};

// Nothing when `text` is no whole JSON object.
[[nodiscard]] std::optional<Span> parse_span(std::string_view text);

using TakeAttribute = std::function<void(std::string_view name, std::string_view value)>;
// Attributes as [{"key": k, "value": v}, ...] or as {k: v, ...}, whichever comes next: each to `take`,
// with its scalar as it stands; lists and lists of pairs give "".
void each_attribute(JsonCursor& json, const TakeAttribute& take);

// The value of service.name among a resource's attributes; "" when it is not there.
[[nodiscard]] std::string service_of_resource(std::string_view resource);

// An id in one spelling: hex in lower case. Ids of 8 and 16 bytes in base64 become hex; others stay.
[[nodiscard]] std::string normal_id(std::string_view id);

}  // namespace lynxbench::trace::otlp
