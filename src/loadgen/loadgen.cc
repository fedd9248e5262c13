#include "loadgen/loadgen.h"

#include <algorithm>

#include "loadgen/collected.h"
#include "loadgen/flight.h"
#include "loadgen/journal.h"
#include "loadgen/options.h"

namespace lynxbench::loadgen {
namespace {

enum class Waited { kReady, kTooLong, kStopped };

// The sending thread: when the next request goes out, and what it waits for.
class Sender {
 public:
  Sender(Flight& flight, target::Target& target, Clock& clock, const Options& options)
      : flight_(flight), target_(target), clock_(clock), options_(options) {}

  Waited wait_until(Nanos when);
  // Of an open loop: as wait_for_room, and counts the request that has to wait.
  Waited wait_for_own_room(Nanos until) {
    if (flight_.in_flight() >= static_cast<std::uint64_t>(options_.max_in_flight)) ++waited_for_room_;
    return wait_for_room(options_.max_in_flight, until);
  }
  // Until fewer than `limit` requests are out. kTooLong at `until`.
  Waited wait_for_room(std::int64_t limit, Nanos until);
  void send(std::uint64_t index, std::uint32_t input, Nanos due, Nanos now) {
    flight_.mark_sent(index, due, now, target_.request_bytes(input));
    target_.submit(index, input, flight_);
    if (options_.on_sent) {
      options_.on_sent((due - options_.epoch).count(), (now - options_.epoch).count());
    }
  }

  // The rest of every run: what is out is drained until `until` or given up, the journal gets its
  // last records.
  Outcome finish(Journal& journal, Nanos begin, Nanos end, Nanos until, const SendingThread& thread);

  [[nodiscard]] bool was_stopped() const { return was_stopped_; }

 private:
  void drain(Nanos until);
  // Remembers that it made a difference.
  bool stop() {
    if (options_.stop == nullptr || !options_.stop->load(std::memory_order_relaxed)) return false;
    was_stopped_ = true;
    return true;
  }

  Flight& flight_;
  target::Target& target_;
  Clock& clock_;
  const Options& options_;
  bool was_stopped_ = false;
  std::int64_t wake_ups_ = 0;
  std::uint64_t waited_for_room_ = 0;
};

Waited Sender::wait_until(Nanos when) {
  while (!stop()) {
    Nanos now = clock_.now();
    if (now >= when) return Waited::kReady;
    clock_.sleep_until(options_.stop == nullptr ? when : std::min(when, now + kStopLook));
    ++wake_ups_;
  }
  return Waited::kStopped;
}

Waited Sender::wait_for_room(std::int64_t limit, Nanos until) {
  const auto room = static_cast<std::uint64_t>(limit);
  while (!stop()) {
    if (flight_.in_flight() < room) return Waited::kReady;
    Nanos now = clock_.now();
    if (now >= until) return Waited::kTooLong;
    flight_.wait_for_answers(flight_.sent() - room + 1, std::min(until, now + kStopLook), clock_);
    ++wake_ups_;
  }
  return Waited::kStopped;
}

void Sender::drain(Nanos until) {
  while (flight_.in_flight() > 0) {
    Nanos now = clock_.now();
    if (stop()) until = std::min(until, now + kStoppedDrain);
    if (now >= until) return;
    flight_.wait_for_answers(flight_.sent(), std::min(until, now + kStopLook), clock_);
    ++wake_ups_;
  }
}

Outcome Sender::finish(Journal& journal, Nanos begin, Nanos end, Nanos until,
                       const SendingThread& thread) {
  drain(until);
  flight_.give_up(begin);
  journal.finish();
  return {.records = flight_.take_records(),
          .begin_ns = (begin - options_.epoch).count(),
          .end_ns = (end - options_.epoch).count(),
          .complete = !was_stopped_,
          .wake_ups = wake_ups_,
          .waited_for_room = waited_for_room_,
          .sender = thread.time()};
}

Status check(const Schedule& schedule) {
  std::int64_t before = 0;
  for (std::size_t i = 0; i < schedule.requests.size(); ++i) {
    std::int64_t due = schedule.requests[i].due_ns;
    if (due < before) {
      return error(ErrorCode::kInvalidArgument,
                   "the schedule is not by time: request {} is due at {} ns, after {} ns", i, due,
                   before);
    }
    before = due;
  }
  return ok_status();
}

// When the last request falls due that goes out with request `first`.
std::int64_t last_due_within(const std::vector<ScheduledRequest>& requests, std::size_t first,
                             Nanos window) {
  std::size_t last = first;
  while (last + 1 < requests.size() &&
         requests[last + 1].due_ns - requests[first].due_ns <= window.count()) {
    ++last;
  }
  return requests[last].due_ns;
}

}  // namespace

Result<Outcome> run_open(const Schedule& schedule, target::Target& target, Clock& clock,
                         const Options& options) {
  TRY_STATUS(check(options));
  TRY_STATUS(check(schedule));
  const std::vector<ScheduledRequest>& requests = schedule.requests;
  if (target.is_polled()) {
    Collected collected(options.on_answered, requests.size());
    std::size_t at = 0;
    NextRequest next = [&]() -> std::optional<ScheduledRequest> {
      if (at == requests.size()) return std::nullopt;
      return requests[at++];
    };
    return collected.finish(TRY(stream_open(next, target, clock, options, collected.taker())));
  }
  Flight::Owner flight = Flight::of_schedule(schedule, options.epoch);
  Journal journal(*flight, options.on_answered);
  Sender sender(*flight, target, clock, options);
  SendingThread thread(clock);

  Nanos begin = clock.now();
  Nanos until = begin + Nanos{requests.empty() ? 0 : requests.back().due_ns} + options.drain;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    Nanos due = begin + Nanos{requests[i].due_ns};
    if (clock.now() < due) {
      Nanos together{last_due_within(requests, i, options.coalesce)};
      if (sender.wait_until(begin + together) != Waited::kReady) break;
    }
    if (sender.wait_for_own_room(until) != Waited::kReady) break;
    sender.send(i, requests[i].input, due, clock.now());
  }
  return sender.finish(journal, begin, clock.now(), until, thread);
}

Result<Outcome> run_closed(std::int64_t concurrency, Nanos duration,
                           const std::function<std::uint32_t()>& next_input, target::Target& target,
                           Clock& clock, const Options& options) {
  TRY_STATUS(check(options));
  TRY_STATUS(check(concurrency, duration, options));
  if (target.is_polled()) {
    Collected collected(options.on_answered, 0);
    return collected.finish(
        TRY(stream_closed(concurrency, duration, next_input, target, clock, options, collected.taker())));
  }
  Flight::Owner flight = Flight::without_schedule(options.epoch);
  Journal journal(*flight, options.on_answered);
  Sender sender(*flight, target, clock, options);
  SendingThread thread(clock);

  Nanos begin = clock.now();
  Nanos end = begin + duration;
  while (sender.wait_for_room(concurrency, end) == Waited::kReady) {
    std::uint32_t input = next_input();
    Nanos now = clock.now();
    if (now >= end) break;
    sender.send(flight->append(input), input, now, now);
  }
  Nanos stopped = sender.was_stopped() ? clock.now() : end;
  return sender.finish(journal, begin, stopped, end + options.drain, thread);
}

}  // namespace lynxbench::loadgen
