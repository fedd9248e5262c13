#include "trace/ort/event_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "trace/source_text.h"

namespace lynxbench::trace::ort {
namespace {

constexpr std::string_view kKernelTime = "_kernel_time";
constexpr std::string_view kFences[] = {"_fence_before", "_fence_after"};
// The profiler stops recording here and does not say so.
constexpr std::uint64_t kProfilerLimit = 1'000'000;

bool ends_with_fence(std::string_view name) {
  return std::any_of(std::begin(kFences), std::end(kFences),
                     [&](std::string_view fence) { return name.ends_with(fence); });
}

}  // namespace

std::optional<PlacedEvent> EventReader::next() {
  while (const std::optional<Element> element = scanner_.next()) {
    std::optional<PlacedEvent> placed = read(*element);
    if (placed && is_ours(*placed)) return placed;
  }
  return std::nullopt;
}

std::optional<PlacedEvent> EventReader::read(Element element) {
  if (element.form == Element::Form::kOther) {
    ++others_;
    losses_.add(Severity::kDamage, "text between the events", element.byte);
    return std::nullopt;
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
  if (event) return PlacedEvent{std::move(*event), element.byte};
  const bool cut = element.form == Element::Form::kCut;
  losses_.add(Severity::kDamage,
              cut ? "event that the file's end cuts" : "event that cannot be read", element.byte);
  return std::nullopt;
}

// A backslash in a name that ONNX Runtime wrote itself is a backslash, though JSON might read it,
// and the letter behind it, as something else ("C:\new").
std::optional<Event> EventReader::parse(std::string_view object) {
  const bool raw = object.find('\\') != std::string_view::npos && layout_of(object) == Layout::kOwn;
  return raw ? parser_.parse(repaired(object)) : parser_.parse(object);
}

bool EventReader::is_ours(const PlacedEvent& placed) {
  const Event& event = placed.event;
  if (event.category == Category::kForeign) {
    if (others_++ == 0) first_foreign_ = event.foreign_category;
    losses_.add(Severity::kNotice, "event of a category that is not ONNX Runtime's", placed.byte);
    return false;
  }
  ++ours_;
  if (event.phase.empty() || event.phase == "X") return true;
  losses_.add(Severity::kNotice, "event of another phase than X", placed.byte);
  return false;
}

void EventReader::note_ending() {
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

Error EventReader::not_ours(const std::string& name) const {
  const std::string what =
      first_foreign_.empty()
          ? "its elements are no events with a category"
          : fmt::format("its events are of the category \"{}\"", for_message(first_foreign_));
  return Error{ErrorCode::kInvalidInput,
               "a JSON array, but no ONNX Runtime profile: " + what +
                   "; ONNX Runtime's are of the categories Session and Node",
               name};
}

std::string_view time_fault(const Event& event) {
  if (!event.begin_ns || !event.duration_ns) return "event without a usable time";
  if (*event.duration_ns < 0) return "event with a negative duration";
  std::int64_t end = 0;
  if (__builtin_add_overflow(*event.begin_ns, *event.duration_ns, &end)) {
    return "event with a time beyond 63 bits";
  }
  return "";
}

bool is_operator(const Event& event, std::size_t byte, LossCount& losses) {
  if (event.name.ends_with(kKernelTime)) return true;
  losses.add(Severity::kNotice,
             ends_with_fence(event.name) ? "fence event" : "node event that is no operator's time",
             byte);
  return false;
}

std::string_view node_name(const Event& event) {
  std::string_view name = event.name;
  if (name.ends_with(kKernelTime)) name.remove_suffix(kKernelTime.size());
  return name;
}

std::string for_message(std::string_view text) {
  std::string out(text.substr(0, 40));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

std::optional<Error> refusal(std::string_view text, const std::string& name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return Error{
        ErrorCode::kInvalidInput,
        "the profile is empty: ONNX Runtime writes it when profiling ends, so the session was "
        "never ended (call EndProfiling; in Python: session.end_profiling())",
        name};
  }
  if (text[first] == '[') return std::nullopt;
  return Error{ErrorCode::kInvalidInput,
               "no ONNX Runtime profile (a JSON array of events): this is " + likely_kind(text),
               name};
}

}  // namespace lynxbench::trace::ort
