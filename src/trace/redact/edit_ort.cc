#include "trace/redact/edit_ort.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "trace/decimal.h"
#include "trace/json_text.h"
#include "trace/ort/event_reader.h"
#include "trace/ort/timeline.h"
#include "trace/redact/op_types.h"
#include "trace/redact/values.h"
#include "trace/redact/words.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;
using ort::Category;
using ort::Event;

constexpr std::array kSessionWords{
    "model_run"sv, "SequentialExecutor::Execute"sv, "ParallelExecutor::Execute"sv,
    "session_initialization"sv, "model_loading_uri"sv, "model_loading_array"sv,
    "model_loading_istream"sv, "model_loading_proto"sv, "model_loading_from_saved_file"sv,
    "batch_size_run"sv};
constexpr std::array kProviders{
    "CPU"sv, "CUDA"sv, "Tensorrt"sv, "NvTensorRTRTX"sv, "ROCM"sv, "MIGraphX"sv, "OpenVINO"sv,
    "Dnnl"sv, "CoreML"sv, "Dml"sv, "QNN"sv, "Xnnpack"sv, "XNNPACK"sv, "ACL"sv, "ArmNN"sv, "CANN"sv,
    "Nnapi"sv, "VitisAI"sv, "WebGpu"sv, "JS"sv, "WebNN"sv, "Azure"sv, "SNPE"sv, "Rknpu"sv,
    "VSINPU"sv};
constexpr std::array kTypes{
    "float"sv, "float16"sv, "bfloat16"sv, "double"sv, "int4"sv, "uint4"sv, "int8"sv, "uint8"sv,
    "int16"sv, "uint16"sv, "int32"sv, "uint32"sv, "int64"sv, "uint64"sv, "bool"sv, "string"sv,
    "complex64"sv, "complex128"sv, "float8e4m3fn"sv, "float8e4m3fnuz"sv, "float8e5m2"sv,
    "float8e5m2fnuz"sv, "float4e2m1"sv};
constexpr std::array kNodeEnds{"_kernel_time"sv, "_fence_before"sv, "_fence_after"sv};

bool is_provider(std::string_view text) {
  constexpr std::string_view kEnd = "ExecutionProvider";
  if (!text.ends_with(kEnd)) return false;
  return is_one_of(kProviders, text.substr(0, text.size() - kEnd.size()));
}

// The format is recognised by its categories, and those of devices are none. This is counted and not read.
constexpr std::string_view kMark = R"({"cat": "Session", "ph": "M", "name": "redacted"})";

class OrtCopy {
 public:
  OrtCopy(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction)
      : source_(source), out_(out), names_(names), redaction_(redaction),
        text_(ort::whole_text(source, losses_)), events_(text_, losses_) {}

  Status run() {
    if (std::optional<Error> error = ort::refusal(text_, source_.name())) return std::move(*error);
    const char* joint = "[\n";
    while (const std::optional<ort::PlacedEvent> placed = events_.next()) {
      if (redaction_.events == 0 && placed->event.category == Category::kDevice) {
        out_.write(std::exchange(joint, ",\n") + std::string(kMark));
      }
      out_.write(std::exchange(joint, ",\n") + copy_of(placed->event));
      ++redaction_.events;
    }
    out_.write("\n]\n");
    if (events_.is_foreign()) return events_.not_ours(source_.name());
    events_.note_ending();
    redaction_.losses = losses_.take();
    for (Loss& loss : source_.losses()) redaction_.losses.push_back(std::move(loss));
    if (redaction_.events != 0) return ok_status();
    return Error{ErrorCode::kInvalidInput, "has no event that can be read", source_.name()};
  }

 private:
  std::string copy_of(const Event& event) {
    std::string text = fmt::format("{{\"cat\": \"{}\", \"ph\": \"X\"", category_of(event));
    add(text, "name", json_text(name_of(event)));
    if (!event.process.empty()) add(text, "pid", id_text(event.process));
    if (!event.thread.empty()) add(text, "tid", id_text(event.thread));
    if (event.begin_ns) add(text, "ts", microseconds_text(*event.begin_ns));
    if (event.duration_ns) add(text, "dur", microseconds_text(*event.duration_ns));
    add(text, "args", arguments_of(event));
    return text + "}";
  }

  static void add(std::string& object, std::string_view name, const std::string& value) {
    object += fmt::format("{}\"{}\": {}", object.size() > 1 ? ", " : "", name, value);
  }

  static std::string_view category_of(const Event& event) {
    if (event.category == Category::kNode) return "Node";
    if (event.category == Category::kSession) return "Session";
    return event.is_api ? "Api" : "Kernel";
  }

  std::string name_of(const Event& event) {
    if (event.category == Category::kDevice) {
      return names_.of(event.is_api ? NameOf::kCall : NameOf::kDeviceWork, event.name);
    }
    if (event.category == Category::kSession) {
      if (is_one_of(kSessionWords, event.name)) return event.name;
      return names_.of(NameOf::kAnnotation, event.name);
    }
    std::string_view node = event.name;
    std::string_view end;
    for (std::string_view one : kNodeEnds) {
      if (node.ends_with(one)) end = one;
    }
    node.remove_suffix(end.size());
    return names_.of(NameOf::kNode, node) + std::string(end);
  }

  std::string id_text(const std::string& id) {
    if (scaled_decimal(id, 0)) return number_text(id);
    ++redaction_.removed["words for processes and threads"];
    return json_text("word-" + names_.digest(id));
  }

  std::string word(std::string_view text, bool known) {
    if (known || text.empty()) return json_text(text);
    ++redaction_.removed["words in arguments"];
    return json_text("word-" + names_.digest(text));
  }

  std::string arguments_of(const Event& event) {
    std::string text = "{";
    if (!event.op_type.empty()) add(text, "op_name", word(event.op_type, is_op_type(event.op_type)));
    if (!event.provider.empty()) add(text, "provider", word(event.provider, is_provider(event.provider)));
    if (!event.inputs.empty()) add(text, "input_type_shape", shapes(event.inputs));
    // Which of both could not be read is not known; to the reader it is the same.
    if (event.shapes_unreadable) {
      add(text, "output_type_shape", "null");
    } else if (!event.outputs.empty()) {
      add(text, "output_type_shape", shapes(event.outputs));
    }
    if (event.stream) add(text, "stream", std::to_string(*event.stream));
    constexpr std::array kAxes{'x', 'y', 'z'};
    for (std::size_t i = 0; i < kAxes.size(); ++i) {
      if (event.grid[i] != 0) add(text, fmt::format("grid_{}", kAxes[i]), std::to_string(event.grid[i]));
      if (event.block[i] != 0) add(text, fmt::format("block_{}", kAxes[i]), std::to_string(event.block[i]));
    }
    return text + "}";
  }

  std::string shapes(const std::vector<TensorShape>& list) {
    std::string text = "[";
    for (const TensorShape& shape : list) {
      if (text.size() > 1) text += ", ";
      text += "{" + word(shape.type, is_one_of(kTypes, shape.type)) +
              fmt::format(": [{}]}}", fmt::join(shape.dims, ", "));
    }
    return text + "]";
  }

  ByteSource& source_;
  OutputFile& out_;
  Names& names_;
  Redaction& redaction_;
  LossCount losses_;
  std::string text_;
  ort::EventReader events_;
};

}  // namespace

Status redact_ort(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  return OrtCopy(source, out, names, redaction).run();
}

}  // namespace lynxbench::trace::redact
