// The sender of polled targets: one thread that sends what is due and, in between, lets the target
// handle what the network brings.
#include <algorithm>
#include <utility>

#include "loadgen/loadgen.h"
#include "loadgen/options.h"
#include "loadgen/record.h"

namespace lynxbench::loadgen {
namespace {

// The requests that are out: a slot each, used again. The target is given the slot's number.
class Slots final : public target::Answers {
 public:
  Slots(std::int64_t epoch_ns, const TakeRecord& take) : epoch_ns_(epoch_ns), take_(take) {}

  // The slot of a request that goes out now.
  std::uint64_t take_slot(const ScheduledRequest& request, Nanos due, Nanos at, std::uint32_t bytes) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
      taken_.push_back(false);
    }
    std::uint32_t slot = free_.back();
    free_.pop_back();
    RequestRecord& record = slots_[slot];
    record.index = request.index;
    record.input = request.input;
    record.due_ns = due.count() - epoch_ns_;
    record.sent_ns = at.count() - epoch_ns_;
    record.first_byte_ns = 0;
    record.done_ns = 0;
    record.request_bytes = bytes;
    record.response_bytes = 0;
    record.status = RequestStatus::kUnfinished;
    taken_[slot] = true;
    ++in_flight_;
    return slot;
  }

  void answered(const target::Answer& answer) override {
    CHECK(answer.index < slots_.size() && taken_[answer.index]);
    fill(slots_[answer.index], answer, epoch_ns_);
    give_back(static_cast<std::uint32_t>(answer.index));
  }

  // Those without an answer stay kUnfinished.
  void give_up() {
    std::vector<std::uint32_t> left;
    for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
      if (taken_[slot]) left.push_back(slot);
    }
    std::sort(left.begin(), left.end(),
              [&](std::uint32_t a, std::uint32_t b) { return slots_[a].index < slots_[b].index; });
    for (std::uint32_t slot : left) give_back(slot);
  }

  [[nodiscard]] std::int64_t in_flight() const { return in_flight_; }

 private:
  void give_back(std::uint32_t slot) {
    taken_[slot] = false;
    --in_flight_;
    free_.push_back(slot);
    take_(std::move(slots_[slot]));
    slots_[slot].stages.reset();
    slots_[slot].exchange.reset();
  }

  std::int64_t epoch_ns_;
  const TakeRecord& take_;
  std::vector<RequestRecord> slots_;
  std::vector<bool> taken_;
  std::vector<std::uint32_t> free_;
  std::int64_t in_flight_ = 0;
};

