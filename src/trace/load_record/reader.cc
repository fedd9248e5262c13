#include "trace/load_record/reader.h"

#include <optional>

#include "trace/decimal.h"
#include "trace/json_cursor.h"
#include "trace/json_shape.h"
#include "trace/json_stream.h"
#include "trace/loss_count.h"

namespace lynxbench::trace::load_record {
namespace {

constexpr std::string_view kFormat = "lynxbench load record";

bool recognises(std::string_view head) {
  const JsonShape shape = shape_of(head);
  return shape.root == '{' && shape.has("lynxbench_load_record");
}

// A line: the first says when the epoch was, each other one is a request.
struct Line {
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> wall_epoch_ns;
  std::optional<std::int64_t> index;
  std::optional<std::int64_t> sent_ns;
  std::optional<std::int64_t> done_ns;
  std::string_view status;
};

std::optional<Line> read_line(std::string_view text) {
  JsonCursor json(text);
  Line line;
  if (!json.enter('{')) return std::nullopt;
  while (const auto key = json.key()) {
    if (*key == "lynxbench_load_record") {
      line.version = whole_number(json.scalar());
    } else if (*key == "wall_epoch_ns") {
      line.wall_epoch_ns = whole_number(json.scalar());
    } else if (*key == "index") {
      line.index = whole_number(json.scalar());
    } else if (*key == "sent_ns") {
      line.sent_ns = whole_number(json.scalar());
    } else if (*key == "done_ns") {
      line.done_ns = whole_number(json.scalar());
    } else if (*key == "status") {
      line.status = json.string();
    } else {
      json.skip();
    }
  }
  if (json.fault() != JsonFault::kNone) return std::nullopt;
  return line;
}

void add_request(const Line& line, std::uint64_t byte, Timeline& timeline, LossCount& losses) {
  ++timeline.events;
  if (line.sent_ns && line.done_ns && *line.done_ns < *line.sent_ns) {
    losses.add(Severity::kLoss, "request that ends before it begins", byte);
    return;
  }
  TracedRequest request;
  if (line.index) request.id = timeline.names.intern(std::to_string(*line.index));
  request.begin_ns = line.sent_ns;
  request.end_ns = line.done_ns;
  request.failed = line.status != "ok";
  timeline.requests.push_back(std::move(request));
}

Result<Timeline> read(ByteSource& source, const ReadOptions&) {
  Timeline timeline;
  timeline.requests_of = RequestsOf::kClient;
  timeline.clock.source = "the load's own clock; the record does not say when that was";
  LossCount losses;
  JsonStream json(source);
  while (const std::optional<std::string_view> text = json.value()) {
    const std::optional<Line> line = read_line(*text);
    if (!line) {
      losses.add(Severity::kDamage, "line that is no JSON object", json.text_byte());
    } else if (!line->version) {
      add_request(*line, json.text_byte(), timeline, losses);
    } else if (*line->version != 1) {
      return Error{ErrorCode::kInvalidInput,
                   "is a load record of version " + std::to_string(*line->version) +
                       "; version 1 can be read",
                   source.name()};
    } else if (line->wall_epoch_ns) {
      timeline.clock = {TraceClock::Kind::kWall, line->wall_epoch_ns, "the load's wall clock"};
    }
  }
  if (json.end() != JsonStream::End::kWhole) {
    losses.add(Severity::kDamage, "the record is cut or damaged from here on", json.byte());
  }
  if (timeline.requests.empty()) {
    return Error{ErrorCode::kInvalidInput, "is a load record without a request", source.name()};
  }
  timeline.notes.push_back("requests as the client saw them, from sent to done");
  timeline.bytes = json.byte();
  timeline.losses = losses.take();
  return timeline;
}

}  // namespace

Reader reader() { return {kFormat, recognises, read}; }

}  // namespace lynxbench::trace::load_record
