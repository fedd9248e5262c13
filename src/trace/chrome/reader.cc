#include "trace/chrome/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "trace/chrome/event_array.h"
#include "trace/chrome/finish.h"
#include "trace/json_shape.h"
#include "trace/source_text.h"

namespace lynxbench::trace::chrome {
namespace {

constexpr std::string_view kFormat = "Chrome trace";

// An object that names none of a trace's members in its first part may have a long one before them;
// whether it has traceEvents shows in reading.
bool recognises(std::string_view head) {
  const JsonShape shape = shape_of(head);
  if (shape.root == '{') {
    return !shape.has("resourceSpans") && !shape.has("resource_spans") &&
           !shape.has("rocprofiler-sdk-tool") && !shape.has("model_stats") &&
           !shape.has("lynxbench_load_record") && !(shape.has("spans") && shape.has("trace_id"));
  }
  if (shape.root != '[') return false;
  return shape.has("ph") && !shape.has_category("Session") && !shape.has_category("Node");
}

std::optional<std::int64_t> integer_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

void read_devices(const Json& properties, Timeline& timeline) {
  if (!properties.is_array()) return;
  for (const Json& one : properties) {
    if (!one.is_object()) continue;
    TraceDevice device;
    device.id = integer_of(one, "id").value_or(static_cast<std::int64_t>(timeline.devices.size()));
    const auto name = one.find("name");
    if (name != one.end() && name->is_string()) device.name = name->get<std::string>();
    device.multiprocessors = integer_of(one, "numSms");
    device.memory_bytes = integer_of(one, "totalGlobalMem");
    timeline.devices.push_back(std::move(device));
  }
}

// Reads the members of the root object. Of all that a trace may carry beside its events (the
// environment, host and user names, paths) only what is named here is looked at.
class ObjectReader {
 public:
  ObjectReader(ByteSource& source, const ReadOptions& options)
      : source_(source), options_(options),
        json_(source, std::min(JsonStream::kReadBytes, options.block_bytes)) {}

  Result<Timeline> read() {
    const JsonStream::Token root = json_.next();
    if (root == JsonStream::Token::kBeginArray) {
      read_events();
      // A bare array may stay open: the format allows it, so that a writer can be stopped.
      if (array_end_.how == ArrayEnd::kMissing) array_end_.how = ArrayEnd::kClosed;
    } else {
      while (json_.next() == JsonStream::Token::kKey) read_member(std::string(json_.text()));
    }
    count_cut();
    if (!found_events_) return no_events("has no traceEvents, so it is no Chrome trace");
    if (batch_.timeline.events == 0 && batch_.losses.empty()) {
      return no_events("has an empty traceEvents: nothing was recorded");
    }
    Timeline& timeline = finish(batch_, epoch_ns_);
    timeline.bytes = json_.byte();
    return std::move(timeline);
  }

 private:
  [[nodiscard]] Error no_events(std::string_view what) const {
    return Error{ErrorCode::kInvalidInput, fmt::format("{}", what), source_.name()};
  }

  void read_events() {
    found_events_ = true;
    array_end_ = read_event_array(
        json_, source_, {.threads = options_.threads, .block_bytes = options_.block_bytes},
        batch_);
  }

  void read_member(const std::string& name) {
    if (name == "traceEvents") {
      if (json_.next() == JsonStream::Token::kBeginArray) read_events();
    } else if (name == "deviceProperties" || name == "distributedInfo" ||
               name == "baseTimeNanoseconds") {
      const auto text = json_.value();
      if (text) use(name, Json::parse(*text, nullptr, false));
    } else {
      json_.skip();
    }
  }

  void use(const std::string& name, const Json& value) {
    Timeline& timeline = batch_.timeline;
    if (name == "deviceProperties") {
      read_devices(value, timeline);
    } else if (name == "distributedInfo" && value.is_object()) {
      timeline.rank = integer_of(value, "rank");
      timeline.world_size = integer_of(value, "world_size");
    } else if (name == "baseTimeNanoseconds" && value.is_number_integer()) {
      epoch_ns_ = value.get<std::int64_t>();
    }
  }

  void count_cut() {
    LossCount& losses = batch_.losses;
    if (array_end_.how != ArrayEnd::kClosed) {
      losses.add(Severity::kDamage, loss_of(array_end_.how), array_end_.byte);
    } else if (json_.end() == JsonStream::End::kCut) {
      losses.add(Severity::kDamage, "the file is cut behind its events", json_.byte());
    } else if (json_.end() != JsonStream::End::kWhole && json_.end() != JsonStream::End::kNotYet) {
      losses.add(Severity::kDamage, "what stands outside of the events is no JSON", json_.byte());
    }
  }

  ByteSource& source_;
  const ReadOptions& options_;
  JsonStream json_;
  Batch batch_;
  std::optional<std::int64_t> epoch_ns_;
  bool found_events_ = false;
  EventArrayEnd array_end_;
};

Result<Timeline> read(ByteSource& source, const ReadOptions& options) {
  return ObjectReader(source, options).read();
}

}  // namespace

Reader reader() { return {kFormat, recognises, read}; }

}  // namespace lynxbench::trace::chrome
