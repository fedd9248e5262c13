// One event of an ONNX Runtime profile, as it stands in the file.
//
//   EventParser parser;
//   if (std::optional<Event> event = parser.parse(R"({"cat" : "Node","dur" :12, ...})")) ...
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/timeline.h"

namespace lynxbench::trace::ort {

enum class Category {
  kNode,     // "Node": an operator, or a fence around one
  kSession,  // "Session": model_run, SequentialExecutor::Execute, session_initialization ...
  kDevice,   // "Kernel", "Api": what builds with a GPU provider add
  kForeign,  // any other: not ONNX Runtime's
};

// Of keys that occur twice the last counts.
struct Event {
  Category category = Category::kForeign;
  bool is_api = false;           // of kDevice: "Api", a call on the host
  std::string foreign_category;  // as spelled, with kForeign; "" when there was none
  std::string name;
  std::string phase;                        // "X": with a duration; "" when there was none
  std::string process;                      // pid, as spelled
  std::string thread;                       // tid, as spelled
  std::optional<std::int64_t> begin_ns;     // nothing: absent, or no number that fits
  std::optional<std::int64_t> duration_ns;  // the same
  std::string op_type;                      // "" when absent, and so below
  std::string provider;
  std::vector<TensorShape> inputs;
  std::vector<TensorShape> outputs;
  bool shapes_unreadable = false;
  // Of device events; nothing, and 0, when absent.
  std::optional<std::int64_t> stream;
  std::array<std::uint32_t, 3> grid{};
  std::array<std::uint32_t, 3> block{};
};

// Threads: one at a time.
class EventParser {
 public:
  EventParser();
  ~EventParser();
  EventParser(const EventParser&) = delete;
  EventParser& operator=(const EventParser&) = delete;

  // Nothing when `object` is not one JSON object. Values that Event has no member for are passed
  // over and only looked at as far as it takes to find their end.
  [[nodiscard]] std::optional<Event> parse(std::string_view object);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How an event is laid out. ONNX Runtime itself writes names as they are, with no escapes (seen
// with 1.30); another program that wrote the file anew will have escaped them.
enum class Layout {
  kOwn,      // ONNX Runtime's, to the blank
  kOwnTorn,  // begins so, but what must follow the name is not there
  kOther,
};
[[nodiscard]] Layout layout_of(std::string_view event);

// Makes JSON again of an event whose name, or any other string, broke it. In ONNX Runtime's own
// layout quotation marks and backslashes of the name are escaped; everywhere backslashes that
// escape nothing are doubled, control characters become \u00XX and bytes that are no UTF-8 become
// U+FFFD. The result is not sure to be JSON: parse it.
[[nodiscard]] std::string repaired(std::string_view event);

}  // namespace lynxbench::trace::ort
