#include "trace/redact/chrome_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "trace/decimal.h"
#include "trace/json_text.h"
#include "trace/redact/values.h"
#include "trace/redact/words.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;

// What the value of an argument may be.
enum class Form : std::uint8_t {
  kNumber,     // anything else becomes null
  kKey,        // a number, or a word that links events
  kDevice,     // a number, or a word that names a device
  kNumbers,    // arrays of numbers, however deep; anything else inside is left out
  kTypes,      // array of names of element types
  kInputs,     // array of scalars as text
  kWord,       // a word of kWords
  kGroup,      // a process group's name
  kWait,       // a wait's kind
};

struct Argument {
  std::string_view name;
  Form form;
};

constexpr std::array kArguments{
    // Those that the reader uses.
    Argument{"correlation", Form::kKey},
    Argument{"device", Form::kDevice},
    Argument{"stream", Form::kNumber},
    Argument{"stream_id", Form::kNumber},
    Argument{"bytes", Form::kNumber},
    Argument{"size", Form::kNumber},
    Argument{"direction", Form::kWord},
    Argument{"kind", Form::kWord},
    Argument{"grid", Form::kNumbers},
    Argument{"block", Form::kNumbers},
    Argument{"registers per thread", Form::kNumber},
    Argument{"shared memory", Form::kNumber},
    Argument{"est. achieved occupancy %", Form::kNumber},
    Argument{"graph id", Form::kNumber},
    Argument{"graph node id", Form::kNumber},
    Argument{"Collective name", Form::kWord},
    Argument{"In msg nelems", Form::kNumber},
    Argument{"Out msg nelems", Form::kNumber},
    Argument{"dtype", Form::kWord},
    Argument{"Group size", Form::kNumber},
    Argument{"Process Group Name", Form::kGroup},
    Argument{"Seq", Form::kNumber},
    Argument{"Input Dims", Form::kNumbers},
    Argument{"Input type", Form::kTypes},
    Argument{"Concrete Inputs", Form::kInputs},
    Argument{"cuda_sync_kind", Form::kWait},
    Argument{"wait_on_cuda_event_record_corr_id", Form::kKey},
    Argument{"Total Allocated", Form::kNumber},
    Argument{"Total Reserved", Form::kNumber},
    Argument{"Device Id", Form::kNumber},
    // Numbers that other tools use.
    Argument{"External id", Form::kNumber},
    Argument{"external id", Form::kNumber},
    Argument{"Ev Idx", Form::kNumber},
    Argument{"Python id", Form::kNumber},
    Argument{"Python parent id", Form::kNumber},
    Argument{"Python module id", Form::kNumber},
    Argument{"Sequence number", Form::kNumber},
    Argument{"Fwd thread id", Form::kNumber},
    Argument{"Record function id", Form::kNumber},
    Argument{"Device Type", Form::kNumber},
    Argument{"Bytes", Form::kNumber},
    Argument{"cbid", Form::kNumber},
    Argument{"context", Form::kNumber},
    Argument{"queued", Form::kNumber},
    Argument{"priority", Form::kNumber},
    Argument{"blocks per SM", Form::kNumber},
    Argument{"warps per SM", Form::kNumber},
    Argument{"memory bandwidth (GB/s)", Form::kNumber},
    Argument{"wait_on_stream", Form::kNumber},
    Argument{"wait_on_cuda_event_id", Form::kNumber},
    Argument{"Global rank start", Form::kNumber},
    Argument{"Global rank stride", Form::kNumber},
    Argument{"Input Strides", Form::kNumbers},
    Argument{"In split size", Form::kNumbers},
    Argument{"Out split size", Form::kNumbers},
    Argument{"Src Rank", Form::kNumber},
    Argument{"Dst Rank", Form::kNumber},
};

