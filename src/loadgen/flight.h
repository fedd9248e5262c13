// The requests of one phase while they are out: a slot for each, written by whichever thread
// answers.
//
// No locks. The sender fills a slot and marks it sent (release); the answer claims it by compare
// and swap, fills in the rest and marks it answered (release). Whoever reads a record has seen that
// mark (acquire). A target may answer long after the phase was given up: such an answer finds its
// slot given up, and the Flight stays alive until the last one has come (it counts its holders: the
// owner, and one per request without an answer).
//
//   Flight::Owner flight = Flight::of_schedule(schedule, epoch);   // takes the memory
//   flight->mark_sent(0, due, clock.now(), bytes);
//   target.submit(0, input, *flight);              // answered() writes slot 0, now or later
//   flight->give_up(begin);
//   std::vector<RequestRecord> records = flight->take_records();
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "model/request.h"
#include "target/target.h"

namespace lynxbench::loadgen {

class Flight final : public target::Answers {
 public:
  struct LetGo {
    void operator()(Flight* flight) const { flight->let_go(); }
  };
  using Owner = std::unique_ptr<Flight, LetGo>;

  // A slot per scheduled request.
  [[nodiscard]] static Owner of_schedule(const Schedule& schedule, Nanos epoch);
  // None at first; append() adds them.
  [[nodiscard]] static Owner without_schedule(Nanos epoch);

  // Of the sending thread alone. Times are on the Clock; the records' are since the epoch.
  // Adds a slot and returns its index.
  std::uint64_t append(std::uint32_t input);
  // In the order of the indices.
  void mark_sent(std::uint64_t index, Nanos due, Nanos at, std::uint32_t request_bytes);
  [[nodiscard]] std::uint64_t in_flight() const { return sent() - answered_.load(); }
  // Until `count` requests in all are answered, or `until`, or for no reason before.
  void wait_for_answers(std::uint64_t count, Nanos until, Clock& clock);
  // Requests without an answer stay kUnfinished, those not sent kUnsent (due by the schedule that
  // began at `begin`); later answers are ignored.
  void give_up(Nanos begin);
  // After give_up, once, and when nobody calls record() any more.
  [[nodiscard]] std::vector<RequestRecord> take_records();

  // Of any thread. Requests 0 .. sent()-1 were sent.
  [[nodiscard]] std::uint64_t sent() const { return sent_.load(std::memory_order_acquire); }
  [[nodiscard]] bool is_answered(std::uint64_t index) const;
  // Of an answered request (or, on the sending thread, any).
  [[nodiscard]] RequestRecord& record(std::uint64_t index) const;

  void answered(const target::Answer& answer) override;

 private:
  enum class SlotState : std::uint8_t { kUnsent, kSent, kBeingAnswered, kAnswered, kGivenUp };

  // Slots never move while others write them, so room is added in chunks, each twice the one
  // before.
  struct Chunk {
    std::vector<RequestRecord> records;
    std::unique_ptr<std::atomic<SlotState>[]> states;
  };
  struct Place {
    std::size_t chunk;
    std::size_t offset;
  };

  Flight(std::size_t first_chunk_size, Nanos epoch);
  ~Flight() override = default;
  void let_go();
  [[nodiscard]] Place place_of(std::uint64_t index) const;
  [[nodiscard]] std::atomic<SlotState>& state(std::uint64_t index) const;
  void add_chunk(std::size_t chunk);

  const std::size_t first_chunk_size_;
  const std::int64_t epoch_ns_;
  mutable std::array<Chunk, 40> chunks_;
  std::uint64_t slots_ = 0;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::int64_t> holders_{1};
  // The sender waits for the count in `awaited_`; the answer that reaches it changes `bell_`.
  std::atomic<std::uint64_t> awaited_{0};
  std::atomic<std::uint32_t> bell_{0};
};

}  // namespace lynxbench::loadgen
