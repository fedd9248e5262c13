// Spans of a distributed trace, as OpenTelemetry's exporters write them in JSON -> spans, and requests
// for those that say how long a request queued, prefilled and decoded (vLLM), or that Triton wrote.
//
//   {"resourceSpans": [{"resource": {...}, "scopeSpans": [{"spans": [{"traceId": "5b8e...", ...}]}]}]}
//
// One document, or one to a line. Of attributes only those that are needed are looked at: prompts,
// answers, addresses and host names are not kept. docs/formats/otlp.md.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::otlp {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::otlp
