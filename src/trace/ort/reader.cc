#include "trace/ort/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "trace/array_scanner.h"
#include "trace/loss_count.h"
#include "trace/ort/event.h"
#include "trace/self_time.h"
#include "trace/source_text.h"

namespace lynxbench::trace::ort {
namespace {

constexpr std::string_view kKernelTime = "_kernel_time";
constexpr std::string_view kFences[] = {"_fence_before", "_fence_after"};
// The profiler stops recording here and does not say so.
constexpr std::uint64_t kProfilerLimit = 1'000'000;
// Begin and duration are each cut to the microsecond, so an end may read up to 2 us early.
constexpr std::int64_t kClockStepNs = 1'000;

bool ends_with_fence(std::string_view name) {
  return std::any_of(std::begin(kFences), std::end(kFences),
                     [&](std::string_view fence) { return name.ends_with(fence); });
}

// A name in an error message: short, and nothing that a terminal obeys.
std::string for_message(std::string_view text) {
  std::string out(text.substr(0, 40));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

class ProfileReader {
 public:
  explicit ProfileReader(const SourceText& source) : text_(source.text()), scanner_(text_) {
    losses_.append(source.losses());
  }

  Result<OperatorTimeline> read(const std::string& name) {
    while (std::optional<Element> element = scanner_.next()) take(*element);
    if (ours_ == 0 && others_ > 0) return not_ours(name);
    note_ending();
    note_calls();
    keep_own_times();
    timeline_.losses = losses_.take();
    return std::move(timeline_);
  }

 private:
  void take(Element element) {
    if (element.form == Element::Form::kOther) {
      ++others_;
      losses_.add(Severity::kDamage, "text between the events", element.byte);
      return;
    }
    std::optional<Event> event;
    if (element.form == Element::Form::kObject) event = parse(element.text);
    const bool torn = layout_of(element.text) == Layout::kOwnTorn;
    if (!event || torn) {
      Element other = torn ? scanner_.widen(element) : scanner_.cut_short(element);
      const std::string text = repaired(other.text);
      const bool whole = is_one_object(text) && layout_of(text) != Layout::kOwnTorn;
      std::optional<Event> repaired_event = whole ? parser_.parse(text) : std::nullopt;
      if (repaired_event) {
        event = std::move(repaired_event);
        losses_.add(Severity::kNotice, "event that is no JSON, repaired", element.byte);
      } else if (event) {
        scanner_.resume_after(element);
      } else {
        element = other;
      }
    }
    if (event) {
      take(std::move(*event), element.byte);
    } else if (element.form == Element::Form::kCut) {
      losses_.add(Severity::kDamage, "event that the file's end cuts", element.byte);
    } else {
      losses_.add(Severity::kDamage, "event that cannot be read", element.byte);
    }
  }

  // A backslash in a name that ONNX Runtime wrote itself is a backslash, though JSON might read it,
  // and the letter behind it, as something else ("C:\new").
  std::optional<Event> parse(std::string_view object) {
    const bool raw =
        object.find('\\') != std::string_view::npos && layout_of(object) == Layout::kOwn;
    return raw ? parser_.parse(repaired(object)) : parser_.parse(object);
  }

  void take(Event event, std::size_t byte) {
    if (event.category == Category::kForeign) {
      if (others_++ == 0) first_foreign_ = event.foreign_category;
      losses_.add(Severity::kNotice, "event of a category that is not ONNX Runtime's", byte);
      return;
    }
    ++ours_;
    if (!event.phase.empty() && event.phase != "X") {
      losses_.add(Severity::kNotice, "event of another phase than X", byte);
    } else if (event.category == Category::kDevice) {
      losses_.add(Severity::kNotice, "device event (Kernel, Api)", byte);
    } else if (event.category == Category::kNode) {
      take_node(std::move(event), byte);
    } else if (event.name == "model_run") {
      take_call(event, byte);
    }
  }

  // False, and counted, when the event's time cannot be used.
  bool has_time(const Event& event, std::size_t byte) {
    if (!event.begin_ns || !event.duration_ns) {
      losses_.add(Severity::kLoss, "event without a usable time", byte);
      return false;
    }
    if (*event.duration_ns < 0) {
      losses_.add(Severity::kLoss, "event with a negative duration", byte);
      return false;
    }
    std::int64_t end = 0;
    std::int64_t total = 0;
    if (__builtin_add_overflow(*event.begin_ns, *event.duration_ns, &end) ||
        __builtin_add_overflow(total_ns_, *event.duration_ns, &total)) {
      losses_.add(Severity::kLoss, "event with a time beyond 63 bits", byte);
      return false;
    }
    total_ns_ = total;
    return true;
  }

  void take_call(const Event& event, std::size_t byte) {
    if (!has_time(event, byte)) return;
    timeline_.model_run_ns = timeline_.model_run_ns.value_or(0) + *event.duration_ns;
    const std::int64_t end = *event.begin_ns + *event.duration_ns;
    last_call_end_ns_ = std::max(last_call_end_ns_.value_or(end), end);
  }

  void take_node(Event event, std::size_t byte) {
    std::string_view name = event.name;
    if (ends_with_fence(name)) {
      losses_.add(Severity::kNotice, "fence event", byte);
      return;
    }
    if (!name.ends_with(kKernelTime)) {
      losses_.add(Severity::kNotice, "node event that is no operator's time", byte);
      return;
    }
    if (!has_time(event, byte)) return;
    if (event.shapes_unreadable) {
      losses_.add(Severity::kLoss, "operator with unreadable shapes", byte);
    }
    if (event.op_type.empty()) {
      losses_.add(Severity::kLoss, "operator without a type", byte);
      event.op_type = "unknown";
    }
    name.remove_suffix(kKernelTime.size());
    const auto thread = static_cast<std::uint32_t>(threads_.size());
    intervals_.push_back({threads_.try_emplace(event.thread, thread).first->second, *event.begin_ns,
                          *event.begin_ns + *event.duration_ns});
    timeline_.operators.push_back({std::string(name), std::move(event.op_type),
                                   std::move(event.provider), *event.begin_ns, *event.duration_ns,
                                   std::move(event.inputs), std::move(event.outputs)});
  }

  Error not_ours(const std::string& name) const {
    const std::string what =
        first_foreign_.empty()
            ? "its elements are no events with a category"
            : fmt::format("its events are of the category \"{}\"", for_message(first_foreign_));
    return Error{ErrorCode::kInvalidInput,
                 "a JSON array, but no ONNX Runtime profile: " + what +
                     "; ONNX Runtime's are of the categories Session and Node",
                 name};
  }

  void note_ending() {
    const std::size_t byte = scanner_.byte();
    if (!scanner_.closed()) {
      losses_.add(Severity::kNotice, "the array is not closed", byte);
    } else if (text_.find_first_not_of(" \t\r\n", byte) != std::string_view::npos) {
      losses_.add(Severity::kDamage, "text after the array's end", byte);
    }
    if (ours_ == 0) losses_.add(Severity::kDamage, "no complete event in the file", byte);
    if (ours_ + others_ >= kProfilerLimit) {
      losses_.add(Severity::kLoss, "the profiler's limit of 1,000,000 events was reached", byte);
    }
  }

  // Operators whose call's own event, written when the call ends, is not there.
  void note_calls() {
    const auto& operators = timeline_.operators;
    if (operators.empty()) return;
    const auto outside = [this](const OperatorEvent& op) {
      return !last_call_end_ns_ || op.begin_ns > *last_call_end_ns_ + 2 * kClockStepNs;
    };
    const auto first = std::find_if(operators.begin(), operators.end(), outside);
    if (first == operators.end()) return;
    losses_.add_all(Severity::kLoss, "operator of a call whose end is missing",
                    static_cast<std::uint64_t>(std::count_if(first, operators.end(), outside)),
                    "node " + for_message(first->node));
  }

  void keep_own_times() {
    const std::vector<std::int64_t> own = self_times(intervals_);
    for (std::size_t i = 0; i < own.size(); ++i) {
      OperatorEvent& op = timeline_.operators[i];
      if (own[i] == op.duration_ns) continue;
      op.duration_ns = own[i];
      losses_.add_all(Severity::kNotice, "operator with others inside, kept with its own time only",
                      1, "node " + for_message(op.node));
    }
    if (threads_.size() > 1) {
      losses_.add_all(Severity::kNotice, "further thread with operators: their times may overlap",
                      threads_.size() - 1, "");
    }
  }

  std::string_view text_;
  ArrayScanner scanner_;
  EventParser parser_;
  LossCount losses_;
  OperatorTimeline timeline_;
  std::vector<Interval> intervals_;  // of timeline_.operators, as in the file
  std::map<std::string, std::uint32_t, std::less<>> threads_;
  std::optional<std::int64_t> last_call_end_ns_;
  std::int64_t total_ns_ = 0;  // of all durations taken
  std::uint64_t ours_ = 0;
  std::uint64_t others_ = 0;
  std::string first_foreign_;
};

}  // namespace

Result<OperatorTimeline> read(std::string_view text, const std::string& name) {
  const SourceText source = TRY(plain_text(text, name));
  const std::string_view plain = source.text();
  const std::size_t first = plain.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return Error{
        ErrorCode::kInvalidInput,
        "the profile is empty: ONNX Runtime writes it when profiling ends, so the session was "
        "never ended (call EndProfiling)",
        name};
  }
  if (plain[first] != '[') {
    return Error{ErrorCode::kInvalidInput,
                 "no ONNX Runtime profile (a JSON array of events): this is " + likely_kind(plain),
                 name};
  }
  return ProfileReader(source).read(name);
}

}  // namespace lynxbench::trace::ort
