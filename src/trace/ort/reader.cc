#include "trace/ort/reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "trace/loss_count.h"
#include "trace/ort/event_reader.h"
#include "trace/self_time.h"
#include "trace/source_text.h"

namespace lynxbench::trace::ort {
namespace {

// Begin and duration are each cut to the microsecond, so an end may read up to 2 us early.
constexpr std::int64_t kClockStepNs = 1'000;

class ProfileReader {
 public:
  explicit ProfileReader(const SourceText& source) : events_(source.text(), losses_) {
    losses_.append(source.losses());
  }

  Result<OperatorTimeline> read(const std::string& name) {
    while (std::optional<PlacedEvent> placed = events_.next()) {
      take(std::move(placed->event), placed->byte);
    }
    if (events_.is_foreign()) return events_.not_ours(name);
    events_.note_ending();
    note_calls();
    keep_own_times();
    timeline_.losses = losses_.take();
    return std::move(timeline_);
  }

 private:
  void take(Event event, std::size_t byte) {
    if (event.category == Category::kDevice) {
      losses_.add(Severity::kNotice, "device event (Kernel, Api)", byte);
    } else if (event.category == Category::kNode) {
      take_node(std::move(event), byte);
    } else if (event.name == "model_run") {
      take_call(event, byte);
    }
  }

  // False, and counted, when the event's time cannot be used.
  bool has_time(const Event& event, std::size_t byte) {
    std::string_view fault = time_fault(event);
    std::int64_t total = 0;
    if (fault.empty() && __builtin_add_overflow(total_ns_, *event.duration_ns, &total)) {
      fault = "event with a time beyond 63 bits";
    }
    if (!fault.empty()) {
      losses_.add(Severity::kLoss, fault, byte);
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
    if (!is_operator(event, byte, losses_)) return;
    if (!has_time(event, byte)) return;
    if (event.shapes_unreadable) {
      losses_.add(Severity::kLoss, "operator with unreadable shapes", byte);
    }
    if (event.op_type.empty()) {
      losses_.add(Severity::kLoss, "operator without a type", byte);
      event.op_type = "unknown";
    }
    const auto thread = static_cast<std::uint32_t>(threads_.size());
    intervals_.push_back({threads_.try_emplace(event.thread, thread).first->second, *event.begin_ns,
                          *event.begin_ns + *event.duration_ns});
    timeline_.operators.push_back({std::string(node_name(event)), std::move(event.op_type),
                                   std::move(event.provider), *event.begin_ns, *event.duration_ns,
                                   std::move(event.inputs), std::move(event.outputs)});
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

  LossCount losses_;
  EventReader events_;
  OperatorTimeline timeline_;
  std::vector<Interval> intervals_;  // of timeline_.operators, as in the file
  std::map<std::string, std::uint32_t, std::less<>> threads_;
  std::optional<std::int64_t> last_call_end_ns_;
  std::int64_t total_ns_ = 0;  // of all durations taken
};

}  // namespace

Result<OperatorTimeline> read(std::string_view text, const std::string& name) {
  const SourceText source = TRY(plain_text(text, name));
  if (std::optional<Error> error = refusal(source.text(), name)) return std::move(*error);
  return ProfileReader(source).read(name);
}

}  // namespace lynxbench::trace::ort
