#include "trace/triton/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "trace/decimal.h"
#include "trace/json_cursor.h"
#include "trace/json_losses.h"
#include "trace/json_shape.h"
#include "trace/json_stream.h"
#include "trace/loss_count.h"
#include "trace/triton/stages.h"

namespace lynxbench::trace::triton {
namespace {

constexpr std::string_view kFormat = "Triton trace";
constexpr std::string_view kStatistics = "Triton statistics";

bool is_trace(const JsonShape& shape) {
  return shape.root == '[' && shape.has("id") && !shape.has("ph") &&
         (shape.has("model_name") || shape.has("timestamps") || shape.has("activity"));
}

bool is_statistics(const JsonShape& shape) { return shape.root == '{' && shape.has("model_stats"); }

bool recognises(std::string_view head) {
  const JsonShape shape = shape_of(head);
  return is_trace(shape) || is_statistics(shape);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  const std::optional<std::int64_t> value = scaled_decimal(text, 0);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

// All that the fragments of one id said.
struct Gathered {
  std::uint64_t id = 0;
  NameId model = 0;
  std::optional<std::uint64_t> parent;
  Stamps stamps;
  std::size_t byte = 0;  // of its first fragment
};

class TraceReader {
 public:
  explicit TraceReader(ByteSource& source) : source_(source), json_(source) {
    timeline_.format = kFormat;
  }

  Result<Timeline> read() {
    if (json_.next() == JsonStream::Token::kBeginArray) {
      while (const std::optional<std::string_view> text = json_.element()) take(*text);
    }
    timeline_.bytes = json_.byte();
    count_ending(json_, losses_, Unclosed::kAllowed);
    if (gathered_.empty()) {
      return Error{ErrorCode::kInvalidInput,
                   "has no fragment of a request (id with model_name, timestamps or activity), as "
                   "Triton writes them",
                   source_.name()};
    }
    finish();
    return std::move(timeline_);
  }

 private:
  void take(std::string_view text) {
    const std::size_t byte = json_.text_byte();
    ++timeline_.events;
    Gathered read;
    std::optional<std::uint64_t> id;
    JsonCursor json(text);
    if (json.enter('{')) {
      while (const std::optional<std::string_view> key = json.key()) {
        if (*key == "id") {
          id = number_of(json.scalar());
        } else {
          take_member(*key, json, read, byte);
        }
      }
    }
    if (!id || json.fault() != JsonFault::kNone) {
      losses_.add(Severity::kDamage, "element that is no fragment of a request", byte);
      return;
    }
    join(*id, read, byte);
  }

  void take_member(std::string_view key, JsonCursor& json, Gathered& read, std::size_t byte) {
    if (key == "model_name") {
      read.model = timeline_.names.intern(unescaped(json.string()));
    } else if (key == "parent_id") {
      read.parent = number_of(json.scalar());
    } else if (key == "timestamps") {
      take_stamps(json, read.stamps, byte);
    } else {
      if (key == "activity") {
        losses_.add(Severity::kNotice, "contents of a tensor, not kept", byte);
      }
      json.skip();
    }
  }

  void take_stamps(JsonCursor& json, Stamps& stamps, std::size_t byte) {
    const auto is_time = [](std::string_view key) { return key == "ns"; };
    const std::uint64_t timeless = read_stamps(json, is_time, stamps);
    losses_.add_all(Severity::kLoss, "timestamp without nanoseconds", timeless,
                    fmt::format("byte {}", byte));
  }

  void join(std::uint64_t id, const Gathered& read, std::size_t byte) {
    const auto [found, is_new] = row_of_.try_emplace(id, gathered_.size());
    if (is_new) {
      gathered_.push_back({id, 0, std::nullopt, {}, byte});
    }
    Gathered& to = gathered_[found->second];
    if (read.model != 0) to.model = read.model;
    if (read.parent) to.parent = read.parent;
    to.stamps.add_all(read.stamps);
  }

  void finish() {
    for (const Gathered& one : gathered_) {
      TracedRequest request;
      request.id = timeline_.names.intern(fmt::format("{}", one.id));
      request.model = one.model;
      request.parent = parent_row(one);
      if (one.stamps.empty()) {
        losses_.add(Severity::kLoss, "request without timestamps", one.byte);
      } else {
        add_stages(one.stamps, request, losses_, one.byte);
      }
      timeline_.requests.push_back(std::move(request));
    }
    timeline_.clock = {TraceClock::Kind::kRelative, std::nullopt, "the server's steady clock"};
    timeline_.notes.emplace_back(
        "Triton traces one of trace_rate requests: their number here is no count of all");
    timeline_.losses = losses_.take();
  }

  // Triton numbers requests from 1; 0 means no parent.
  std::uint32_t parent_row(const Gathered& one) {
    if (!one.parent || *one.parent == 0 || *one.parent == one.id) return kNoRow;
    const auto found = row_of_.find(*one.parent);
    if (found != row_of_.end()) return static_cast<std::uint32_t>(found->second);
    losses_.add(Severity::kNotice, "step of an ensemble whose request is not in the file",
                one.byte);
    return kNoRow;
  }

  ByteSource& source_;
  JsonStream json_;
  Timeline timeline_;
  LossCount losses_;
  std::vector<Gathered> gathered_;  // in the order in which their ids are met
  std::unordered_map<std::uint64_t, std::size_t> row_of_;
};

class StatisticsReader {
 public:
  explicit StatisticsReader(ByteSource& source) : source_(source), json_(source) {
    timeline_.format = kStatistics;
    timeline_.clock.source = "none: totals since the server's start";
  }

  Result<Timeline> read() {
    if (json_.next() == JsonStream::Token::kBeginObject) {
      while (json_.next() == JsonStream::Token::kKey) {
        if (json_.text() == "model_stats") {
          read_models();
        } else {
          json_.skip();
        }
      }
    }
    timeline_.bytes = json_.byte();
    count_ending(json_, losses_, Unclosed::kDamage);
    if (timeline_.totals.empty()) {
      return Error{ErrorCode::kInvalidInput,
                   "has no model with inference_stats in its model_stats, as Triton's statistics "
                   "have them",
                   source_.name()};
    }
    timeline_.losses = losses_.take();
    return std::move(timeline_);
  }

 private:
  struct Figure {
    std::string stage;
    std::optional<std::uint64_t> count;
    std::optional<std::int64_t> ns;
  };

  void read_models() {
    if (json_.next() != JsonStream::Token::kBeginArray) return;
    while (const std::optional<std::string_view> text = json_.element()) {
      ++timeline_.events;
      read_model(*text, json_.text_byte());
    }
  }

  void read_model(std::string_view text, std::size_t byte) {
    std::string model;
    std::string version;
    std::vector<Figure> figures;
    JsonCursor json(text);
    if (json.enter('{')) {
      while (const std::optional<std::string_view> key = json.key()) {
        if (*key == "name") {
          model = unescaped(json.string());
        } else if (*key == "version") {
          version = json.scalar();
        } else if (*key == "inference_stats") {
          figures = read_figures(json);
        } else {
          json.skip();
        }
      }
    }
    if (json.fault() != JsonFault::kNone) {
      losses_.add(Severity::kDamage, "model that cannot be read", byte);
    }
    for (const Figure& figure : figures) add(model, version, figure, byte);
  }

  static std::vector<Figure> read_figures(JsonCursor& json) {
    std::vector<Figure> figures;
    if (!json.enter('{')) {
      json.skip();
      return figures;
    }
    while (const std::optional<std::string_view> stage = json.key()) {
      Figure figure;
      figure.stage = *stage;
      if (!json.enter('{')) {
        json.skip();
        continue;
      }
      while (const std::optional<std::string_view> key = json.key()) {
        if (*key == "count") {
          figure.count = number_of(json.scalar());
        } else if (*key == "ns") {
          figure.ns = scaled_decimal(json.scalar(), 0);
        } else {
          json.skip();
        }
      }
      figures.push_back(std::move(figure));
    }
    return figures;
  }

  void add(const std::string& model, const std::string& version, const Figure& figure,
           std::size_t byte) {
    if (!figure.count || !figure.ns || *figure.ns < 0) {
      losses_.add(Severity::kLoss, "figure without a usable count or time", byte);
      return;
    }
    const std::string name = fmt::format("{}/{} {}", model, version, figure.stage);
    timeline_.totals.push_back({timeline_.names.intern(name), *figure.count, *figure.ns});
  }

  ByteSource& source_;
  JsonStream json_;
  Timeline timeline_;
  LossCount losses_;
};

Result<Timeline> read(ByteSource& source, const ReadOptions&) {
  if (is_statistics(shape_of(source.head()))) return StatisticsReader(source).read();
  return TraceReader(source).read();
}

}  // namespace

Reader reader() { return {kFormat, &recognises, &read}; }

}  // namespace lynxbench::trace::triton
