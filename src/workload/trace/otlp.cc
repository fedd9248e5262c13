// OpenTelemetry spans as OTLP/JSON: one document, or an export request a line, in any order. A span
// with token counts (gen_ai.usage.*, and older spellings) is a request; its time is its start.
//
// The same call may be told by several spans (a client's, a gateway's, a server's), each inside the
// other. Children end and are exported first: a span whose child has counted already is passed over,
// and so is a child that comes after its parent. Only the last kRemembered spans are remembered.
// Source: opentelemetry.io, "OTLP Specification" (JSON Protobuf Encoding) and "Semantic conventions
// for generative client AI spans".
#include <algorithm>
#include <array>
#include <deque>
#include <unordered_set>

#include "base/text.h"
#include "workload/trace/json_scanner.h"
#include "workload/trace/numbers.h"
#include "workload/trace/raw_reader.h"

namespace lynxbench::workload::trace {
namespace {

constexpr std::size_t kRemembered = 1 << 16;

constexpr std::array<std::string_view, 4> kInputNames{"gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens",
                                                      "llm.usage.prompt_tokens", "llm.token_count.prompt"};
constexpr std::array<std::string_view, 4> kOutputNames{"gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens",
                                                       "llm.usage.completion_tokens", "llm.token_count.completion"};

// The last ids, as hashes: an id itself is never kept.
class Recent {
 public:
  void add(std::string_view id) {
    if (id.empty()) return;
    if (!set_.insert(hash(id)).second) return;
    order_.push_back(hash(id));
    if (order_.size() <= kRemembered) return;
    set_.erase(order_.front());
    order_.pop_front();
  }
  [[nodiscard]] bool has(std::string_view id) const { return !id.empty() && set_.contains(hash(id)); }

 private:
  static std::uint64_t hash(std::string_view id) { return std::hash<std::string_view>{}(id); }
  std::unordered_set<std::uint64_t> set_;
  std::deque<std::uint64_t> order_;
};

class Otlp final : public RawReader, private JsonEvents {
 public:
  explicit Otlp(Lines lines) : RawReader({"OTLP/JSON spans", 0, 1}), lines_(std::move(lines)), scanner_(*this) {}

  std::optional<RawRequest> next() override {
    while (ready_.empty() && !ended_) {
      std::string_view piece = lines_.rest();
      ended_ = piece.empty();
      if (!ended_) {
        scanner_.feed(piece);
        continue;
      }
      scanner_.finish();
      if (lines_.damage()) losses_.add(Severity::kDamage, "the file ends early: " + *lines_.damage(), where());
    }
    if (ready_.empty()) return std::nullopt;
    RawRequest request = std::move(ready_.front());
    ready_.pop_front();
    return request;
  }

 private:
  static constexpr int kNone = -10;
  struct Span {
    std::string id, parent;
    std::string start;
    std::optional<std::int64_t> input_tokens, output_tokens;
    bool odd_count = false;
  };

  void begin_array(std::string_view key, int depth) override {
    if (span_ == kNone && key == "spans") spans_ = depth;
    else if (depth == span_ + 1 && key == "attributes") attributes_ = depth;
  }
  void end_array(int depth) override {
    if (depth == attributes_) attributes_ = kNone;
    if (depth == spans_) spans_ = kNone;
  }
  void begin_object(std::string_view key, int depth) override {
    if (span_ == kNone && depth == spans_ + 1) {
      span_ = depth;
      now_ = Span{};
    } else if (depth == attributes_ + 1) {
      name_.clear();
      value_.clear();
    } else if (depth == span_ + 1 && key == "attributes") {
      members_ = depth;
    }
  }
  void end_object(int depth) override {
    if (depth == attributes_ + 1) attribute(name_, value_);
    if (depth == members_) members_ = kNone;
    if (depth == span_) {
      span_ = attributes_ = members_ = kNone;
      end_span();
    }
  }
  void text(std::string_view key, std::string_view value, int depth) override { scalar(key, value, depth); }
  void number(std::string_view key, std::string_view value, int depth) override {
    if (value != "null") scalar(key, value, depth);
  }
  void damaged(std::uint64_t byte) override {
    span_ = spans_ = attributes_ = members_ = kNone;
    losses_.add(Severity::kDamage, "damaged JSON: passed over up to the next line that begins an object",
                fmt::format("byte {}", byte));
  }

  void scalar(std::string_view key, std::string_view value, int depth) {
    if (span_ == kNone) return;
    if (depth == attributes_ + 2 && key == "key") name_ = value;
    else if (depth == attributes_ + 3) value_ = value;
    else if (depth == members_ + 1) attribute(key, value);
    else if (depth == span_ + 1) member(key, value);
  }
  void member(std::string_view key, std::string_view value) {
    if (key == "startTimeUnixNano" || key == "start_time_unix_nano") now_.start = value;
    if (key == "spanId" || key == "span_id") now_.id = value;
    if (key == "parentSpanId" || key == "parent_span_id") now_.parent = value;
  }
  void attribute(std::string_view name, std::string_view value) {
    bool input = is_one_of(kInputNames, name), output = is_one_of(kOutputNames, name);
    if (!input && !output) return;
    std::optional<std::int64_t>& into = input ? now_.input_tokens : now_.output_tokens;
    into = whole_number(value, kMostTracedTokens);
    if (!into) now_.odd_count = true;
  }

  void end_span() {
    if (now_.odd_count) return losses_.add(Severity::kLoss, "span with a token count that is none", where());
    if (!now_.input_tokens && !now_.output_tokens) return losses_.add(Severity::kNotice, "span without token counts", where());
    std::int64_t start = whole_number(now_.start).value_or(0);
    if (start == 0) return losses_.add(Severity::kLoss, "span with token counts and without a start", where());
    if (counted_.has(now_.id)) return losses_.add(Severity::kNotice, "span that was exported twice", where());
    if (parents_.has(now_.id)) return losses_.add(Severity::kNotice, "span around one that has counted already", where());
    if (counted_.has(now_.parent)) return losses_.add(Severity::kNotice, "span inside one that has counted already", where());
    counted_.add(now_.id);
    parents_.add(now_.parent);
    RawRequest request;
    request.at_ns = start;
    request.input_tokens = now_.input_tokens;
    request.output_tokens = now_.output_tokens;
    ready_.push_back(std::move(request));
  }
  [[nodiscard]] std::string where() const { return fmt::format("byte {}", scanner_.byte()); }

  Lines lines_;
  JsonScanner scanner_;
  std::deque<RawRequest> ready_;
  bool ended_ = false;
  // The depths of the open containers of each kind: the array of spans, a span, its attributes as an
  // array of key and value, or as an object of members.
  int spans_ = kNone, span_ = kNone, attributes_ = kNone, members_ = kNone;
  Span now_;
  std::string name_, value_;
  Recent counted_, parents_;
};

bool recognises(std::string_view head) {
  bool json = head.starts_with('{') || head.starts_with('[');
  return json && (head.find("\"resourceSpans\"") != std::string_view::npos || head.find("\"resource_spans\"") != std::string_view::npos);
}

}  // namespace

const Format& otlp_format() {
  static constexpr Format kFormat{
      "OTLP/JSON spans (resourceSpans)", recognises,
      [](Lines lines) -> std::unique_ptr<RawReader> { return std::make_unique<Otlp>(std::move(lines)); }};
  return kFormat;
}

}  // namespace lynxbench::workload::trace