// Categories as the profilers of PyTorch write them, and what their names are names of.
struct Category {
  std::string_view name;
  NameOf kind;
};
constexpr std::array kCategories{
    Category{"python_function", NameOf::kPython},
    Category{"cpu_op", NameOf::kOperator},
    Category{"kernel", NameOf::kDeviceWork},
    Category{"cuda_runtime", NameOf::kCall},
    Category{"gpu_memcpy", NameOf::kDeviceWork},
    Category{"gpu_memset", NameOf::kDeviceWork},
    Category{"user_annotation", NameOf::kAnnotation},
    Category{"cuda_driver", NameOf::kCall},
    Category{"gpu_user_annotation", NameOf::kAnnotation},
    Category{"cuda_sync", NameOf::kAnnotation},
    Category{"cuda_event", NameOf::kAnnotation},
    Category{"overhead", NameOf::kAnnotation},
    Category{"Trace", NameOf::kAnnotation},
    Category{"Kernel", NameOf::kDeviceWork},
    Category{"Memcpy", NameOf::kDeviceWork},
    Category{"Memset", NameOf::kDeviceWork},
    Category{"Operator", NameOf::kOperator},
    Category{"Runtime", NameOf::kCall},
    Category{"Driver", NameOf::kCall},
    Category{"hip_runtime", NameOf::kCall},
    Category{"hip_driver", NameOf::kCall},
    Category{"mtia_runtime", NameOf::kCall},
    Category{"xpu_runtime", NameOf::kCall},
    Category{"xpu_driver", NameOf::kCall},
    Category{"privateuse1_runtime", NameOf::kCall},
    Category{"privateuse1_driver", NameOf::kCall},
    Category{"glow_runtime", NameOf::kCall},
    Category{"mtia_ccp_events", NameOf::kDeviceWork},
    Category{"hpu_op", NameOf::kDeviceWork},
    Category{"mtia_insight", NameOf::kAnnotation},
    Category{"collective_comm", NameOf::kAnnotation},
    Category{"cuda_profiler_range", NameOf::kAnnotation},
    Category{"critical_path", NameOf::kAnnotation},
    Category{"cpu_instant_event", NameOf::kAnnotation},
    Category{"ac2g", NameOf::kAnnotation},
    Category{"fwdbwd", NameOf::kAnnotation},
    Category{"async_cpu_to_gpu", NameOf::kAnnotation},
};

const Category& category_named(std::string_view name) {
  static constexpr Category kOther{"other", NameOf::kAnnotation};
  const auto* const found = std::find_if(kCategories.begin(), kCategories.end(),
                                         [&](const Category& one) { return one.name == name; });
  return found == kCategories.end() ? kOther : *found;
}

// Collective operations, element types, and directions of copies.
constexpr std::array kWords{
    "allreduce"sv, "all_reduce"sv, "allreduce_coalesced"sv, "_allgather_base"sv, "allgather"sv,
    "all_gather"sv, "allgather_into_tensor_coalesced"sv, "all_gather_into_tensor"sv,
    "_reduce_scatter_base"sv, "reduce_scatter"sv, "reduce_scatter_tensor"sv,
    "reduce_scatter_tensor_coalesced"sv, "broadcast"sv, "_broadcast_oop"sv, "reduce"sv,
    "_reduce_oop"sv, "gather"sv, "scatter"sv, "all_to_all"sv, "all_to_allv"sv, "alltoall"sv,
    "alltoall_base"sv, "barrier"sv, "send"sv, "recv"sv, "sendrecv"sv, "coalesced"sv, "init"sv,
    "wait"sv, "Float"sv, "Double"sv, "Half"sv, "BFloat16"sv, "Int"sv, "Long"sv, "Short"sv, "Char"sv,
    "Byte"sv, "Bool"sv, "Float8_e4m3fn"sv, "Float8_e5m2"sv, "Float8_e4m3fnuz"sv,
    "Float8_e5m2fnuz"sv, "HtoD"sv, "DtoH"sv, "DtoD"sv, "PtoP"sv, "HtoH"sv, "HOST_TO_DEVICE"sv,
    "DEVICE_TO_HOST"sv, "DEVICE_TO_DEVICE"sv, "CopyHostToDevice"sv, "CopyDeviceToHost"sv,
    "CopyDeviceToDevice"sv, "MEMORY_COPY_HOST_TO_DEVICE"sv, "MEMORY_COPY_DEVICE_TO_HOST"sv,
    "MEMORY_COPY_DEVICE_TO_DEVICE"sv, "KERNEL"sv, "default_pg"sv};

constexpr std::array kDirections{"HtoD"sv, "DtoH"sv, "DtoD"sv, "PtoP"sv, "HtoH"sv,
                                 "HOST_TO_DEVICE"sv, "DEVICE_TO_HOST"sv, "DEVICE_TO_DEVICE"sv};

constexpr std::array kTypeWords{
    "float"sv, "double"sv, "int"sv, "long"sv, "long int"sv, "long long"sv, "long long int"sv,
    "short"sv, "short int"sv, "bool"sv, "char"sv, "signed char"sv, "unsigned char"sv,
    "unsigned int"sv, "unsigned long"sv, "Scalar"sv, "ScalarList"sv, "TensorList"sv,
    "GenericList"sv, "Device"sv, "Generator"sv, "Dict"sv, "Tuple"sv, "None"sv};
