#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "trace/decimal.h"
#include "trace/json_cursor.h"
#include "trace/json_losses.h"
#include "trace/json_stream.h"
#include "trace/line_reader.h"
#include "trace/loss_count.h"
#include "trace/trtexec/exports.h"

namespace lynxbench::trace::trtexec {
namespace {

// Exactly as trtexec lays a layer out, on a line of its own. The name between is not escaped.
constexpr std::string_view kNameHead = "{ \"name\" : \"";
constexpr std::string_view kNameTail = "\", \"timeMs\" :";

std::optional<Layer> layer_of(std::string_view object) {
  JsonCursor json(object);
  if (!json.enter('{')) return std::nullopt;
  Layer layer;
  while (const std::optional<std::string_view> key = json.key()) {
    if (*key == "name") {
      layer.name = unescaped(json.string());
    } else if (*key == "timeMs") {
      layer.time_ms = std::string(json.scalar());
    } else if (*key == "count") {
      layer.count = std::string(json.scalar());
    } else {
      json.skip();
    }
  }
  if (json.fault() != JsonFault::kNone) return std::nullopt;
  return layer;
}

// A layer of trtexec's own layout, whose name may have quotation marks and backslashes in it.
std::optional<Layer> layer_of_line(std::string_view object) {
  const std::size_t tail = object.rfind(kNameTail);
  if (!object.starts_with(kNameHead) || tail == std::string_view::npos ||
      tail < kNameHead.size()) {
    return layer_of(object);
  }
  constexpr std::size_t kBeforeTime = 2;  // the name's closing quote and its comma
  std::string rest = "{";
  rest += object.substr(tail + kBeforeTime);
  const std::optional<Layer> times = layer_of(rest);
  if (!times || !times->time_ms) return std::nullopt;
  Layer layer;
  layer.name = std::string(object.substr(kNameHead.size(), tail - kNameHead.size()));
  layer.time_ms = times->time_ms;
  return layer;
}

std::size_t each_line(ByteSource& source, const TakeLayer& take, LossCount& losses) {
  LineReader lines(source);
  bool closed = false;
  while (const std::optional<Line> line = lines.next()) {
    std::string_view text = trim(line->text);
    while (text.starts_with('[') || text.starts_with(',')) text = trim(text.substr(1));
    if (text.ends_with(']')) {
      closed = true;
      text = trim(text.substr(0, text.size() - 1));
    }
    if (!text.empty()) take(layer_of_line(text), line->byte);
  }
  if (!closed) losses.add(Severity::kDamage, "the text is cut", lines.bytes());
  return lines.bytes();
}

std::size_t each_element(ByteSource& source, const TakeLayer& take, LossCount& losses) {
  JsonStream json(source);
  if (json.next() == JsonStream::Token::kBeginArray) {
    while (const std::optional<std::string_view> text = json.element()) {
      take(layer_of(*text), json.text_byte());
    }
  }
  const std::size_t bytes = json.byte();
  count_ending(json, losses, Unclosed::kDamage);
  return bytes;
}

class ProfileReader {
 public:
  explicit ProfileReader(ByteSource& source) : source_(source) {}

  Result<Timeline> read() {
    timeline_.bytes = each_layer(
        source_,
        [this](const std::optional<Layer>& layer, std::size_t byte) { take(layer, byte); },
        losses_);
    if (timeline_.totals.empty()) {
      return Error{ErrorCode::kInvalidInput,
                   "has no layer with a name and timeMs, as trtexec --exportProfile writes them",
                   source_.name()};
    }
    for (TraceTotal& total : timeline_.totals) total.count = runs_.value_or(0);
    if (!runs_) {
      timeline_.notes.emplace_back("how often the model ran is not in the file (\"count\")");
    }
    timeline_.clock.source = "none: totals over all runs";
    timeline_.losses = losses_.take();
    return std::move(timeline_);
  }

 private:
  void take(const std::optional<Layer>& layer, std::size_t byte) {
    ++timeline_.events;
    if (!layer) {
      losses_.add(Severity::kDamage, "layer that cannot be read", byte);
      return;
    }
    if (layer->count && !layer->name) {
      const std::optional<std::int64_t> runs = scaled_decimal(*layer->count, 0);
      if (runs && *runs >= 0) runs_ = static_cast<std::uint64_t>(*runs);
      return;
    }
    const std::optional<std::int64_t> total_ns =
        nanoseconds_of_milliseconds(layer->time_ms ? *layer->time_ms : std::string());
    if (!layer->name || !total_ns || *total_ns < 0) {
      losses_.add(Severity::kLoss, "layer without a name or a usable time", byte);
      return;
    }
    timeline_.totals.push_back({timeline_.names.intern(*layer->name), 0, *total_ns});
  }

  ByteSource& source_;
  Timeline timeline_;
  LossCount losses_;
  std::optional<std::uint64_t> runs_;
};

}  // namespace

std::size_t each_layer(ByteSource& source, const TakeLayer& take, LossCount& losses) {
  const bool own_layout = source.head().find(kNameHead) != std::string_view::npos;
  return own_layout ? each_line(source, take, losses) : each_element(source, take, losses);
}

Result<Timeline> read_profile(ByteSource& source) { return ProfileReader(source).read(); }

}  // namespace lynxbench::trace::trtexec
