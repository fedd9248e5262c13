#include "trace/otlp/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "trace/json_shape.h"
#include "trace/loss_count.h"
#include "trace/otlp/documents.h"
#include "trace/otlp/span.h"
#include "trace/triton/stages.h"

namespace lynxbench::trace::otlp {
namespace {

constexpr std::string_view kFormat = "OpenTelemetry spans";

bool recognises(std::string_view head) {
  const JsonShape shape = shape_of(head);
  if (shape.has("resourceSpans") || shape.has("resource_spans")) return true;
  return shape.root == '{' && shape.has("spans") && shape.has("trace_id");
}

// What the rows of Timeline::spans need until all are there.
struct Pending {
  std::string parent;
  std::string triton_id;
  bool is_tritons = false;  // has Triton's attributes, or stamps of its moments
  std::string model;
  triton::Stamps stamps;
};

void add(TracedRequest& request, RequestStage stage, std::optional<std::int64_t> length_ns) {
  if (length_ns) request.stages.emplace_back(stage, *length_ns);
}

// The later of two moments that both count from the beginning, less the earlier.
std::optional<std::int64_t> less(std::optional<std::int64_t> whole,
                                 std::optional<std::int64_t> part) {
  if (!whole || !part || *part > *whole) return std::nullopt;
  return *whole - *part;
}

// Prefill and decode as vLLM measured them; from the first token's time where it did not.
void add_stages(const Latencies& latencies, TracedRequest& request) {
  add(request, RequestStage::kQueue, latencies.queue_ns);
  if (latencies.prefill_ns || latencies.decode_ns) {
    add(request, RequestStage::kPrefill, latencies.prefill_ns);
    add(request, RequestStage::kDecode, latencies.decode_ns);
  } else if (latencies.first_token_ns && latencies.queue_ns) {
    add(request, RequestStage::kPrefill, less(latencies.first_token_ns, latencies.queue_ns));
    add(request, RequestStage::kDecode, less(latencies.e2e_ns, latencies.first_token_ns));
  } else {
    add(request, RequestStage::kCompute, latencies.inference_ns);
  }
}

class SpanReader {
 public:
  explicit SpanReader(ByteSource& source) : source_(source) {}

  Result<Timeline> read() {
    timeline_.bytes = each_span(
        source_,
        [this](std::string_view text, std::string_view service, std::size_t byte) {
          take(text, service, byte);
        },
        losses_);
    if (timeline_.spans.empty() && timeline_.events == 0) {
      return Error{ErrorCode::kInvalidInput,
                   "has no span (resourceSpans, scopeSpans, spans), as OpenTelemetry's exporters "
                   "write them",
                   source_.name()};
    }
    find_parents();
    add_tritons_requests();
    say_clock();
    timeline_.losses = losses_.take();
    return std::move(timeline_);
  }

 private:
  void take(std::string_view text, std::string_view service, std::size_t byte) {
    ++timeline_.events;
    std::optional<Span> span = parse_span(text);
    if (!span) {
      losses_.add(Severity::kDamage, "span that is cut or no JSON", byte);
    } else if (!span->begin_ns || !span->end_ns) {
      losses_.add(Severity::kLoss, "span without a begin or an end", byte);
    } else if (*span->end_ns < *span->begin_ns) {
      losses_.add(Severity::kLoss, "span that ends before it begins", byte);
    } else if (is_new(*span, byte)) {
      keep(std::move(*span), service, byte);
    }
  }

  // Exporters that try again deliver a span twice.
  bool is_new(const Span& span, std::size_t byte) {
    if (span.key.empty()) {
      losses_.add(Severity::kNotice, "span without an id", byte);
      return true;
    }
    const auto row = static_cast<std::uint32_t>(timeline_.spans.size());
    if (row_of_.try_emplace(span.key, row).second) return true;
    losses_.add(Severity::kNotice, "span delivered again", byte);
    return false;
  }

  void keep(Span span, std::string_view service, std::size_t byte) {
    TraceSpan kept;
    kept.begin_ns = *span.begin_ns;
    kept.end_ns = *span.end_ns;
    kept.name = timeline_.names.intern(span.name);
    kept.service = timeline_.names.intern(span.service.empty() ? service : span.service);
    kept.failed = span.failed;
    zones_known_ = zones_known_ && span.zone_known;
    if (span.latencies.any()) kept.request = add_request(span, byte);
    timeline_.spans.push_back(kept);
    const bool is_tritons =
        !span.triton_id.empty() || !span.stamps.empty() || span.name == "InferRequest";
    pending_.push_back({std::move(span.parent), std::move(span.triton_id), is_tritons,
                        std::move(span.model), span.stamps});
  }

  // Of a span that says how long the parts of its request took.
  std::uint32_t add_request(const Span& span, std::size_t byte) {
    TracedRequest request;
    request.id = timeline_.names.intern(span.request_id);
    request.model = timeline_.names.intern(span.model);
    request.begin_ns = span.begin_ns;
    request.end_ns = span.end_ns;
    request.failed = span.failed;
    add_stages(span.latencies, request);
    fit_stages(request, byte);
    place_queue(request);
    timeline_.requests.push_back(std::move(request));
    return static_cast<std::uint32_t>(timeline_.requests.size() - 1);
  }