constexpr std::array kTypeBeginnings{"c10::"sv, "at::"sv};

// Numbers and brackets; strings inside become "", which readers take for "no number". Brackets are
// closed whatever happens inside.
std::string numbers_in(JsonCursor& json) {
  if (!json.enter('[')) {
    const std::string_view text = json.scalar();
    return is_number(text) ? std::string(text) : "\"\"";
  }
  std::string out = "[";
  while (json.element()) {
    if (out.size() > 1) out += ", ";
    out += numbers_in(json);
  }
  out.push_back(']');
  return out;
}

// "3", "-1.5", "True", "[1, 2]", "[True, None]": what cannot be a name or a path.
bool is_scalar_text(std::string_view text) {
  constexpr std::array kScalarWords{"True"sv, "False"sv, "None"sv, "inf"sv, "nan"sv, "e"sv};
  constexpr std::string_view kAround = "0123456789[]., -+";
  while (true) {
    const std::size_t word = text.find_first_not_of(kAround);
    if (word == std::string_view::npos) return true;
    text.remove_prefix(word);
    const std::string_view letters = text.substr(0, text.find_first_of(kAround));
    if (!is_one_of(kScalarWords, letters)) return false;
    text.remove_prefix(letters.size());
  }
}

bool is_type_text(std::string_view text) {
  if (text.empty() || is_one_of(kTypeWords, text)) return true;
  const bool known = std::any_of(kTypeBeginnings.begin(), kTypeBeginnings.end(),
                                 [&](std::string_view one) { return text.starts_with(one); });
  return known && !looks_private(text);
}

std::string strings_in(JsonCursor& json, bool (*allowed)(std::string_view)) {
  if (!json.enter('[')) {
    const std::string_view text = json.scalar();
    return json_text(allowed(text) ? text : "");
  }
  std::string out = "[";
  while (json.element()) {
    if (out.size() > 1) out += ", ";
    out += strings_in(json, allowed);
  }
  out.push_back(']');
  return out;
}

// Digits at the end of a word name a stream.
std::string_view trailing_digits(std::string_view text) {
  const std::size_t last = text.find_last_not_of("0123456789");
  return last == std::string_view::npos ? text : text.substr(last + 1);
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

const Argument* argument_named(std::string_view name) {
  const auto* const found = std::find_if(kArguments.begin(), kArguments.end(),
                                         [&](const Argument& one) { return one.name == name; });
  return found == kArguments.end() ? nullptr : found;
}

}  // namespace

bool keeps_argument(std::string_view name) {
  return name == "name" || argument_named(name) != nullptr;
}

void EventEditor::member(std::string_view name, std::string_view value, std::string& out) {
  out += first_ ? "{" : ", ";
  first_ = false;
  out += fmt::format("\"{}\": {}", name, value);
}

void EventEditor::text_member(std::string_view name, std::string_view text, std::string& out) {
  member(name, json_text(text), out);
}

// Process and thread: numbers, or words, which may be host names.
void EventEditor::identity(const chrome::Event& event, std::string& out) {
  if (!event.process.empty()) {
    const auto number = whole_number(event.process);
    if (!number) ++removed_["words for processes"];
    member("pid", std::to_string(number ? *number : names_.digest_number(event.process)), out);
  }
  if (event.thread.empty()) return;
  if (const auto number = whole_number(event.thread)) return member("tid", std::to_string(*number), out);
  const std::string_view digits = trailing_digits(event.thread);
  if (event.thread == fmt::format("stream {}", digits)) return text_member("tid", event.thread, out);
  ++removed_["words for threads"];
  text_member("tid", fmt::format("thread-{}{}", names_.digest(event.thread), digits), out);
}

void EventEditor::times(const chrome::Event& event, std::string& out) {
  if (!event.begin.empty()) member("ts", time_text(event.begin), out);
  if (!event.duration.empty()) member("dur", time_text(event.duration), out);
  if (!event.id.empty() && whole_number(event.id)) member("id", number_text(event.id), out);
}