// How long answers may wait unread while requests are late.
constexpr Nanos kUnreadAtMost{200'000};

class PolledSender {
 public:
  PolledSender(target::Target& target, Clock& clock, const Options& options, const TakeRecord& take)
      : target_(target), clock_(clock), options_(options), take_(take),
        slots_(options.epoch.count(), take), begin_(options.begin.value_or(clock.now())) {}

  [[nodiscard]] Nanos begin() const { return begin_; }
  [[nodiscard]] bool stopped() {
    stopped_ = stopped_ || (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed));
    return stopped_;
  }
  [[nodiscard]] bool has_room(std::int64_t limit) const { return slots_.in_flight() < limit; }
  // Of an open loop: false where no room came until `until`, or it was stopped.
  bool wait_for_own_room(Nanos until) {
    if (has_room(options_.max_in_flight)) return true;
    ++outcome_.waited_for_room;
    return wait_for_room(options_.max_in_flight, until);
  }

  // False: stopped.
  bool wait_until(Nanos when) {
    Nanos now = clock_.now();
    // Behind its schedule it still reads what has come, or answers would wait in the kernel for it.
    if (now >= when && now - polled_ >= kUnreadAtMost) poll(now, now);
    for (; now < when; now = clock_.now()) {
      if (stopped()) return false;
      poll(when, now);
    }
    return !stopped();
  }
  // False: stopped, or no room until `until`.
  bool wait_for_room(std::int64_t limit, Nanos until) {
    while (!has_room(limit)) {
      Nanos now = clock_.now();
      if (stopped() || now >= until) return false;
      poll(until, now);
    }
    return !stopped();
  }

  void send(const ScheduledRequest& request, Nanos due, Nanos now) {
    std::uint64_t slot = slots_.take_slot(request, due, now, target_.request_bytes(request.input));
    ++outcome_.sent;
    target_.submit(slot, request.input, slots_);
    if (options_.on_sent) {
      options_.on_sent((due - options_.epoch).count(), (now - options_.epoch).count());
    }
  }
  void not_sent(const ScheduledRequest& request) {
    RequestRecord record;
    record.index = request.index;
    record.input = request.input;
    record.due_ns = (begin_ + Nanos{request.due_ns} - options_.epoch).count();
    ++outcome_.unsent;
    take_(std::move(record));
  }

  // What is out is drained until `until` or given up.
  void finish(Nanos end, Nanos until, const SendingThread& thread) {
    drain(until);
    if (slots_.in_flight() > 0) target_.abandon();
    slots_.give_up();
    outcome_.begin_ns = (begin_ - options_.epoch).count();
    outcome_.end_ns = (end - options_.epoch).count();
    outcome_.complete = !stopped_;
    outcome_.sender = thread.time();
  }
  [[nodiscard]] const StreamOutcome& outcome() const { return outcome_; }

 private:
  void poll(Nanos until, Nanos now) {
    ++outcome_.wake_ups;
    polled_ = now;
    target_.poll(options_.stop == nullptr ? until : std::min(until, now + kStopLook));
  }
  void drain(Nanos until) {
    while (slots_.in_flight() > 0) {
      Nanos now = clock_.now();
      if (stopped()) until = std::min(until, now + kStoppedDrain);
      if (now >= until) return;
      poll(until, now);
    }
  }

  target::Target& target_;
  Clock& clock_;
  const Options& options_;
  const TakeRecord& take_;
  Slots slots_;
  Nanos begin_;
  StreamOutcome outcome_;
  Nanos polled_{0};  // when the target last was
  bool stopped_ = false;
};

Status check_polled(const target::Target& target) {
  if (target.is_polled()) return ok_status();
  return error(ErrorCode::kInvalidArgument,
               "this target has threads of its own: run_open and run_closed drive it");
}

}  // namespace

Result<StreamOutcome> stream_open(const NextRequest& next, target::Target& target, Clock& clock,
                                  const Options& options, const TakeRecord& take) {
  TRY_STATUS(check(options));
  TRY_STATUS(check_polled(target));
  SendingThread thread(clock);
  PolledSender sender(target, clock, options, take);
  std::optional<Error> problem;
  Nanos last_due = sender.begin();
  std::optional<ScheduledRequest> request = next();
  for (; request; request = next()) {
    Nanos due = sender.begin() + Nanos{request->due_ns};
    if (due < last_due) {
      problem = error(ErrorCode::kInvalidArgument,
                      "the schedule is not by time: request {} is due at {} ns, before the one before",
                      request->index, request->due_ns);
      break;
    }
    last_due = due;
    if (!sender.wait_until(due)) break;
    if (!sender.wait_for_own_room(due + options.drain)) {
      if (sender.stopped()) break;
      sender.not_sent(*request);
      continue;
    }
    sender.send(*request, due, clock.now());
  }
  Nanos end = clock.now();
  sender.finish(end, end + options.drain, thread);
  if (problem) return *problem;
  for (; request; request = next()) sender.not_sent(*request);
  return sender.outcome();
}

Result<StreamOutcome> stream_closed(std::int64_t concurrency, Nanos duration,
                                    const std::function<std::uint32_t()>& next_input,
                                    target::Target& target, Clock& clock, const Options& options,
                                    const TakeRecord& take) {
  TRY_STATUS(check(options));
  TRY_STATUS(check_polled(target));
  TRY_STATUS(check(concurrency, duration, options));
  SendingThread thread(clock);
  PolledSender sender(target, clock, options, take);
  Nanos end = sender.begin() + duration;
  ScheduledRequest request;
  (void)sender.wait_until(sender.begin());
  while (sender.wait_for_room(concurrency, end)) {
    Nanos now = clock.now();
    if (now >= end) break;
    request.input = next_input();
    sender.send(request, now, now);
    ++request.index;
  }
  Nanos stopped = sender.stopped() ? clock.now() : end;
  sender.finish(stopped, end + options.drain, thread);
  return sender.outcome();
}

}  // namespace lynxbench::loadgen