  // vLLM's span begins when the request arrives; how long it queued is an attribute.
  static void place_queue(TracedRequest& request) {
    for (const auto& [stage, length_ns] : request.stages) {
      if (stage != RequestStage::kQueue) continue;
      request.queued = QueueWait{*request.begin_ns, *request.begin_ns + length_ns,
                                 QueueEvidence::kLength};
    }
  }

  // The server took begin and end from one clock and the lengths from another. What is too long by up
  // to a hundredth of the whole is taken off the longest stage; more than that cannot be.
  void fit_stages(TracedRequest& request, std::size_t byte) {
    const std::int64_t whole = *request.end_ns - *request.begin_ns;
    std::int64_t sum = 0;
    bool fits = true;
    for (const auto& [stage, length_ns] : request.stages) {
      fits = fits && !__builtin_add_overflow(sum, length_ns, &sum);
    }
    if (fits && sum <= whole) return;
    const auto longest =
        std::max_element(request.stages.begin(), request.stages.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (fits && sum - whole <= whole / 100 && longest->second >= sum - whole) {
      longest->second -= sum - whole;
      losses_.add(Severity::kNotice, "request whose parts exceed it by less than 1 %, fitted", byte);
      return;
    }
    request.stages.clear();
    losses_.add(Severity::kLoss, "request whose parts exceed it: its parts are not kept", byte);
  }

  void find_parents() {
    std::uint64_t elsewhere = 0;
    for (std::size_t row = 0; row < pending_.size(); ++row) {
      if (pending_[row].parent.empty()) continue;
      const auto found = row_of_.find(pending_[row].parent);
      if (found == row_of_.end()) {
        ++elsewhere;
      } else if (found->second != row) {
        timeline_.spans[row].parent = found->second;
      }
    }
    losses_.add_all(Severity::kNotice, "span whose parent is not in the file", elsewhere, "");
  }

  // The outermost span of the same request: Triton's spans of one request share triton.trace_id, and
  // those that have none belong to the one around them.
  [[nodiscard]] std::uint32_t owner_of(std::uint32_t row) const {
    std::string_view id = pending_[row].triton_id;
    for (std::size_t steps = 0; steps < pending_.size(); ++steps) {
      const std::uint32_t parent = timeline_.spans[row].parent;
      if (parent == kNoRow || !pending_[parent].is_tritons) return row;
      const std::string_view other = pending_[parent].triton_id;
      if (!id.empty() && !other.empty() && id != other) return row;
      if (id.empty()) id = other;
      row = parent;
    }
    return row;
  }

  // A request for each of Triton's outermost spans; steps of an ensemble lie inside one.
  void add_tritons_requests() {
    std::unordered_map<std::uint32_t, triton::Stamps> stamps;
    std::unordered_map<std::uint32_t, std::string> models;
    std::vector<std::uint32_t> owners;
    for (std::uint32_t row = 0; row < pending_.size(); ++row) {
      if (!pending_[row].is_tritons) continue;
      const std::uint32_t owner = owner_of(row);
      if (stamps.try_emplace(owner).second) owners.push_back(owner);
      stamps[owner].add_all(pending_[row].stamps);
      if (models[owner].empty()) models[owner] = pending_[row].model;
    }
    for (const std::uint32_t owner : owners) {
      if (stamps[owner].empty()) continue;
      TracedRequest request;
      request.id = timeline_.names.intern(pending_[owner].triton_id);
      request.model = timeline_.names.intern(models[owner]);
      triton::add_stages(stamps[owner], request, losses_, 0);
      request.failed = request.failed || timeline_.spans[owner].failed;
      timeline_.spans[owner].request = static_cast<std::uint32_t>(timeline_.requests.size());
      timeline_.requests.push_back(std::move(request));
    }
    for (const std::uint32_t owner : owners) name_parent(owner);
  }

  void name_parent(std::uint32_t owner) {
    const TraceSpan& span = timeline_.spans[owner];
    if (span.request == kNoRow || span.parent == kNoRow) return;
    const std::uint32_t around = owner_of(span.parent);
    const std::uint32_t parent = timeline_.spans[around].request;
    if (parent != span.request) timeline_.requests[span.request].parent = parent;
  }

  void say_clock() {
    if (zones_known_) {
      timeline_.clock = {TraceClock::Kind::kWall, 0, "startTimeUnixNano"};
      return;
    }
    timeline_.clock = {TraceClock::Kind::kRelative, std::nullopt, "times without a zone"};
    timeline_.notes.emplace_back(
        "times name no zone: differences are exact, the moment is not known");
  }

  ByteSource& source_;
  Timeline timeline_;
  LossCount losses_;
  std::vector<Pending> pending_;  // of timeline_.spans
  std::unordered_map<std::string, std::uint32_t> row_of_;
  bool zones_known_ = true;
};

Result<Timeline> read(ByteSource& source, const ReadOptions&) { return SpanReader(source).read(); }

}  // namespace

Reader reader() { return {kFormat, &recognises, &read}; }

}  // namespace lynxbench::trace::otlp