std::string EventEditor::value_of(std::string_view argument, JsonCursor& json) {
  const Form form = argument_named(argument)->form;
  const char next = json.peek();
  const std::string_view text = next == '[' || next == '{' ? json.raw() : json.scalar();
  if (next == '[' && (form == Form::kNumbers || form == Form::kTypes || form == Form::kInputs)) {
    // A walk of its own: what is odd inside must not cost the arguments behind it.
    JsonCursor list(text);
    return form == Form::kNumbers ? numbers_in(list)
                                  : strings_in(list, form == Form::kTypes ? is_type_text : is_scalar_text);
  }
  if (form == Form::kNumber) return number_text(text);
  if (text.empty()) return "\"\"";
  const bool number = whole_number(text).has_value();
  if (form == Form::kKey) return number ? number_text(text) : json_text("key-" + names_.digest(text));
  if (form == Form::kDevice) {
    return number ? number_text(text) : std::to_string(names_.digest_number(text));
  }
  if (form == Form::kWait) return json_text(names_.of(NameOf::kAnnotation, unescaped(text)));
  if (form == Form::kGroup && number) return json_text(text);
  if (is_one_of(kWords, text)) return json_text(text);
  for (std::string_view direction : kDirections) {
    if (text.find(direction) != std::string_view::npos) return json_text(direction);
  }
  ++removed_["words in arguments"];
  return json_text("word-" + names_.digest(text));
}

void EventEditor::arguments(const chrome::Event& event, std::string& out) {
  JsonCursor json(event.args_text);
  if (!json.enter('{')) return;
  std::string kept;
  while (const auto name = json.key()) {
    if (argument_named(*name) == nullptr) {
      ++removed_["arguments of events"];
      json.skip();
      continue;
    }
    kept += fmt::format("{}\"{}\": ", kept.empty() ? "" : ", ", *name);
    kept += value_of(*name, json);
  }
  if (!kept.empty()) member("args", "{" + kept + "}", out);
}

// The members of a counter's arguments are its quantities.
void EventEditor::counters(const chrome::Event& event, std::string& out) {
  JsonCursor json(event.args_text);
  if (!json.enter('{')) return;
  std::string kept;
  while (const auto name = json.key()) {
    kept += fmt::format("{}{}: ", kept.empty() ? "" : ", ",
                        json_text(names_.of(NameOf::kAnnotation, unescaped(*name))));
    kept += number_text(json.scalar());
  }
  member("args", "{" + kept + "}", out);
}

// Of names of processes and threads only those are kept that say what they are and not whose.
void EventEditor::metadata(const chrome::Event& event, std::string& out) {
  constexpr std::array kKept{"python"sv, "python3"sv, "pt_main_thread"sv, "CPU"sv, "Spans"sv,
                             "Traces"sv, "MainThread"sv, "pt_data_worker"sv, "pt_data_pin"sv,
                             "pt_nccl_watchdg"sv, "pt_autograd_0"sv};
  if (event.name == "process_sort_index" || event.name == "thread_sort_index") {
    return text_member("name", event.name, out);
  }
  if (event.name != "thread_name" && event.name != "process_name" &&
      event.name != "process_labels") {
    return text_member("name", "removed", out);
  }
  text_member("name", event.name, out);
  const std::string_view given = event.args.name;
  const std::string_view digits = trailing_digits(given);
  const bool numbered = given == fmt::format("stream {}", digits) ||
                        given == fmt::format("GPU {}", digits) ||
                        given == fmt::format("thread {}", digits);
  if (numbered || is_one_of(kKept, given)) {
    return member("args", fmt::format("{{\"name\": {}}}", json_text(given)), out);
  }
  if (given.empty()) return;
  ++removed_["names of processes and threads"];
  member("args", R"({"name": "removed"})", out);
}

void EventEditor::append(const chrome::Event& event, std::string& out) {
  first_ = true;
  if (!event.is_object) {
    out += "null";
    return;
  }
  if (event.phase != '\0') {
    const char lower = static_cast<char>(event.phase | 0x20);
    text_member("ph", is_letter(lower) ? std::string(1, event.phase) : "??", out);
  }
  if (event.phase == 'M') {
    identity(event, out);
    metadata(event, out);
    out.push_back('}');
    return;
  }
  const Category& category = category_named(event.category);
  if (!event.category.empty()) {
    if (category.name == "other") ++removed_["words for categories"];
    text_member("cat", category.name, out);
  }
  if (!event.name.empty()) {
    text_member("name", names_.of(category.kind, unescaped(event.name)), out);
  }
  identity(event, out);
  times(event, out);
  event.phase == 'C' ? counters(event, out) : arguments(event, out);
  out += first_ ? "{}" : "}";
}

}  // namespace lynxbench::trace::redact
